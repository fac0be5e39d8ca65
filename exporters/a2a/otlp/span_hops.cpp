#include "exporters/a2a/otlp/span_hops.hpp"

#include <algorithm>

#include "exporters/a2a/hop_families.hpp"

namespace fleet::exporters::a2a {

void SpanHops::set_rules(const OtlpSettings& settings) {
  max_pairs_ = settings.max_pairs;
  clocks_in_step_ = settings.clocks_in_step;
  count_hops_ = settings.count_hops;
}

SpanHops::Times SpanHops::times_of(const HopSpan& caller, const HopSpan& callee) const {
  bool const messaging = caller.is_messaging() || callee.is_messaging();
  if (!messaging) return {caller.duration_us(), -1, std::min(caller.end_us, now_us_)};
  auto const together = caller.duration_us() + callee.duration_us();
  auto const done = std::min(callee.end_us, now_us_);
  if (!clocks_in_step_) return {together, -1, done};
  // Clocks in step still differ a little.
  auto const queued = std::max<std::int64_t>(0, callee.start_us - caller.start_us);
  return {queued + callee.duration_us(), queued, done};
}

void SpanHops::paired(const HopSpan& caller, const HopSpan& callee) {
  if (caller.duration_us() < 0 || callee.duration_us() < 0) {
    ++negative_;
    return;
  }
  auto const index = counts_.pair(caller.agent, callee.agent, max_pairs_);
  count(index, caller, callee, times_of(caller, callee));
}

void SpanHops::count(std::uint32_t index, const HopSpan& caller, const HopSpan& callee, const Times& times) {
  bool const failed = caller.failed || callee.failed;
  graph_.count(index, caller, callee, failed, now_us_);
  auto& pair = counts_.pairs[index];
  pair.source_seen_us = std::max(pair.source_seen_us, std::min(caller.end_us, now_us_));
  pair.target_seen_us = std::max(pair.target_seen_us, std::min(callee.end_us, now_us_));
  if (!count_hops_) return;

  auto const outcome = !failed ? Outcome::ok : caller.timed_out ? Outcome::timeout : Outcome::error;
  ++pair.by_outcome[static_cast<std::size_t>(outcome)];
  auto const bucket = pair.duration.observe(times.latency_us);
  latencies_.observe(index, times.done_us, times.latency_us, now_us_);
  latencies_.note_exemplar(index, bucket, caller.trace.text(), times.done_us, times.latency_us);
  auto& target = counts_.targets[counts_.target(callee.agent, max_pairs_)];
  target.processing.observe(callee.duration_us());
  if (times.queue_us >= 0) target.queue.observe(times.queue_us);

  if (outcome == Outcome::error) {
    constexpr std::uint8_t other = error_codes.size() - 1;
    ++counts_.errors[callee.failed && callee.error_code != other ? callee.error_code : caller.error_code];
  }
  // The server knows; the client has heard.
  if (auto const state = callee.task_state ? callee.task_state : caller.task_state) ++counts_.states[*state];

  if (transport_.size() <= index) transport_.resize(index + 1);
  auto const transport = caller.duration_us() - callee.duration_us();
  // A server that is busy for longer than its client waits says nothing of the way between them.
  if (!caller.is_messaging() && !callee.is_messaging() && transport >= 0) transport_[index].observe(transport);
}

void SpanHops::unpaired(const HopSpan& span) { graph_.count_unpaired(span, max_pairs_); }

void SpanHops::dropped(const HopSpan&) { ++dropped_; }

void SpanHops::add_families(const PageSettings& page, Families& out) {
  latencies_.set_window(page.latency.window);
  if (count_hops_) {
    add_pair_families(counts_, latencies_, page.latency, now_us_, out);
    add_target_families(counts_, out);
    add_result_families(counts_, out);
    auto& transport = out.histogram("a2a_hop_transport_duration_seconds",
                                    "What of a request is not its server's work: the client's span less the "
                                    "server's, on the network and in queues, both ways.");
    for (std::size_t n = 0; n < transport_.size(); ++n) {
      auto const& pair = counts_.pairs[n];
      transport.add_histogram({{"source", pair.source}, {"target", pair.target}}, transport_[n].data());
    }
  }
  add_agent_families(counts_, page.agents, now_us_, out);
  graph_.add_families(counts_, out);
  out.counter("a2a_otlp_pairs_skipped_total", "Pairs of spans that were not counted, by reason.")
      .add({{"reason", "negative"}}, static_cast<double>(negative_));
  out.counter("a2a_otlp_spans_dropped_total",
              "Spans that made place for newer ones before their other side came.")
      .add(static_cast<double>(dropped_));
}

}  // namespace fleet::exporters::a2a
