#include "probers/dns/record_validator.hpp"

#include <algorithm>

namespace fleet::probers::dns {

namespace {

bool matches(const std::string& text, const re2::RE2& expression) {
  return re2::RE2::PartialMatch(text, expression);
}

}  // namespace

std::optional<std::string> missed(const RecordValidator& validator, const std::vector<Record>& records) {
  if (records.empty()) {
    if (!validator.fail_if_not_matches.empty()) {
      return "no records, where all must match " + validator.fail_if_not_matches.front()->pattern();
    }
    if (!validator.fail_if_none_matches.empty()) {
      return "no records, where one must match " + validator.fail_if_none_matches.front()->pattern();
    }
    return std::nullopt;
  }
  bool one_matches = false;
  for (auto const& record : records) {
    auto const text = record.text();
    for (auto const& expression : validator.fail_if_matches) {
      if (matches(text, *expression)) return "a record matches " + expression->pattern();
    }
    for (auto const* list : {&validator.fail_if_not_matches, &validator.fail_if_all_match}) {
      for (auto const& expression : *list) {
        if (!matches(text, *expression)) return "a record does not match " + expression->pattern();
      }
    }
    one_matches =
        one_matches || std::ranges::any_of(validator.fail_if_none_matches,
                                           [&](auto const& expression) { return matches(text, *expression); });
  }
  if (!validator.fail_if_none_matches.empty() && !one_matches) {
    return "no record matches " + validator.fail_if_none_matches.front()->pattern() +
           (validator.fail_if_none_matches.size() > 1 ? " or any other of the list" : "");
  }
  return std::nullopt;
}

}  // namespace fleet::probers::dns
