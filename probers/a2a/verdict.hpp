// From what an agent answered to outcome and reason. Pure.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "probers/a2a/answers.hpp"
#include "probers/a2a/task_stream.hpp"
#include "probers/probe.hpp"

namespace fleet::probers::a2a {

/// What the text of a finished reply must be.
struct ReplyExpectations {
  std::vector<std::shared_ptr<const re2::RE2>> fail_if_matches, fail_if_not_matches;
  bool any() const { return !fail_if_matches.empty() || !fail_if_not_matches.empty(); }
};

/// Facts of this kind of probe.
namespace facts {
inline constexpr FactKind http_status_code{"probe_http_status_code", "HTTP status of the last response."};
inline constexpr FactKind time_to_first_event{
    "probe_a2a_time_to_first_event_seconds",
    "From sending the message, connection included, to the stream's first event."};
inline constexpr FactKind max_event_gap{"probe_a2a_max_event_gap_seconds",
                                        "Longest time between two consecutive events of the stream."};
inline constexpr FactKind events{"probe_a2a_events",
                                 "Events of the stream, without those that only keep it open."};
inline constexpr FactKind task_duration{
    "probe_a2a_task_duration_seconds",
    "From sending the message to the end of its task, polls or stream included."};
inline constexpr FactKind polls{"probe_a2a_polls", "How often the task was asked for until it ended."};
inline constexpr FactKind step_duration{
    "probe_a2a_step_duration_seconds",
    "Duration of the last attempt's requests by step: card, task, send, poll, stream."};
inline constexpr FactKind protocol_info{"probe_a2a_protocol_info",
                                        "The protocol version and binding that were spoken."};
inline constexpr FactKind error_code{"probe_a2a_error_code",
                                     "Code of the protocol error that the agent answered."};
}  // namespace facts

/// Whether this status alone decides: 401 and 403 are Reason::unauthorized, whatever the body says. True if it
/// did.
bool judge_authorization(int http_status, std::string_view step, ProbeResult& result);

/// An answer to a message, or to a request for its task. A task under way is good. A body that says nothing is
/// Reason::status unless the status is 2xx, Reason::a2a_answer then.
void judge_answer(const AnswerReading& reading, int http_status, std::string_view step, ProbeResult& result);

/// An answer to the request for a task that never was: TaskNotFound is good, everything else is not.
void judge_unknown_task(const AnswerReading& reading, int http_status, ProbeResult& result);

/// A stream that has ended, step "stream"; sets its facts.
void judge_stream(const TaskStream& stream, int http_status, ProbeResult& result);

/// A finished reply's text. Sets failed_due_to_regex if anything is expected.
void judge_reply(std::string_view text, const ReplyExpectations& expectations, std::string_view step,
                 ProbeResult& result);

}  // namespace fleet::probers::a2a
