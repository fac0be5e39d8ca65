// A private PostgreSQL server, and streaming replicas of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace fleet::testing {

/// PostgreSQL on 127.0.0.1 with its own cluster (superuser `postgres`, trust, fsync=off); keeps port and
/// directory over stop() and start(). start() returns when it accepts connections. As root it runs as the user
/// `postgres`.
class PostgresServer {
 public:
  enum class Stop { fast, immediate };
  using Table = std::vector<std::vector<std::string>>;  ///< rows of values as text; NULL is ""

  /// Creates the cluster and starts it. `settings` are lines of postgresql.conf; `authentication` is
  /// pg_hba.conf's method for TCP connections of all roles but postgres: "trust", "scram-sha-256".
  explicit PostgresServer(std::vector<std::string> settings = {}, std::string authentication = "trust");
  ~PostgresServer();

  std::uint16_t port() const { return port_; }
  /// "127.0.0.1:port".
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Directory that holds the unix socket.
  std::string socket_directory() const { return directory_.path().string(); }

  /// Runs statements as the superuser; returns the last one's rows. Throws std::runtime_error with the server's
  /// message.
  Table run_sql(const std::string& sql, const std::string& database = "postgres") const;
  /// The same, of the first value; "" if there is none.
  std::string value(const std::string& sql, const std::string& database = "postgres") const;
  /// Creates the roles legalllm_app and fleet_monitor and the database legalllm_multiagent with
  /// demo/schema.sql.
  void load_demo_schema() const;

  void start();
  void stop(Stop how = Stop::fast);
  void restart(Stop how = Stop::fast);
  void freeze();  ///< SIGSTOP to every process of the server
  void thaw();
  /// A hot standby of this one that has begun to stream (application_name is its port). Must not outlive this
  /// server's test; either may be stopped first.
  std::unique_ptr<PostgresServer> create_replica();
  /// Makes a replica a primary.
  void promote();
  Process& process() { return *process_; }

 private:
  struct Replica {};
  PostgresServer(Replica, std::uint16_t primary_port);
  void prepare_directory();

  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace fleet::testing
