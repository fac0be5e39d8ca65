#include "exporters/a2a/otlp/span_ingest.hpp"

#include <algorithm>
#include <utility>

namespace fleet::exporters::a2a {
namespace {

constexpr std::size_t at_once = 256;

std::int64_t wall_clock_us() {
  auto const since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

std::uint64_t identity(const HopSpan& span) {
  std::array<std::uint64_t, 3> const words{span.trace.high, span.trace.low, span.id};
  return RecentHops::identity({reinterpret_cast<const char*>(words.data()), sizeof words}, 0);
}

}  // namespace

SpanIngest::SpanIngest(const OtlpSettings& settings, std::chrono::milliseconds window)
    : recent_(settings.remembered_spans), pairs_(settings.wait, settings.max_waiting), hops_(window) {
  hops_.set_rules(settings);
}

void SpanIngest::set_settings(const OtlpSettings& settings) {
  std::lock_guard const lock(mutex_);
  if (settings.remembered_spans != recent_.capacity()) recent_ = RecentHops(settings.remembered_spans);
  pairs_.set_limits(settings.wait, settings.max_waiting);
  hops_.set_rules(settings);
}

void SpanIngest::take(std::vector<HopSpan> spans, std::uint64_t ignored_count, std::uint64_t rejected_count) {
  for (std::size_t begin = 0; begin < std::max<std::size_t>(spans.size(), 1); begin += at_once) {
    std::lock_guard const lock(mutex_);
    auto const now = std::chrono::steady_clock::now();
    auto const now_us = wall_clock_us();
    hops_.set_now(now_us);
    last_request_ = static_cast<double>(now_us) / 1e6;
    results_[ignored] += std::exchange(ignored_count, 0);
    results_[rejected] += std::exchange(rejected_count, 0);
    auto const end = std::min(spans.size(), begin + at_once);
    for (auto n = begin; n < end; ++n) take_one(std::move(spans[n]), now);
  }
}

void SpanIngest::take_one(HopSpan span, SpanPairs::Time now) {
  if (!recent_.insert(identity(span))) {
    ++results_[duplicate];
  } else if (span.agent.empty()) {
    ++results_[unnamed];
  } else {
    ++results_[taken];
    pairs_.add(std::move(span), now, hops_);
  }
}

void SpanIngest::note_answer(int status) {
  std::lock_guard const lock(mutex_);
  auto const known = std::ranges::find(statuses, status);
  if (known != statuses.end()) ++answers_[static_cast<std::size_t>(known - statuses.begin())];
}

void SpanIngest::add_families(const PageSettings& page, Families& out) {
  std::lock_guard const lock(mutex_);
  hops_.set_now(wall_clock_us());
  pairs_.expire(std::chrono::steady_clock::now(), hops_);
  hops_.add_families(page, out);
  auto& spans = out.counter("a2a_otlp_spans_total", "Spans received, by what became of them.");
  for (std::size_t n = 0; n < result_names.size(); ++n) {
    spans.add({{"result", result_names[n]}}, static_cast<double>(results_[n]));
  }
  auto& answers = out.counter("a2a_otlp_requests_total", "Requests to /v1/traces, by HTTP status.");
  for (std::size_t n = 0; n < statuses.size(); ++n) {
    answers.add({{"code", std::to_string(statuses[n])}}, static_cast<double>(answers_[n]));
  }
  out.gauge("a2a_otlp_waiting_spans", "Spans that wait for their other side.")
      .add(static_cast<double>(pairs_.waiting()));
  if (last_request_ > 0) {
    out.gauge("a2a_otlp_last_request_timestamp_seconds", "When spans were last received.").add(last_request_);
  }
}

}  // namespace fleet::exporters::a2a
