#include "probers/workflow/step_reading.hpp"

#include <strings.h>

#include <algorithm>
#include <stdexcept>

namespace fleet::probers::workflow {

namespace {

using std::chrono::milliseconds;
using Names = VariableNames;

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    bool const letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return letter || (c >= '0' && c <= '9') || marks.find(c) != marks.npos;
  });
}

void require_defined(const config::Value& at, const std::vector<std::string_view>& used, const Names& defined) {
  for (auto const name : used) {
    if (defined.contains(name)) continue;
    std::string known;
    for (auto const& other : defined) known += (known.empty() ? "`" : ", `") + other + "`";
    at.fail("no earlier step and no `variables` define `" + std::string(name) + "`, expected one of " + known);
  }
}

Template read_template(const config::Value& value, const Names& defined) {
  try {
    Template result(value.text());
    require_defined(value, result.variables(), defined);
    return result;
  } catch (const std::invalid_argument& error) {
    value.fail(error.what());
  }
}

JsonTemplate read_json(const config::Value& value, const Names& defined) {
  auto result = JsonTemplate::read(value);
  require_defined(value, result.variables(), defined);
  return result;
}

std::string read_header_name(const config::Value& value) {
  auto name = value.non_empty_text();
  if (!is_token(name)) value.fail("expected the name of a header, got `" + name + "`");
  return name;
}

std::string read_pointer(const config::Value& value) {
  auto pointer = value.text();
  if (!is_json_pointer(pointer))
    value.fail("expected a JSON pointer such as /result/id, got `" + pointer + "`");
  return pointer;
}

// The URL's form can be seen now only if nothing is put into it later; else a stand-in shows most mistakes.
Template read_url(const config::Value& value, const Names& defined) {
  auto result = read_template(value, defined);
  if (result.begins_with_variable()) return result;
  Variables stand_ins;
  for (auto const name : result.variables()) stand_ins[std::string(name)] = "x";
  auto const somewhere = http::Url::parse("http://target/");
  if (!somewhere->resolve(result.expand_url(stand_ins))) {
    value.fail("expected a URL or a path");
  }
  return result;
}

JsonAssertion read_json_assertion(const config::Mapping& mapping, const config::Value& pointer,
                                  const Names& defined) {
  JsonAssertion result;
  result.pointer = read_pointer(pointer);
  if (auto const equals = mapping.optional("equals")) result.equals = read_json(*equals, defined);
  if (auto const matches = mapping.optional("matches")) result.matches = matches->regex();
  if (auto const exists = mapping.optional("exists")) result.exists = exists->boolean();
  return result;
}

HeaderAssertion read_header_assertion(const config::Mapping& mapping, const config::Value& name,
                                      const Names& defined) {
  HeaderAssertion result;
  result.name = read_header_name(name);
  if (auto const equals = mapping.optional("equals")) result.equals = read_template(*equals, defined);
  if (auto const matches = mapping.optional("matches")) result.matches = matches->regex();
  if (auto const exists = mapping.optional("exists")) result.exists = exists->boolean();
  return result;
}

// Exactly one of `keys` is there: its name.
std::string_view only_one(const config::Mapping& mapping, std::initializer_list<std::string_view> keys) {
  std::string_view found;
  std::string listed;
  for (auto const key : keys) {
    listed += (listed.empty() ? "`" : ", `") + std::string(key) + "`";
    auto const value = mapping.optional(key);
    if (!value) continue;
    if (!found.empty())
      value->fail("expected either `" + std::string(found) + "` or `" + std::string(key) + "`, got both");
    found = key;
  }
  if (found.empty()) mapping.self().fail("expected one of " + listed);
  return found;
}

void read_assertion(const config::Value& value, const Names& defined, Step& step) {
  auto const mapping = value.mapping({"status", "json", "header", "body_matches", "body_not_matches",
                                      "max_duration", "equals", "matches", "exists"});
  auto const subject =
      only_one(mapping, {"status", "json", "header", "body_matches", "body_not_matches", "max_duration"});
  auto const what = mapping.required(subject);
  if (subject == "json" || subject == "header") {
    only_one(mapping, {"equals", "matches", "exists"});
  } else {
    for (auto const* key : {"equals", "matches", "exists"}) {
      if (auto const stray = mapping.optional(key)) stray->fail("expected `json` or `header` beside it");
    }
  }
  if (subject == "status") {
    StatusAssertion status;
    for (auto const& code : what.list()) status.valid.push_back(static_cast<int>(code.integer(100, 599)));
    step.assertions.emplace_back(std::move(status));
  } else if (subject == "json") {
    step.assertions.emplace_back(read_json_assertion(mapping, what, defined));
  } else if (subject == "header") {
    step.assertions.emplace_back(read_header_assertion(mapping, what, defined));
  } else if (subject == "max_duration") {
    if (step.max_duration) what.fail("expected one `max_duration` in a step");
    step.max_duration = what.duration(milliseconds(1));
  } else {
    step.assertions.emplace_back(BodyAssertion{what.regex(), subject == "body_matches"});
  }
}

void read_assertions(const config::Value& value, const Names& defined, Step& step) {
  for (auto const& entry : value.list()) read_assertion(entry, defined, step);
}

Extraction read_extraction(const config::Value& name, const config::Value& value) {
  Extraction result;
  result.variable = name.text();
  if (!is_variable_name(result.variable)) {
    name.fail("expected a name of letters, digits and underscores, got `" + result.variable + "`");
  }
  auto const mapping = value.mapping({"json", "header", "regexp"});
  auto const json = mapping.optional("json");
  auto const header = mapping.optional("header");
  auto const regexp = mapping.optional("regexp");
  if (json && header) header->fail("expected either `json` or `header`, got both");
  if (!json && !header && !regexp) value.fail("expected one of `json`, `header`, `regexp`");
  if (json) result.json = read_pointer(*json);
  if (header) result.header = read_header_name(*header);
  if (regexp) result.regexp = regexp->regex();
  return result;
}

void read_extractions(const config::Value& value, const Names& given, Step& step) {
  for (auto const& [name, from] : value.entries()) {
    step.extractions.push_back(read_extraction(name, from));
    if (given.contains(name.text())) name.fail("`" + name.text() + "` is a variable that is given");
  }
}

void read_body(const config::Mapping& mapping, const Names& defined, Step& step) {
  auto const body = mapping.optional("body");
  auto const json = mapping.optional("json");
  if (body && json) json->fail("expected either `body` or `json`, got both");
  if (body) step.body = read_template(*body, defined);
  if (json) step.body = read_json(*json, defined);
  step.method = body || json ? "POST" : "GET";
  if (auto const method = mapping.optional("method")) {
    step.method = method->text();
    if (!is_token(step.method)) method->fail("expected an HTTP method, got `" + step.method + "`");
  }
}

Retry read_retry(const config::Value& value) {
  auto const mapping = value.mapping({"interval", "within"});
  Retry retry{mapping.required("interval").duration(milliseconds(10)), milliseconds(0)};
  retry.within = mapping.required("within").duration(retry.interval);
  return retry;
}

bool judges_status(const Step& step) {
  return std::any_of(step.assertions.begin(), step.assertions.end(),
                     [](auto const& assertion) { return std::holds_alternative<StatusAssertion>(assertion); });
}

}  // namespace

Headers read_headers(const config::Value& value, const VariableNames& defined) {
  Headers headers;
  for (auto const& [name, text] : value.entries()) {
    headers.emplace_back(read_header_name(name), read_template(text, defined));
  }
  return headers;
}

Step read_step(const config::Value& value, const Headers& base, const VariableNames& given,
               VariableNames& defined) {
  auto const mapping = value.mapping({"name", "method", "url", "headers", "body", "json", "follow_redirects",
                                      "extract", "assert", "retry_until"});
  Step step;
  auto const name = mapping.required("name");
  if (name.non_empty_text().size() > 64) name.fail("expected a name of at most 64 bytes");
  step.name = kept_step_name(name.text());
  if (auto const url = mapping.optional("url")) step.url = read_url(*url, defined);
  if (auto const headers = mapping.optional("headers")) step.headers = read_headers(*headers, defined);
  for (auto const& header : base) {
    bool const own = std::any_of(step.headers.begin(), step.headers.end(), [&](auto const& other) {
      return ::strcasecmp(other.first.c_str(), header.first.c_str()) == 0;
    });
    if (!own) step.headers.push_back(header);
  }
  read_body(mapping, defined, step);
  step.follow_redirects = mapping.boolean_or("follow_redirects", true);
  if (auto const assertions = mapping.optional("assert")) read_assertions(*assertions, defined, step);
  if (!judges_status(step)) step.assertions.insert(step.assertions.begin(), StatusAssertion{});
  if (auto const extractions = mapping.optional("extract")) read_extractions(*extractions, given, step);
  if (auto const retry = mapping.optional("retry_until")) step.retry = read_retry(*retry);
  for (auto const& extraction : step.extractions) defined.insert(extraction.variable);
  return step;
}

}  // namespace fleet::probers::workflow
