// A private PgBouncer in front of a private PostgreSQL server.
#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/servers/postgres_server.hpp"
#include "tests/servers/process.hpp"

namespace fleet::testing {

/// pgbouncer on 127.0.0.1 in transaction mode, with the database `pooled` (one server connection, to the
/// server's database postgres as postgres) and the users postgres, fleet_monitor (who may see statistics) and
/// nobody, all trusted. start() returns when it accepts connections. As root it runs as the user `postgres`.
class PgBouncerServer {
 public:
  explicit PgBouncerServer(const PostgresServer& server);

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void start();
  void stop();
  void freeze() { process_->signal(SIGSTOP); }
  void thaw() { process_->signal(SIGCONT); }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace fleet::testing
