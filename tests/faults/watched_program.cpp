#include "tests/faults/watched_program.hpp"

#include <sstream>
#include <stdexcept>
#include <string_view>

#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

// Counters of the servers themselves begin anew with the server, and belong to it.
bool of_a_server(std::string_view name) { return name.starts_with("redis_") || name.starts_with("pg_stat"); }

void read_page(const std::string& text, Scrape& into) {
  std::istringstream lines(text);
  bool counter = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      counter = line.ends_with(" counter") && !of_a_server(std::string_view(line).substr(7));
    } else if (!line.empty() && line[0] != '#') {
      auto const space = line.rfind(' ');
      auto const series = line.substr(0, space);
      auto const value = std::stod(line.substr(space + 1));
      if (!into.samples.emplace(series, value).second) throw std::runtime_error("twice on the page: " + series);
      if (counter) into.own_counters[series] = value;
    }
  }
}

}  // namespace

std::optional<double> Scrape::value(const std::string& series) const {
  auto const found = samples.find(series);
  return found == samples.end() ? std::nullopt : std::optional(found->second);
}

bool Scrape::has_family(const std::string& name) const {
  auto const found = samples.lower_bound(name);
  return found != samples.end() && (found->first == name || found->first.starts_with(name + "{"));
}

WatchedProgram::WatchedProgram(std::string program, const std::string& config, Expectations expectations)
    : program_(std::move(program)),
      expectations_(std::move(expectations)),
      config_(directory_.write("config.yml", config)),
      port_(free_port()) {}

void WatchedProgram::start() {
  Launch launch;
  launch.command = {FLEET_BIN_DIR "/" + program_, "--config.file=" + config_,
                    "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  launch.output = directory_.path() / "log";
  process_ = std::make_unique<Process>(std::move(launch));
  auto const healthy = [this] { return accepts(port_) && http_get(port_, "/-/healthy").status == 200; };
  if (!wait_until([&] { return !process_->running() || healthy(); }, std::chrono::seconds(20)) ||
      !process_->running()) {
    throw std::runtime_error(program_ + " does not start:\n" + log());
  }
}

void WatchedProgram::stop() {
  if (auto const code = process_->stop(); code != 0) {
    throw std::runtime_error(program_ + " ended with code " + std::to_string(code) + ":\n" + log());
  }
}

Scrape WatchedProgram::scrape(std::chrono::seconds timeout) const {
  Scrape result;
  auto const begin = std::chrono::steady_clock::now();
  try {
    auto const answer = http_get(
        port_, "/metrics", {{"X-Prometheus-Scrape-Timeout-Seconds", std::to_string(timeout.count())}}, timeout);
    result.status = answer.status;
    read_page(answer.body, result);
  } catch (const std::exception& error) {
    result.error = error.what();
    result.status = 0;
  }
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  return result;
}

std::string WatchedProgram::page(const std::string& accept) const {
  auto const answer = http_get(port_, "/metrics", {{"Accept", accept}});
  if (answer.status != 200) throw std::runtime_error(program_ + ": status " + std::to_string(answer.status));
  return answer.body;
}

std::string WatchedProgram::log() const { return read_text(directory_.path() / "log"); }

}  // namespace fleet::testing
