#include "tests/exporters/redis/running_exporter.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/servers/waiting.hpp"

namespace fleet::testing::redis_health {
namespace {

constexpr const char* peer_program = "/usr/bin/prometheus-redis-exporter";

bool answers(std::uint16_t port, const std::string& path) {
  try {
    return http_get(port, path).status == 200;
  } catch (const std::exception&) {
    return false;
  }
}

SamplePage page_of(std::uint16_t port, const std::string& path, std::chrono::seconds timeout) {
  auto const answer =
      http_get(port, path, {{"X-Prometheus-Scrape-Timeout-Seconds", std::to_string(timeout.count())}}, timeout);
  if (answer.status != 200)
    throw std::runtime_error("status " + std::to_string(answer.status) + ": " + answer.body);
  return SamplePage(answer.body);
}

}  // namespace

std::string instance_line(const std::string& name, const std::string& address, const std::string& more) {
  return "- {name: " + name + ", address: '" + address + "'" + (more.empty() ? "" : ", ") + more + "}\n";
}

RunningExporter::RunningExporter(const std::string& config) : port_(free_port()) {
  Launch launch;
  launch.command = {FLEET_BIN_DIR "/redis_health_exporter",
                    "--config.file=" + directory_.write("redis.yml", config),
                    "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  launch.output = directory_.path() / "log";
  process_ = std::make_unique<Process>(std::move(launch));
  bool const up = wait_until([&] { return answers(port_, "/-/healthy"); });
  INFO(log());
  REQUIRE(up);
}

SamplePage RunningExporter::scrape(const std::string& path, std::chrono::seconds timeout) const {
  return page_of(port_, path, timeout);
}

void RunningExporter::reload(const std::string& config) {
  directory_.write("redis.yml", config);
  auto const answer = http_request("POST", port_, "/-/reload");
  if (answer.status != 200) throw std::runtime_error("reload: " + answer.body);
}

bool Peer::installed() { return std::filesystem::exists(peer_program); }

Peer::Peer(const std::string& address) : port_(free_port()) {
  Launch launch;
  launch.command = {peer_program,
                    "-redis.addr",
                    "redis://" + address,
                    "-ping-on-connect",
                    "-include-system-metrics",
                    "-web.listen-address",
                    "127.0.0.1:" + std::to_string(port_)};
  launch.output = directory_.path() / "log";
  process_ = std::make_unique<Process>(std::move(launch));
  bool const up = wait_until([&] { return answers(port_, "/health"); });
  INFO(process_->output());
  REQUIRE(up);
}

SamplePage Peer::scrape(const std::string& path) const {
  return page_of(port_, path, std::chrono::seconds(10));
}

}  // namespace fleet::testing::redis_health
