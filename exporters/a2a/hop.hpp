// One hop record of the stream, parsed and judged.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/redis/reply.hpp"
#include "exporters/a2a/task_state.hpp"

namespace fleet::exporters::a2a {

enum class Outcome : std::uint8_t { ok, error, timeout };
inline constexpr std::array<std::string_view, 3> outcome_names{"ok", "error", "timeout"};

/// Why a record was not counted as a hop; the `reason` label of a2a_hop_records_skipped_total.
enum class SkipReason : std::uint8_t {
  duplicate,  ///< hop_id and attempt were counted before: a producer's retry
  malformed,  ///< a field is missing, or is not what it should be
  negative,   ///< a later stamp is smaller than an earlier one
  trimmed,    ///< the record had been taken but was trimmed from the stream before it was counted
  version,    ///< `v` is not 1
};
inline constexpr std::array<std::string_view, 5> skip_reason_names{"duplicate", "malformed", "negative",
                                                                   "trimmed", "version"};

/// The A2A and JSON-RPC error codes that are told apart; any other is "other" (the last).
inline constexpr std::array<std::string_view, 15> error_codes{"-32700", "-32600", "-32601", "-32602", "-32603",
                                                              "-32001", "-32002", "-32003", "-32004", "-32005",
                                                              "-32006", "-32007", "-32008", "-32009", "other"};

/// A hop as its receiver recorded it. The views point into the reply it was parsed from. Times are microseconds
/// of the coordinator's own clock (Redis TIME), never negative, t_enq <= t_deq <= t_done.
struct Hop {
  std::string_view hop_id;
  std::uint32_t attempt = 0;
  std::string_view source;
  std::string_view target;
  std::int64_t enqueued_us = 0;
  std::optional<std::int64_t> dequeued_us;  ///< absent only for a timeout that nobody took
  std::int64_t done_us = 0;
  Outcome outcome = Outcome::ok;
  std::uint8_t error_code = error_codes.size() - 1;  ///< index into error_codes; meaningful for Outcome::error
  std::optional<std::uint8_t> task_state;            ///< index into task_state_names
  std::string_view trace_id;                         ///< 32 lower-case hex digits, or empty
};

/// Longest agent name taken; longer ones, empty ones, ones with '|' (the separator of the started hash) or
/// control characters are malformed.
inline constexpr std::size_t max_agent_name = 64;
bool is_agent_name(std::string_view name);

/// Index into error_codes; the last for a code that is not among them.
std::uint8_t read_error_code(std::string_view text);

/// Judges the field list of one stream entry, nil (trimmed) or an array of names and values, and writes the
/// whole of `hop`, which means something only if the answer is nullopt. Unknown fields are ignored, of a
/// repeated field the last counts. Never throws on the content of an array of strings.
std::optional<SkipReason> parse_hop(redis::Reply fields, Hop& hop);

}  // namespace fleet::exporters::a2a
