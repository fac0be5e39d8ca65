#include "core/redis/server/commands.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <optional>
#include <vector>

namespace fleet::redis {
namespace {

constexpr std::string_view command_prefix = "cmdstat_", percentiles_prefix = "latency_percentiles_usec_",
                           error_prefix = "errorstat_";

/// The fields "cmdstat_get:calls=21,usec=175,usec_per_call=8.33,...", by command.
class CallStatistics {
 public:
  explicit CallStatistics(const InfoText& info) {
    constexpr std::size_t usual_commands = 64;
    fields_.reserve(usual_commands);
    for (auto const& [name, value] : info.fields()) {
      if (name.starts_with(command_prefix)) fields_.push_back({name.substr(command_prefix.size()), value});
    }
    std::stable_sort(fields_.begin(), fields_.end(), earlier);
  }
  const std::vector<InfoText::Field>& fields() const { return fields_; }
  /// One number of a command.
  std::optional<double> number(std::string_view command, std::string_view name) const {
    auto const found = std::lower_bound(fields_.begin(), fields_.end(), InfoText::Field{command, {}}, earlier);
    if (found == fields_.end() || found->name != command) return std::nullopt;
    return number_in(part_of(found->value, name));
  }

 private:
  static bool earlier(const InfoText::Field& a, const InfoText::Field& b) { return a.name < b.name; }
  std::vector<InfoText::Field> fields_;
};

void add_calls(const CallStatistics& statistics, ServerPage& page) {
  auto total = page.counter("commands_total", "Total number of calls per command");
  auto duration =
      page.counter("commands_duration_seconds_total", "Total amount of time in seconds spent per command");
  // Since Redis 6.2.
  auto rejected = page.counter("commands_rejected_calls_total",
                               "Total number of errors prior command execution per command");
  auto failed = page.counter("commands_failed_calls_total",
                             "Total number of errors within command execution per command");
  for (auto const& [command, value] : statistics.fields()) {
    auto const calls = number_in(part_of(value, "calls")), usec = number_in(part_of(value, "usec"));
    if (!calls || !usec) continue;
    total.add({{"cmd", command}}, *calls);
    duration.add({{"cmd", command}}, *usec / 1e6);
    if (auto const count = number_in(part_of(value, "rejected_calls")))
      rejected.add({{"cmd", command}}, *count);
    if (auto const count = number_in(part_of(value, "failed_calls"))) failed.add({{"cmd", command}}, *count);
  }
}

/// From "p50=6.015,p99=6.015,p99.9=6.015". Their labels are percents, as redis_exporter has them.
auto percentiles(std::string_view list) {
  boost::container::small_vector<Quantile, 4> all;
  while (!list.empty()) {
    auto const part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), part.size() + 1));
    auto const equals = part.find('=');
    if (!part.starts_with('p') || equals == std::string_view::npos) continue;
    if (auto const value = number_in(part.substr(equals + 1)))
      all.push_back({part.substr(1, equals - 1), *value});
  }
  return all;
}

}  // namespace

void add_commands(const InfoText& info, ServerPage& page) {
  CallStatistics const statistics(info);
  add_calls(statistics, page);
  auto latencies = page.series(MetricType::summary, "latency_percentiles_usec",
                               "A summary of latency percentile distribution per command");
  auto errors = page.counter("errors_total", "Total number of errors per error type");
  for (auto const& [name, value] : info.fields()) {
    if (name.starts_with(percentiles_prefix)) {
      auto const command = name.substr(percentiles_prefix.size());
      auto const calls = statistics.number(command, "calls"), usec = statistics.number(command, "usec");
      if (!calls || !usec) continue;
      auto const quantiles = percentiles(value);
      latencies.add_summary({{"cmd", command}}, std::span(quantiles.data(), quantiles.size()), *usec,
                            static_cast<std::uint64_t>(*calls));
    } else if (name.starts_with(error_prefix)) {
      auto const count = number_in(part_of(value, "count"));
      if (count) errors.add({{"err", name.substr(error_prefix.size())}}, *count);
    }
  }
}

void add_latency_spikes(Reply latest, ServerPage& page) {
  auto last = page.gauge("latency_spike_last", "When the latency spike last occurred");
  auto duration = page.gauge("latency_spike_duration_seconds", "Length of the last latency spike in seconds");
  auto const end = latest.end();
  for (auto spike = latest.begin(); spike != end; ++spike) {
    auto const event = (*spike)[0].text();
    last.add({{"event_name", event}}, static_cast<double>((*spike)[1].integer()));
    duration.add({{"event_name", event}}, static_cast<double>((*spike)[2].integer()) / 1e3);
  }
}

void add_latency_histograms(Reply histograms, const InfoText& info, ServerPage& page) {
  auto series =
      page.series(MetricType::histogram, "commands_latencies_usec", "A histogram of latencies per command");
  CallStatistics const statistics(info);
  HistogramData data;
  each_field(histograms, [&](std::string_view command, const Reply& histogram) {
    data.bounds.clear();
    data.counts.clear();
    std::uint64_t calls = 0, so_far = 0;
    each_field(histogram, [&](std::string_view name, const Reply& value) {
      if (name == "calls") calls = static_cast<std::uint64_t>(value.integer());
      if (name != "histogram_usec") return;
      data.bounds.reserve(value.size() / 2);
      data.counts.reserve(value.size() / 2 + 1);
      auto const end = value.end();
      for (auto each = value.begin(); each != end; ++each) {  // upper bound, count so far
        auto const bound = (*each).integer();
        if (!(++each != end)) return;
        data.bounds.push_back(static_cast<double>(bound));
        auto const cumulative = static_cast<std::uint64_t>((*each).integer());
        data.counts.push_back(cumulative - std::min(so_far, cumulative));
        so_far = cumulative;
      }
    });
    data.counts.push_back(calls - std::min(so_far, calls));
    data.sum = statistics.number(command, "usec").value_or(0);
    series.add_histogram({{"cmd", command}}, data);
  });
}

}  // namespace fleet::redis
