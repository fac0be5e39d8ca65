// What a workflow's step expects of an answer.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "probers/probe.hpp"
#include "probers/workflow/answer.hpp"
#include "probers/workflow/json_template.hpp"
#include "probers/workflow/template.hpp"

namespace fleet::probers::workflow {

struct StatusAssertion {
  std::vector<int> valid;  ///< empty: 200 to 299
};
/// Exactly one of equals, matches and exists is set. `matches` is applied to a string's text and to any other
/// value as JSON.
struct JsonAssertion {
  std::string pointer;
  std::optional<JsonTemplate> equals;
  std::shared_ptr<const re2::RE2> matches;
  std::optional<bool> exists;
};
struct BodyAssertion {
  std::shared_ptr<const re2::RE2> pattern;
  bool match = true;  ///< false: it must not match
};
/// Exactly one of the three is set; any header of that name may meet it.
struct HeaderAssertion {
  std::string name;
  std::optional<Template> equals;
  std::shared_ptr<const re2::RE2> matches;
  std::optional<bool> exists;
};
using Assertion = std::variant<StatusAssertion, JsonAssertion, BodyAssertion, HeaderAssertion>;

/// An expectation that does not hold: Reason status, assertion (JSON), body or header, and one line that shows
/// where it was expected, and of the answer nothing but its status and the kinds of its values.
struct Miss {
  Reason reason;
  std::string detail;
};
std::optional<Miss> check(const Assertion& assertion, const Answer& answer, const Variables& variables);

/// The first of them that does not hold.
std::optional<Miss> check(const std::vector<Assertion>& assertions, const Answer& answer,
                          const Variables& variables);

std::vector<std::string_view> variables_of(const Assertion& assertion);

}  // namespace fleet::probers::workflow
