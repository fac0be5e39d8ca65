#include "probers/commands/latency_tally.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "core/io/seconds.hpp"
#include "core/metrics/nearest_rank.hpp"
#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

namespace {

std::string percent(double ratio) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %%", ratio * 100);
  return text;
}

Reason most_frequent_failure(const ReportRow& row) {
  Reason most = row.result.reason;
  std::uint64_t count = 0;
  for (auto const& [what, times] : row.attempts) {
    if (what.first != Outcome::bad || times <= count) continue;
    most = what.second;
    count = times;
  }
  return most;
}

}  // namespace

void LatencyTally::served(std::chrono::nanoseconds latency) {
  served_.record(latency);
  waits_.record(latency);
  if (!objective_.target || latency <= *objective_.target) ++within_;
}

void LatencyTally::failed(std::optional<std::chrono::nanoseconds> took) {
  ++failures_;
  if (took) waits_.record(*took);
}

void LatencyTally::merge(const LatencyTally& other) {
  served_.merge(other.served_);
  waits_.merge(other.waits_);
  failures_ += other.failures_;
  within_ += other.within_;
}

double LatencyTally::error_ratio() const {
  return total() == 0 ? 0 : static_cast<double>(failures_) / static_cast<double>(total());
}

bool LatencyTally::meets_latency() const {
  if (!objective_.target || total() == 0) return true;
  return within_ >= nearest_rank(objective_.quantile, total());
}

double LatencyTally::quantile_seconds(double q) const {
  if (total() == 0) return std::numeric_limits<double>::quiet_NaN();
  auto const rank = nearest_rank(q, total());
  return rank > served_.count() ? std::numeric_limits<double>::infinity() : seconds(served_.at_rank(rank));
}

std::string LatencyTally::latency_shortfall() const {
  if (meets_latency()) return "";
  auto const name = quantile_name(objective_.quantile);
  auto const target = seconds(*objective_.target);
  auto const value = quantile_seconds(objective_.quantile);
  if (value == std::numeric_limits<double>::infinity()) {
    return name + " is a failed request: " + std::to_string(failures_) + " of " + std::to_string(total()) +
           " failed";
  }
  return name + " " + human_seconds(value) + " is " + human_seconds(value - target) + " over " +
         human_seconds(target);
}

std::string LatencyTally::error_shortfall() const {
  if (meets_errors()) return "";
  return std::to_string(failures_) + " of " + std::to_string(total()) + " failed (" + percent(error_ratio()) +
         ", at most " + percent(objective_.max_error_ratio) + ")";
}

void judge_tally(const LatencyTally& tally, ReportRow& row) {
  auto& result = row.result;
  auto const last_detail = result.outcome == Outcome::good ? "" : "; last: " + result.detail;
  if (!tally.meets_errors()) {
    auto const late = tally.latency_shortfall();
    result.outcome = Outcome::bad;
    result.reason = most_frequent_failure(row);
    result.detail = tally.error_shortfall() + last_detail;
    if (!late.empty()) result.detail += "; " + late;
  } else if (!tally.meets_latency()) {
    result.outcome = Outcome::bad;
    result.reason = Reason::slow;
    result.step.clear();
    result.detail = tally.latency_shortfall();
  } else if (tally.total() == 0 || row.attempts_of(Outcome::unknown) > 0) {
    result.outcome = Outcome::unknown;
    if (result.reason == Reason::none) result.reason = Reason::internal;
    if (result.detail.empty()) result.detail = "nothing was measured";
  } else {
    result.outcome = Outcome::good;
    result.reason = Reason::none;
    result.step.clear();
    result.detail = tally.failures() == 0 ? "" : std::to_string(tally.failures()) + " failed" + last_detail;
  }
}

std::string quantile_name(double q) {
  char text[32];
  std::snprintf(text, sizeof text, "p%.6g", q * 100);
  return text;
}

}  // namespace fleet::probers
