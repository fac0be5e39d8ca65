#include "core/redis/server/commands.hpp"

#include <unordered_map>

namespace fleet::redis {
namespace {

constexpr std::string_view command_prefix = "cmdstat_", percentiles_prefix = "latency_percentiles_usec_",
                           error_prefix = "errorstat_";

struct Calls {
  double count = 0;
  double usec = 0;
};

/// Calls by command, from the fields "cmdstat_get:calls=21,usec=175,usec_per_call=8.33,...".
using CallsByCommand = std::unordered_map<std::string_view, Calls>;

CallsByCommand add_calls(const InfoText& info, ServerPage& page) {
  CallsByCommand all;
  auto total = page.counter("commands_total", "Total number of calls per command");
  auto duration =
      page.counter("commands_duration_seconds_total", "Total amount of time in seconds spent per command");
  // Since Redis 6.2.
  auto rejected = page.counter("commands_rejected_calls_total",
                               "Total number of errors prior command execution per command");
  auto failed = page.counter("commands_failed_calls_total",
                             "Total number of errors within command execution per command");
  for (auto const& [name, value] : info.fields()) {
    if (!name.starts_with(command_prefix)) continue;
    auto const command = name.substr(command_prefix.size());
    auto const calls = number_in(part_of(value, "calls")), usec = number_in(part_of(value, "usec"));
    if (!calls || !usec) continue;
    all[command] = {*calls, *usec};
    total.add({{"cmd", command}}, *calls);
    duration.add({{"cmd", command}}, *usec / 1e6);
    if (auto const count = number_in(part_of(value, "rejected_calls")))
      rejected.add({{"cmd", command}}, *count);
    if (auto const count = number_in(part_of(value, "failed_calls"))) failed.add({{"cmd", command}}, *count);
  }
  return all;
}

/// From "p50=6.015,p99=6.015,p99.9=6.015". Their labels are percents, as redis_exporter has them.
std::vector<Quantile> percentiles(std::string_view list) {
  std::vector<Quantile> all;
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
  auto const calls = add_calls(info, page);
  auto latencies = page.series(MetricType::summary, "latency_percentiles_usec",
                               "A summary of latency percentile distribution per command");
  auto errors = page.counter("errors_total", "Total number of errors per error type");
  for (auto const& [name, value] : info.fields()) {
    if (name.starts_with(percentiles_prefix)) {
      auto const command = name.substr(percentiles_prefix.size());
      auto const found = calls.find(command);
      if (found == calls.end()) continue;
      latencies.add_summary({{"cmd", command}}, percentiles(value), found->second.usec,
                            static_cast<std::uint64_t>(found->second.count));
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
  each_field(histograms, [&](std::string_view command, const Reply& histogram) {
    HistogramData data;
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
    std::string const field = std::string(command_prefix) + std::string(command);
    data.sum = number_in(part_of(info.value(field), "usec")).value_or(0);
    series.add_histogram({{"cmd", command}}, data);
  });
}

}  // namespace fleet::redis
