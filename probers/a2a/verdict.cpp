#include "probers/a2a/verdict.hpp"

#include "core/io/seconds.hpp"

namespace fleet::probers::a2a {

namespace {

bool is_success(int http_status) { return http_status >= 200 && http_status <= 299; }

std::string status_text(int http_status) { return "HTTP status " + std::to_string(http_status); }

void fail_with_error(const AnswerReading& reading, std::string_view step, ProbeResult& result) {
  result.facts.set(facts::error_code, static_cast<double>(reading.error_code));
  result.fail(Reason::a2a_error, std::string(step), reading.detail);
}

}  // namespace

bool judge_authorization(int http_status, std::string_view step, ProbeResult& result) {
  if (http_status != 401 && http_status != 403) return false;
  result.fail(Reason::unauthorized, std::string(step), status_text(http_status));
  return true;
}

void judge_answer(const AnswerReading& reading, int http_status, std::string_view step, ProbeResult& result) {
  std::string const at(step);
  if (judge_authorization(http_status, step, result)) return;
  if (reading.answer == Answer::error) return fail_with_error(reading, step, result);
  // Errors of the protocol come with 200 or with 4xx and 5xx; anything else that comes with those is not one.
  if (!is_success(http_status)) return result.fail(Reason::status, at, status_text(http_status));
  switch (reading.answer) {
    case Answer::message:
    case Answer::completed:
    case Answer::working:
      return;
    case Answer::interrupted:
      return result.fail(Reason::a2a_interrupted, at, reading.detail);
    case Answer::failed:
      return result.fail(Reason::a2a_state, at, reading.detail);
    case Answer::artifact:
    case Answer::error:
    case Answer::invalid:
      break;
  }
  result.fail(Reason::a2a_answer, at, reading.detail);
}

void judge_unknown_task(const AnswerReading& reading, int http_status, ProbeResult& result) {
  constexpr std::string_view step = "task";
  if (judge_authorization(http_status, step, result)) return;
  if (reading.answer == Answer::error && reading.error_code == task_not_found) return;
  if (reading.answer == Answer::error || reading.answer == Answer::invalid || !is_success(http_status)) {
    return judge_answer(reading, http_status, step, result);
  }
  result.fail(Reason::a2a_answer, std::string(step), "the agent knows a task of a random id");
}

void judge_stream(const TaskStream& stream, int http_status, ProbeResult& result) {
  constexpr std::string_view step = "stream";
  result.facts.set(facts::events, static_cast<double>(stream.events()));
  if (auto const first = stream.time_to_first_event()) {
    result.facts.set(facts::time_to_first_event, seconds(*first));
    result.facts.set(facts::max_event_gap, seconds(stream.max_gap()));
  }
  if (stream.too_large()) {
    return result.fail(Reason::too_large, std::string(step), "an event exceeds body_size_limit");
  }
  auto const& outcome = stream.outcome();
  bool const answered = outcome.answer != Answer::working || !is_success(http_status);
  if (answered) {
    judge_answer(outcome, http_status, step, result);
  } else {
    result.fail(Reason::a2a_stream, std::string(step), "the stream ended " + stream.describe());
  }
  if (result.outcome == Outcome::good) result.facts.set(facts::task_duration, seconds(stream.duration()));
}

void judge_reply(std::string_view text, const ReplyExpectations& expectations, std::string_view step,
                 ProbeResult& result) {
  if (!expectations.any()) return;
  re2::StringPiece const reply(text.data(), text.size());
  std::string problem;
  for (auto const& expression : expectations.fail_if_matches) {
    if (problem.empty() && re2::RE2::PartialMatch(reply, *expression)) {
      problem = "the reply matches " + expression->pattern();
    }
  }
  for (auto const& expression : expectations.fail_if_not_matches) {
    if (problem.empty() && !re2::RE2::PartialMatch(reply, *expression)) {
      problem = "the reply does not match " + expression->pattern();
    }
  }
  result.facts.set(probers::facts::failed_due_to_regex, problem.empty() ? 0 : 1);
  if (!problem.empty()) result.fail(Reason::body, std::string(step), std::move(problem));
}

}  // namespace fleet::probers::a2a
