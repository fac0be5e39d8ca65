#include "tests/exporters/postgres/running_exporter.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

const std::string kProgram = FLEET_BIN_DIR "/pg_health_exporter";

bool healthy(std::uint16_t port) {
  try {
    return http_get(port, "/-/healthy").status == 200;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

std::string instance_line(const std::string& name, const std::string& address, const std::string& more) {
  return "  - {name: " + name + ", address: '" + address +
         "', user: fleet_monitor, database: legalllm_multiagent, sslmode: disable" + more + "}\n";
}

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++count;
  return count;
}

RunningExporter::RunningExporter(const std::string& config, const std::vector<std::string>& flags)
    : port_(free_port()) {
  Launch launch;
  launch.command = {kProgram, "--config.file=" + directory_.write("postgres.yml", config),
                    "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  launch.command.insert(launch.command.end(), flags.begin(), flags.end());
  launch.output = directory_.path() / "log";
  process_ = std::make_unique<Process>(std::move(launch));
  bool const up = wait_until([&] { return healthy(port_); });
  INFO(log());
  REQUIRE(up);
}

HttpAnswer RunningExporter::get(const std::string& path, std::chrono::seconds timeout) const {
  auto const begin = std::chrono::steady_clock::now();
  auto answer = http_get(port_, path,
                         {{"X-Prometheus-Scrape-Timeout-Seconds", std::to_string(timeout.count())}}, timeout);
  took_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  return answer;
}

SamplePage RunningExporter::scrape_path(const std::string& path, std::chrono::seconds timeout) const {
  auto answer = get(path, timeout);
  if (answer.status != 200)
    throw std::runtime_error("status " + std::to_string(answer.status) + ": " + answer.body);
  return SamplePage(std::move(answer.body));
}

SamplePage RunningExporter::scrape(std::chrono::seconds timeout) const {
  return scrape_path("/metrics", timeout);
}

OnceResult run_once(const std::string& config) {
  TemporaryDirectory directory;
  Launch launch;
  launch.command = {kProgram, "--once", "--config.file=" + directory.write("postgres.yml", config)};
  launch.output = directory.path() / "page";
  Process process(std::move(launch));
  int const code = process.wait(std::chrono::seconds(30));
  return {code, process.output()};
}

ClientSession::ClientSession(std::uint16_t port, const std::string& database)
    : connection_(PQconnectdb(("host=127.0.0.1 user=postgres port=" + std::to_string(port) +
                               " dbname=" + database + " application_name=test_client")
                                  .c_str())) {
  if (PQstatus(connection_) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_));
}

void ClientSession::run(const std::string& sql) {
  PGresult* const result = PQexec(connection_, sql.c_str());
  auto const status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection_));
  }
}

void ClientSession::send(const std::string& sql) {
  if (PQsendQuery(connection_, sql.c_str()) == 0) throw std::runtime_error(PQerrorMessage(connection_));
}

}  // namespace fleet::testing
