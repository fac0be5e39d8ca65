// Regular expressions on the records of a section.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probers/dns/dns_record.hpp"

namespace fleet::probers::dns {

/// blackbox_exporter's validate_*_rrs, with its meanings, which the names do not always give away. Expressions
/// are matched against Record::text().
struct RecordValidator {
  using Expressions = std::vector<std::shared_ptr<const re2::RE2>>;
  Expressions fail_if_matches;    ///< fails if any record matches any of them
  Expressions fail_if_all_match;  ///< fails unless every record matches all of them (an empty section passes)
  Expressions
      fail_if_not_matches;  ///< fails if any record does not match one of them, or if there is no record
  Expressions fail_if_none_matches;  ///< fails if no record matches any of them, or if there is no record
};

/// What the records miss, in a line that names the expression; nullopt if they miss nothing. Pure.
std::optional<std::string> missed(const RecordValidator& validator, const std::vector<Record>& records);

}  // namespace fleet::probers::dns
