#include "tests/faults/watched_program.hpp"

#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

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

WatchedProgram::WatchedProgram(std::string program, std::string config, Expectations expectations)
    : program_(std::move(program)),
      expectations_(std::move(expectations)),
      config_(std::move(config)),
      file_(directory_.write("config.yml", config_)),
      output_(directory_.path() / "log"),
      port_(free_port()) {}

void WatchedProgram::start() {
  forget_scrapers();
  Launch launch;
  launch.command = {FLEET_BIN_DIR "/" + program_, "--config.file=" + file_,
                    "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  launch.output = output_;
  launch.environment = environment_;
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

void WatchedProgram::write_config(const std::string& text) const {
  std::filesystem::rename(directory_.write("config.next", text), file_);
}

void WatchedProgram::keep_scrapers() {
  forget_scrapers();
  for (int n = 0; n < 2; ++n) scrapers_.emplace_back(port_);
  // Each is answered once: then it is the program's, and not only the kernel's.
  for (auto& scraper : scrapers_) {
    scraper.send("GET /-/healthy HTTP/1.1\r\nHost: t\r\n\r\n");
    scraper.read_response();
  }
}

std::size_t WatchedProgram::descriptors() const {
  auto const open = std::filesystem::directory_iterator("/proc/" + std::to_string(pid()) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

HttpAnswer WatchedProgram::ask(std::chrono::seconds timeout) const {
  std::optional<RawConnection> scraper;
  {
    std::lock_guard const lock(mutex_);
    if (!scrapers_.empty()) {
      scraper.emplace(std::move(scrapers_.back()));
      scrapers_.pop_back();
    }
  }
  auto const header = std::pair("X-Prometheus-Scrape-Timeout-Seconds", std::to_string(timeout.count()));
  if (!scraper) return http_get(port_, "/metrics", {header}, timeout);
  scraper->send(std::string("GET /metrics HTTP/1.1\r\nHost: t\r\n") + header.first + ": " + header.second +
                "\r\n\r\n");
  auto const answer = scraper->read_response();
  std::lock_guard const lock(mutex_);
  scrapers_.push_back(std::move(*scraper));
  return {.status = std::stoi(answer.substr(9, 3)), .headers = {}, .body = body_of(answer)};
}

Scrape WatchedProgram::scrape(std::chrono::seconds timeout) const {
  Scrape result;
  auto const begin = std::chrono::steady_clock::now();
  try {
    auto const answer = ask(timeout);
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

std::string WatchedProgram::log() const {
  return std::filesystem::is_regular_file(output_) ? read_text(output_) : "its log went to " + output_.string();
}

}  // namespace fleet::testing
