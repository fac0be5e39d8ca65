// pg_health_exporter as its users run it, for tests.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/exporters/postgres/sample_page.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/process.hpp"

namespace fleet::testing {

/// "  - {name: a, address: ...}" for the demo's database and role.
std::string instance_line(const std::string& name, const std::string& address, const std::string& more = "");

/// How often a log says something.
std::size_t times(const std::string& text, const std::string& what);

class RunningExporter {
 public:
  /// `config` is the whole file, `flags` are further words of the command line. Returns when /-/healthy
  /// answers.
  explicit RunningExporter(const std::string& config, const std::vector<std::string>& flags = {});

  /// One scrape, as Prometheus would with this scrape_timeout; throws if it is not answered within that.
  SamplePage scrape(std::chrono::seconds timeout = std::chrono::seconds(10)) const;
  /// The page of /probe or of a selection: scrape() of another path.
  SamplePage scrape_path(const std::string& path,
                         std::chrono::seconds timeout = std::chrono::seconds(10)) const;
  /// Any answer of any path.
  HttpAnswer get(const std::string& path, std::chrono::seconds timeout = std::chrono::seconds(10)) const;
  /// How long the last scrape took.
  std::chrono::milliseconds took() const { return took_; }
  std::string log() const { return process_->output(); }
  Process& process() { return *process_; }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
  mutable std::chrono::milliseconds took_{0};
};

/// Exit code and output of `pg_health_exporter --once`.
struct OnceResult {
  int exit_code;
  std::string output;
};
OnceResult run_once(const std::string& config);

/// A client's own connection, to hold locks and transactions with.
class ClientSession {
 public:
  ClientSession(const PostgresServer& server, const std::string& database)
      : ClientSession(server.port(), database) {}
  ClientSession(std::uint16_t port, const std::string& database);
  ~ClientSession() { PQfinish(connection_); }
  ClientSession(const ClientSession&) = delete;
  void run(const std::string& sql);   ///< and waits for its end
  void send(const std::string& sql);  ///< and does not

 private:
  PGconn* connection_;
};

}  // namespace fleet::testing
