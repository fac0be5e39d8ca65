#include "probers/results.hpp"

#include "core/app/logging.hpp"

namespace fleet::probers {

namespace {

double seconds(std::chrono::nanoseconds length) { return std::chrono::duration<double>(length).count(); }

Instruments::LabelList with(Instruments::LabelList labels, std::string name, std::string value) {
  labels.emplace_back(std::move(name), std::move(value));
  return labels;
}

constexpr std::string_view missed_help =
    "Runs that did not take place: late = the prober was not scheduled in time, overlap = earlier runs had not "
    "ended.";

}  // namespace

TargetResults::TargetResults(Instruments& instruments, Identity identity)
    : instruments_(instruments),
      identity_(std::move(identity)),
      labels_{{"probe", identity_.probe}, {"target", identity_.target}},
      duration_(instruments.histogram(
          "slo_probe_duration_seconds",
          "Duration of every attempt from its actual start, failures and timeouts included.", latency_bounds(),
          labels_)),
      scheduled_(
          instruments.histogram("slo_probe_scheduled_duration_seconds",
                                "Duration of every attempt from the instant it was due: what a user waited.",
                                latency_bounds(), labels_)),
      lag_(instruments.histogram("slo_probe_schedule_lag_seconds",
                                 "How late an attempt started after it was due.", latency_bounds(), labels_)),
      missed_late_(
          instruments.counter("slo_probe_missed_runs_total", missed_help, with(labels_, "reason", "late"))),
      missed_overlap_(
          instruments.counter("slo_probe_missed_runs_total", missed_help, with(labels_, "reason", "overlap"))) {
  // Born at 0, so that increase() sees the first failure.
  result_counter(Outcome::good, Reason::none);
  result_counter(Outcome::bad, Reason::timeout);
  result_counter(Outcome::unknown, Reason::internal);
}

Counter& TargetResults::result_counter(Outcome outcome, Reason reason) {
  auto& counter = counters_[{outcome, reason}];
  if (!counter) {
    auto labels = with(labels_, "result", std::string(to_string(outcome)));
    counter = &instruments_.counter("slo_probe_results_total", "Attempts by result and reason.",
                                    with(std::move(labels), "reason", std::string(to_string(reason))));
  }
  return *counter;
}

Gauge& TargetResults::last_value(Gauge*& place, std::string_view family, std::string_view help) {
  if (!place) place = &instruments_.gauge(family, help, labels_);
  return *place;
}

void TargetResults::record(const ProbeResult& result, std::chrono::nanoseconds lag) {
  result_counter(result.outcome, result.reason).add();
  lag_.observe(seconds(lag));
  if (result.outcome == Outcome::unknown) return;  // says nothing of the target

  duration_.observe(seconds(result.duration));
  scheduled_.observe(seconds(result.duration + lag));
  last_value(success_, "probe_success", "Whether the last attempt was good.")
      .set(result.outcome == Outcome::good ? 1 : 0);
  last_value(last_duration_, "probe_duration_seconds", "Duration of the last attempt.")
      .set(seconds(result.duration));
  for (auto const& [phase, length] : result.phases) {
    auto& gauge = phases_[phase];
    if (!gauge) {
      gauge = &instruments_.gauge("probe_http_duration_seconds",
                                  "Duration of the last attempt by phase, summed over its requests.",
                                  with(labels_, "phase", std::string(phase)));
    }
    gauge->set(length);
  }
  last_value(status_code_, "probe_http_status_code",
             "HTTP status of the last attempt; 0 if there was no answer.")
      .set(result.http_status.value_or(0));
  if (result.certificate_expiry_unix) {
    last_value(certificate_, "probe_ssl_earliest_cert_expiry",
               "When the first certificate of the chain expires, unix time.")
        .set(*result.certificate_expiry_unix);
  }
}

void log_result(const Identity& identity, const ProbeResult& result) {
  if (result.outcome == Outcome::good) {
    logging::info("target is well again", {{"probe", identity.probe}, {"target", identity.target}});
    return;
  }
  logging::warn("probe failed", {{"probe", identity.probe},
                                 {"target", identity.target},
                                 {"result", std::string(to_string(result.outcome))},
                                 {"reason", std::string(to_string(result.reason))},
                                 {"step", result.step},
                                 {"detail", result.detail}});
}

}  // namespace fleet::probers
