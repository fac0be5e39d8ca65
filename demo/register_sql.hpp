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
extern const std::string_view withdraw_long_ago;   ///< of a client who has no other consent and no use of data
extern const std::string_view forget_withdrawal;   ///< undoes that
extern const std::string_view use_expired;         ///< one use of data whose consent has expired
extern const std::string_view remove_expired_uses;
extern const std::string_view lose_form13;       ///< an old property settlement without a Form 13
extern const std::string_view complete_form13s;  ///< of all property settlements older than two weeks
extern const std::string_view keep_too_long;     ///< a document that should have been deleted yesterday
extern const std::string_view delete_overdue;    ///< marks what is overdue as deleted
extern const std::string_view remove_late_uses;  ///< uses of data after the withdrawal of the consent

}  // namespace fleet::demo::sql
