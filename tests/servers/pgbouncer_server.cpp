#include "tests/servers/pgbouncer_server.hpp"

#include <filesystem>
#include <stdexcept>

#include "tests/servers/waiting.hpp"

namespace fleet::testing {

PgBouncerServer::PgBouncerServer(const PostgresServer& server) : port_(free_port()) {
  namespace fs = std::filesystem;
  directory_.write("users", "\"postgres\" \"\"\n\"fleet_monitor\" \"\"\n\"nobody\" \"\"\n");
  directory_.write("pgbouncer.ini",
                   "[databases]\npooled = host=127.0.0.1 port=" + std::to_string(server.port()) +
                       " dbname=postgres user=postgres pool_size=1\n"
                       "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " +
                       std::to_string(port_) +
                       "\nauth_type = trust\nauth_file = " + (directory_.path() / "users").string() +
                       "\nstats_users = fleet_monitor\nunix_socket_dir =\npool_mode = transaction\n"
                       "max_client_conn = 77\n");
  fs::permissions(directory_.path(), fs::perms::all);  // for the user that it runs as
  start();
}

void PgBouncerServer::start() {
  Launch launch;
  launch.command = {"pgbouncer", (directory_.path() / "pgbouncer.ini").string()};
  launch.output = directory_.path() / "log";
  launch.user = "postgres";
  process_ = std::make_unique<Process>(std::move(launch));
  if (!wait_until([this] { return accepts(port_) || !process_->running(); }) || !process_->running()) {
    throw std::runtime_error("pgbouncer did not start: " + process_->output());
  }
}

void PgBouncerServer::stop() {
  process_->kill9();
  process_.reset();
}

}  // namespace fleet::testing
