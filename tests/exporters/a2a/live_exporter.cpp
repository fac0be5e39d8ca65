#include "tests/exporters/a2a/live_exporter.hpp"

#include <sstream>
#include <stdexcept>

#include "tests/exporters/a2a/stream_reply.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {

std::optional<double> Samples::sum(const std::string& name) const {
  std::optional<double> total;
  for (auto at = values.lower_bound(name); at != values.end() && at->first.starts_with(name); ++at) {
    if (at->first.size() == name.size() || at->first[name.size()] == '{')
      total = total.value_or(0) + at->second;
  }
  return total;
}

Samples parse_page(const std::string& text) {
  Samples samples;
  samples.text = text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    auto const space = line.rfind(' ');
    samples.values[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return samples;
}

LiveExporter::LiveExporter(const std::string& redis_address, const std::string& more_config)
    : port_(free_port()) {
  config_ = directory_.write("a2a.yml", "redis: {address: \"" + redis_address + "\"}\n" + more_config);
  start();
}

void LiveExporter::start() {
  Launch launch;
  launch.command = {std::string(FLEET_BIN_DIR) + "/a2a_exporter", "--config.file=" + config_,
                    "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  launch.output = directory_.path() / "exporter.log";
  process_ = std::make_unique<Process>(std::move(launch));
}

std::optional<Samples> LiveExporter::try_scrape() const {
  HttpAnswer answer;
  try {
    answer =
        http_get(port_, "/metrics", {{"X-Prometheus-Scrape-Timeout-Seconds", "5"}}, std::chrono::seconds(5));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  if (answer.status != 200) throw std::runtime_error("a scrape was answered " + std::to_string(answer.status));
  return parse_page(answer.body);
}

Samples LiveExporter::scrape() const {
  std::optional<Samples> page;
  if (!wait_until([&] { return (page = try_scrape()).has_value(); })) {
    throw std::runtime_error("the exporter does not answer:\n" + process_->output());
  }
  return *page;
}

std::optional<double> LiveExporter::wait_for(const std::string& series, double value,
                                             std::chrono::milliseconds limit) const {
  std::optional<double> seen;
  wait_until(
      [&] {
        auto const page = try_scrape();
        seen = page ? page->get(series) : std::nullopt;
        return seen == value;
      },
      limit);
  return seen;
}

std::string add_hop(const RedisServer& redis, const std::string& id, std::int64_t latency_us,
                    const std::map<std::string, std::string>& changes) {
  std::istringstream time(redis.command({"TIME"}));
  std::int64_t seconds = 0, microseconds = 0;
  time >> seconds >> microseconds;
  auto const now = seconds * 1'000'000 + microseconds;
  std::vector<std::string> words{"XADD", "a2a:hops", "*"};
  for (auto const& [name, value] : hop_fields(id, now - latency_us, now, changes)) {
    words.push_back(name);
    words.push_back(value);
  }
  return redis.command(words);
}

}  // namespace fleet::testing
