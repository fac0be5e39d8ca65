// The SQL that fills and moves the registers.
#pragma once

#include <span>
#include <string_view>

namespace fleet::demo::sql {

/// Run once, in order, when `cases` is empty: plausible cases, Form 13s, documents, consents, and violations
/// that are all resolved.
std::span<const std::string_view> seeds();

/// What earlier faults left behind: open injected violations are resolved, uses after a withdrawal are removed,
/// documents without a batch in flight are marked processed.
std::span<const std::string_view> tidy_up();

/// Ordinary business; each runs every so many seconds.
struct Routine {
  int every_seconds;
  std::string_view statement;
};
std::span<const Routine> routines();

extern const std::string_view insert_violation;    ///< $1 framework, $2 severity
extern const std::string_view resolve_violations;  ///< those that were injected
extern const std::string_view withdraw_one;        ///< returns client_id, consent_type
extern const std::string_view use_consent;         ///< $1 client_id, $2 consent_type
extern const std::string_view act_on_withdrawals;  ///< on all that are pending
extern const std::string_view remove_late_uses;    ///< uses of data after the withdrawal of the consent

}  // namespace fleet::demo::sql
