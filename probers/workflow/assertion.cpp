#include "probers/workflow/assertion.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace fleet::probers::workflow {

namespace json = boost::json;

namespace {

std::optional<Miss> verify(const StatusAssertion& expected, const Answer& answer, const Variables&) {
  auto const status = answer.status();
  bool const valid = expected.valid.empty() ? status >= 200 && status <= 299
                                            : std::find(expected.valid.begin(), expected.valid.end(), status) !=
                                                  expected.valid.end();
  if (valid) return std::nullopt;
  return Miss{Reason::status, "HTTP status " + std::to_string(status)};
}

std::string shown(const JsonAssertion& expected) {
  return expected.pointer.empty() ? "the JSON body" : "json " + expected.pointer;
}

std::optional<Miss> verify(const JsonAssertion& expected, const Answer& answer, const Variables& variables) {
  auto const* const document = answer.json();
  if (!document) return Miss{Reason::assertion, "the body is not JSON"};
  auto const* const value = at_pointer(*document, expected.pointer);
  if (expected.exists) {
    if ((value != nullptr) == *expected.exists) return std::nullopt;
    return Miss{Reason::assertion, shown(expected) + (value ? " is there" : " is missing")};
  }
  if (!value) return Miss{Reason::assertion, shown(expected) + " is missing"};
  if (expected.equals) {
    if (same_json(*value, expected.equals->expand(variables))) return std::nullopt;
    return Miss{Reason::assertion,
                shown(expected) + ", " + std::string(kind_name(*value)) + ", is not what is expected"};
  }
  auto const text = value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
  if (re2::RE2::PartialMatch(text, *expected.matches)) return std::nullopt;
  return Miss{Reason::assertion, shown(expected) + ", " + std::string(kind_name(*value)) + ", does not match " +
                                     expected.matches->pattern()};
}

std::optional<Miss> verify(const BodyAssertion& expected, const Answer& answer, const Variables&) {
  if (re2::RE2::PartialMatch(answer.body(), *expected.pattern) == expected.match) return std::nullopt;
  return Miss{Reason::body, (expected.match ? "the body does not match " : "the body matches ") +
                                expected.pattern->pattern()};
}

bool meets(const HeaderAssertion& expected, const std::string& value, const Variables& variables) {
  if (expected.exists) return true;
  if (expected.equals) return value == expected.equals->expand(variables);
  return re2::RE2::PartialMatch(value, *expected.matches);
}

std::optional<Miss> verify(const HeaderAssertion& expected, const Answer& answer, const Variables& variables) {
  auto const values = answer.header_values(expected.name);
  bool const met = std::any_of(values.begin(), values.end(),
                               [&](const std::string* value) { return meets(expected, *value, variables); });
  if (met == expected.exists.value_or(true)) return std::nullopt;
  auto const name = "header " + expected.name;
  if (expected.exists) return Miss{Reason::header, name + (met ? " is there" : " is missing")};
  if (values.empty()) return Miss{Reason::header, name + " is missing"};
  return Miss{Reason::header, expected.equals ? name + " is not what is expected"
                                              : name + " does not match " + expected.matches->pattern()};
}

}  // namespace

std::optional<Miss> check(const Assertion& assertion, const Answer& answer, const Variables& variables) {
  return std::visit([&](auto const& expected) { return verify(expected, answer, variables); }, assertion);
}

std::optional<Miss> check(const std::vector<Assertion>& assertions, const Answer& answer,
                          const Variables& variables) {
  for (auto const& assertion : assertions) {
    if (auto miss = check(assertion, answer, variables)) return miss;
  }
  return std::nullopt;
}

std::vector<std::string_view> variables_of(const Assertion& assertion) {
  if (auto const* of_json = std::get_if<JsonAssertion>(&assertion); of_json && of_json->equals) {
    return of_json->equals->variables();
  }
  if (auto const* of_header = std::get_if<HeaderAssertion>(&assertion); of_header && of_header->equals) {
    return of_header->equals->variables();
  }
  return {};
}

}  // namespace fleet::probers::workflow
