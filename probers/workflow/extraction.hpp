// Values that a workflow takes from one answer for its later steps.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>

#include "probers/workflow/answer.hpp"

namespace fleet::probers::workflow {

/// Where a variable's value is found. At most one of `json` and `header` is set; neither means the whole body.
/// A `regexp` is applied to what was found there: its first group that took part in the match, or the whole
/// match if it has no groups.
struct Extraction {
  std::string variable;
  std::optional<std::string> json;  ///< JSON pointer
  std::string header;
  std::shared_ptr<const re2::RE2> regexp;
};

/// A value of at most 64 KiB, or why there is none, without any of the answer's content. A JSON string gives
/// its text, any other JSON value but null its JSON.
struct Extracted {
  std::optional<std::string> value;
  std::string problem;
};
Extracted extract(const Extraction& extraction, const Answer& answer);

}  // namespace fleet::probers::workflow
