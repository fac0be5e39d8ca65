#include "exporters/custom_job.hpp"

#include <algorithm>
#include <utility>

#include "core/app/logging.hpp"
#include "exporters/read_only_query.hpp"

namespace fleet::exporters {

namespace {

constexpr std::chrono::seconds kLongestRetry{30};

double seconds_since(CustomJob::Clock::time_point begin) {
  return std::max(0.0, std::chrono::duration<double>(CustomJob::Clock::now() - begin).count());
}

}  // namespace

void CustomJob::end(std::string why) {
  pending = false;
  ended = true;
  unreachable = false;
  other_version = false;
  failure = std::move(why);
}

void CustomJob::end_answered(CustomResult result, Clock::time_point begin) {
  end(result.problem);
  answer = std::move(result);
  taken = Clock::now();
  seconds = seconds_since(begin);
  due = begin + query->interval;
}

void CustomJob::end_refused(std::string why, Clock::time_point begin) {
  end(std::move(why));
  answer.reset();
  seconds = seconds_since(begin);
  due = begin + std::min<std::chrono::milliseconds>(query->interval, kLongestRetry);
}

void CustomJob::end_unreachable(std::string why) {
  end(std::move(why));
  unreachable = true;
  answer.reset();
  due = {};
}

void CustomJob::end_other_version() {
  end("");
  other_version = true;
  answer.reset();
  due = Clock::now() + kLongestRetry;
}

void CustomJob::log_failure(const std::string& now, const std::string& server) {
  if (unreachable || now == logged_) return;
  logged_ = now;
  if (now.empty()) {
    logging::info("custom query recovered",
                  {{"query", query->name}, {"server", server}, {"database", database}});
  } else {
    logging::warn("custom query failed",
                  {{"query", query->name}, {"server", server}, {"database", database}, {"err", now}});
  }
}

void CustomJob::add_state(const std::string& prefix, const std::string& now, std::vector<Label> labels,
                          Families& out) const {
  labels.emplace_back("query", query->name);
  std::sort(labels.begin(), labels.end());
  out.gauge(prefix + "success", "Whether the custom query was answered and all of its columns could be shown.")
      .add(labels, now.empty() ? 1 : 0);
  if (!ended || unreachable) return;
  out.gauge(prefix + "duration_seconds", "How long the custom query took when it was last asked.")
      .add(labels, seconds);
  if (!answer) return;
  out.gauge(prefix + "age_seconds", "How long ago the answer that is shown was given.")
      .add(labels, seconds_since(taken));
  out.gauge(prefix + "series", "Series that the custom query's answer makes.")
      .add(labels, static_cast<double>(answer->series()));
  Family& left_out = out.gauge(prefix + "values_left_out",
                               "Values of the answer that add no sample: they are NULL, or no number.");
  labels.emplace_back("reason", "null");
  std::sort(labels.begin(), labels.end());
  auto const reason =
      std::find_if(labels.begin(), labels.end(), [](auto const& label) { return label.first == "reason"; });
  left_out.add(labels, static_cast<double>(answer->nulls));
  reason->second = "not_a_number";
  left_out.add(labels, static_cast<double>(answer->not_numbers));
}

std::string failure_of(const std::exception& error, std::chrono::milliseconds timeout) {
  auto const* const refused = dynamic_cast<const postgres::Error*>(&error);
  std::string const state = refused ? refused->sqlstate() : "";
  if (state == "57014" && std::string_view(error.what()).find("statement timeout") != std::string_view::npos) {
    return "it took longer than its timeout of " + config::format_duration(timeout);
  }
  auto reason = reason_of(error);
  if (!state.empty() && reason.find("SQLSTATE") == std::string::npos) reason += " (SQLSTATE " + state + ")";
  return reason;
}

}  // namespace fleet::exporters
