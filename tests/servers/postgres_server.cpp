#include "tests/servers/postgres_server.hpp"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Debian keeps the server's programs of each major version out of PATH.
std::string program(const std::string& name) {
  std::string best;
  std::error_code none;
  for (auto const& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    auto const candidate = (entry.path() / "bin" / name).string();
    if (std::filesystem::exists(candidate) && (best.size() < candidate.size() || best < candidate))
      best = candidate;
  }
  return best.empty() ? name : best;
}

Connection connect(std::uint16_t port, const std::string& socket_directory, const std::string& database) {
  auto const info = "host=" + socket_directory + " port=" + std::to_string(port) +
                    " user=postgres connect_timeout=5 dbname=" + database;
  return {PQconnectdb(info.c_str()), PQfinish};
}

}  // namespace

PostgresServer::PostgresServer(std::vector<std::string> settings, std::string authentication)
    : port_(free_port()) {
  prepare_directory();
  auto const data = (directory_.path() / "data").string();
  run_command({program("initdb"), "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8",
               "--locale=C.UTF-8", "--no-sync"},
              "postgres");
  std::ofstream configuration(data + "/postgresql.conf", std::ios::app);
  configuration << "listen_addresses = '127.0.0.1'\n"
                   "unix_socket_directories = '"
                << socket_directory()
                << "'\n"
                   "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"
                   "shared_buffers = 32MB\nmax_connections = 50\nmax_wal_senders = 5\nwal_keep_size = 64MB\n"
                   "hot_standby = on\nwal_receiver_status_interval = 1s\nwal_retrieve_retry_interval = 200ms\n";
  for (auto const& line : settings) configuration << line << "\n";
  configuration.close();
  std::ofstream(data + "/pg_hba.conf", std::ios::trunc)
      << "local all all trust\nlocal replication all trust\nhost all postgres 127.0.0.1/32 trust\n"
         "host replication postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 "
      << authentication << "\n";
  start();
}

PostgresServer::PostgresServer(Replica, std::uint16_t primary_port) : port_(free_port()) {
  prepare_directory();
  auto const data = (directory_.path() / "data").string();
  auto const source = "host=127.0.0.1 user=postgres port=" + std::to_string(primary_port) +
                      " application_name=" + std::to_string(port_);
  run_command({program("pg_basebackup"), "--dbname", source, "--pgdata", data, "--write-recovery-conf",
               "--wal-method=stream", "--checkpoint=fast", "--no-sync"},
              "postgres");
  std::ofstream(data + "/postgresql.conf", std::ios::app)
      << "unix_socket_directories = '" << socket_directory() << "'\n";
  start();
}

PostgresServer::~PostgresServer() {
  if (!process_ || !process_->running()) return;
  thaw();
  process_->signal(SIGQUIT);
  wait_until([this] { return !process_->running(); }, std::chrono::seconds(5));
}

void PostgresServer::prepare_directory() {
  if (::geteuid() != 0) return;
  auto const* const user = ::getpwnam("postgres");
  if (!user || ::chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error("PostgreSQL's tests need a user postgres when run by root");
  }
}

PostgresServer::Table PostgresServer::run_sql(const std::string& sql, const std::string& database) const {
  auto const connection = connect(port_, socket_directory(), database);
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  Result const result(PQexec(connection.get(), sql.c_str()), PQclear);
  auto const status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    throw std::runtime_error(PQerrorMessage(connection.get()));
  }
  Table table(static_cast<std::size_t>(PQntuples(result.get())));
  for (std::size_t row = 0; row < table.size(); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      table[row].emplace_back(PQgetvalue(result.get(), static_cast<int>(row), column));
    }
  }
  return table;
}

std::string PostgresServer::value(const std::string& sql, const std::string& database) const {
  auto const table = run_sql(sql, database);
  return table.empty() || table[0].empty() ? "" : table[0][0];
}

void PostgresServer::load_demo_schema() const {
  run_sql("CREATE ROLE legalllm_app LOGIN");
  run_sql("CREATE ROLE fleet_monitor LOGIN");
  run_sql("CREATE DATABASE legalllm_multiagent OWNER legalllm_app");
  auto const schema = read_text(std::filesystem::path(FLEET_SOURCE_DIR) / "demo/schema.sql");
  if (schema.empty()) throw std::runtime_error("cannot read demo/schema.sql");
  run_sql(schema, "legalllm_multiagent");
}

void PostgresServer::start() {
  Launch launch;
  launch.command = {program("postgres"), "-D", (directory_.path() / "data").string(), "-p",
                    std::to_string(port_)};
  launch.output = directory_.path() / "postgres.log";
  launch.user = "postgres";
  launch.directory = "/";
  process_ = std::make_unique<Process>(std::move(launch));
  auto const up = [this] {
    return PQstatus(connect(port_, socket_directory(), "postgres").get()) == CONNECTION_OK;
  };
  if (!wait_until([&] { return !process_->running() || up(); }, std::chrono::seconds(30)) ||
      !process_->running()) {
    throw std::runtime_error("postgres did not start:\n" + process_->output());
  }
}

void PostgresServer::stop(Stop how) {
  process_->signal(how == Stop::fast ? SIGINT : SIGQUIT);
  process_->wait(std::chrono::seconds(30));
}

void PostgresServer::restart(Stop how) {
  stop(how);
  start();
}

void PostgresServer::freeze() { process_->signal_tree(SIGSTOP); }
void PostgresServer::thaw() { process_->signal_tree(SIGCONT); }

std::unique_ptr<PostgresServer> PostgresServer::create_replica() {
  std::unique_ptr<PostgresServer> replica(new PostgresServer(Replica{}, port_));
  auto const streams =
      "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND application_name = '" +
      std::to_string(replica->port()) + "'";
  if (!wait_until([&] { return value(streams) == "1"; }, std::chrono::seconds(20))) {
    throw std::runtime_error("the replica does not stream:\n" + replica->process().output());
  }
  return replica;
}

void PostgresServer::promote() { run_sql("SELECT pg_promote(true, 20)"); }

}  // namespace fleet::testing
