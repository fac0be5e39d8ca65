#include "exporters/postgres/pgbouncer.hpp"

#include <span>
#include <string>
#include <utility>

#include "core/app/logging.hpp"
#include "core/postgres/console.hpp"
#include "exporters/answer_by.hpp"

namespace fleet::exporters::postgres {
namespace {

using fleet::postgres::Console;
using fleet::postgres::Rows;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr double kMicroseconds = 1e-6;

struct Column {
  std::string_view column;
  std::string_view metric;
  MetricType type;
  std::string_view help;
  double factor = 1;
};

constexpr Column kPools[] = {
    {"cl_active", "pgbouncer_pools_client_active_connections", MetricType::gauge,
     "Client connections that are linked to a server connection and can process queries."},
    {"cl_active_cancel_req", "pgbouncer_pools_client_active_cancel_connections", MetricType::gauge,
     "Client connections that have forwarded a cancel request and wait for the server's answer."},
    {"cl_waiting", "pgbouncer_pools_client_waiting_connections", MetricType::gauge,
     "Client connections that wait for a server connection."},
    {"cl_waiting_cancel_req", "pgbouncer_pools_client_waiting_cancel_connections", MetricType::gauge,
     "Client connections that have not forwarded their cancel request yet."},
    {"sv_active", "pgbouncer_pools_server_active_connections", MetricType::gauge,
     "Server connections that are linked to a client connection."},
    {"sv_active_cancel", "pgbouncer_pools_server_active_cancel_connections", MetricType::gauge,
     "Server connections that forward a cancel request."},
    {"sv_being_canceled", "pgbouncer_pools_server_being_canceled_connections", MetricType::gauge,
     "Server connections that would be idle but for cancel requests in flight."},
    {"sv_idle", "pgbouncer_pools_server_idle_connections", MetricType::gauge,
     "Server connections that are idle and ready for a client's query."},
    {"sv_used", "pgbouncer_pools_server_used_connections", MetricType::gauge,
     "Server connections that have been idle for so long that they must be checked before use."},
    {"sv_tested", "pgbouncer_pools_server_testing_connections", MetricType::gauge,
     "Server connections that run the reset or the check query."},
    {"sv_login", "pgbouncer_pools_server_login_connections", MetricType::gauge,
     "Server connections that are logging in."},
};

// The counters of SHOW STATS_TOTALS; each under the present name of pgbouncer_exporter and under that of its
// versions up to 0.10, whose dashboards are still about.
constexpr Column kStats[] = {
    {"query_count", "queries_pooled_total", MetricType::counter, "SQL queries pooled."},
    {"query_time", "queries_duration_seconds_total", MetricType::counter,
     "Time in which server connections were executing queries.", kMicroseconds},
    {"bytes_received", "received_bytes_total", MetricType::counter, "Bytes received from clients and servers."},
    {"bytes_sent", "sent_bytes_total", MetricType::counter, "Bytes sent to clients and servers."},
    {"requests", "queries_total", MetricType::counter, "SQL requests pooled."},
    {"wait_time", "client_wait_seconds_total", MetricType::counter,
     "Time that clients have spent waiting for a server connection.", kMicroseconds},
    {"xact_count", "sql_transactions_pooled_total", MetricType::counter, "SQL transactions pooled."},
    {"xact_time", "server_in_transaction_seconds_total", MetricType::counter,
     "Time in which server connections were in a transaction, idle or executing.", kMicroseconds},
    {"client_parse_count", "client_parses_total", MetricType::counter,
     "Prepared statements that clients asked to parse."},
    {"server_parse_count", "server_parses_total", MetricType::counter,
     "Prepared statements that servers were asked to parse."},
    {"bind_count", "binds_total", MetricType::counter, "Prepared statements bound for execution."},
};
constexpr std::string_view kStatsPrefixes[] = {"pgbouncer_stats_", "pgbouncer_stats_totals_"};

constexpr Column kDatabases[] = {
    {"pool_size", "pgbouncer_databases_pool_size", MetricType::gauge,
     "Most server connections of the database."},
    {"reserve_pool", "pgbouncer_databases_reserve_pool", MetricType::gauge,
     "Most further server connections of the database."},
    {"reserve_pool_size", "pgbouncer_databases_reserve_pool", MetricType::gauge,
     "Most further server connections of the database."},
    {"max_connections", "pgbouncer_databases_max_connections", MetricType::gauge,
     "Most connections allowed for the database; 0 for no limit."},
    {"current_connections", "pgbouncer_databases_current_connections", MetricType::gauge,
     "Present connections of the database."},
    {"paused", "pgbouncer_databases_paused", MetricType::gauge, "Whether the database is paused."},
    {"disabled", "pgbouncer_databases_disabled", MetricType::gauge, "Whether the database is disabled."},
};

constexpr Column kLists[] = {
    {"databases", "pgbouncer_databases", MetricType::gauge, "Databases."},
    {"users", "pgbouncer_users", MetricType::gauge, "Users."},
    {"pools", "pgbouncer_pools", MetricType::gauge, "Pools."},
    {"free_clients", "pgbouncer_free_clients", MetricType::gauge, "Free client slots."},
    {"used_clients", "pgbouncer_used_clients", MetricType::gauge, "Clients that are connected."},
    {"login_clients", "pgbouncer_login_clients", MetricType::gauge, "Clients that are logging in."},
    {"free_servers", "pgbouncer_free_servers", MetricType::gauge, "Free server slots."},
    {"used_servers", "pgbouncer_used_servers", MetricType::gauge, "Server connections in use."},
    {"dns_names", "pgbouncer_cached_dns_names", MetricType::gauge, "DNS names in the cache."},
    {"dns_zones", "pgbouncer_cached_dns_zones", MetricType::gauge, "DNS zones in the cache."},
    {"dns_queries", "pgbouncer_in_flight_dns_queries", MetricType::gauge, "DNS queries in flight."},
};

constexpr Column kConfig[] = {
    {"max_client_conn", "pgbouncer_config_max_client_connections", MetricType::gauge,
     "Most client connections, of all databases."},
    {"max_user_connections", "pgbouncer_config_max_user_connections", MetricType::gauge,
     "Most server connections a user."},
    {"max_db_connections", "pgbouncer_config_max_db_connections", MetricType::gauge,
     "Most server connections a database; 0 for no limit."},
    {"default_pool_size", "pgbouncer_config_default_pool_size", MetricType::gauge,
     "Server connections of a pool for which nothing else is said."},
    {"reserve_pool_size", "pgbouncer_config_reserve_pool_size", MetricType::gauge,
     "Further server connections of a pool."},
};

std::vector<Label> labels_of(const Rows& rows, std::size_t row, std::span<const std::string_view> names,
                             std::string_view server) {
  std::vector<Label> labels;
  for (auto const name : names) {
    labels.emplace_back(name, name == "server" ? server : rows.text(row, rows.column(name)));
  }
  return labels;
}

void add_columns(const Rows& rows, std::span<const Column> columns, std::span<const std::string_view> labels,
                 std::string_view server, std::string_view prefix, Families& out) {
  for (auto const& column : columns) {
    auto const at = rows.column_or(column.column, kNone);
    if (at == kNone) continue;
    Family& family = out.family(std::string(prefix).append(column.metric), column.type, column.help);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      auto const value = rows.number_or_null(row, at);
      if (value) family.add(labels_of(rows, row, labels, server), *value * column.factor);
    }
  }
}

// Rows of a name and its value.
void add_settings(const Rows& rows, std::string_view name_column, std::string_view value_column,
                  std::span<const Column> wanted, std::string_view server, Families& out) {
  auto const name = rows.column(name_column), value = rows.column(value_column);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (auto const& setting : wanted) {
      if (rows.text(row, name) != setting.column) continue;
      out.family(setting.metric, setting.type, setting.help).add({{"server", server}}, rows.number(row, value));
    }
  }
}

/// One PgBouncer, shared by its collectors.
class Pooler {
 public:
  Pooler(asio::any_io_executor executor, const InstanceConfig& config)
      : name_(config.name), console_(std::move(executor), config.options), server_(config.options.server()) {}
  const std::string& name() const { return name_; }
  const std::string& server() const { return server_; }
  Console& console() { return console_; }

  void note_reachable(bool reachable, const std::string& why) {
    if (reachable == reachable_) return;
    reachable_ = reachable;
    if (reachable) {
      logging::info("pgbouncer answers again", {{"instance", name_}, {"server", server_}});
    } else {
      logging::warn("pgbouncer does not answer", {{"instance", name_}, {"server", server_}, {"err", why}});
    }
  }

 private:
  std::string name_;
  Console console_;
  std::string server_;
  bool reachable_ = true;
};

/// Whether it answers, and its version.
class PoolerStatus : public Collector {
 public:
  explicit PoolerStatus(std::shared_ptr<Pooler> pooler) : pooler_(std::move(pooler)) {}
  std::string_view name() const override { return "pgbouncer"; }
  std::string_view target() const override { return pooler_->server(); }
  awaitable<void> collect(Deadline deadline, Families& out) override {
    auto const pooler = pooler_;
    out.gauge("pg_health_exporter_instance_info", "The name that the configuration gives to a server.")
        .add({{"name", pooler->name()}, {"server", pooler->server()}}, 1);
    std::string why;
    bool up = false;
    try {
      std::string command = "SHOW VERSION";
      auto const rows = co_await pooler->console().query(std::move(command), answer_by(deadline));
      up = true;
      auto const version = rows.column_or("version", kNone);
      if (version != kNone && rows.size() > 0) {
        out.gauge("pgbouncer_version_info", "The version of PgBouncer.")
            .add({{"server", pooler->server()}, {"version", rows.text(0, version)}}, 1);
      }
    } catch (const std::exception& error) {
      why = error.what();
    }
    pooler->note_reachable(up, why);
    out.gauge("pgbouncer_up", "Whether PgBouncer's admin console answered (1) or not (0).")
        .add({{"server", pooler->server()}}, up);
  }

 private:
  std::shared_ptr<Pooler> pooler_;
};

/// One command of the console.
class PoolerSubject : public Collector {
 public:
  using Add = void (*)(const Rows& rows, std::string_view server, Families& out);
  PoolerSubject(std::shared_ptr<Pooler> pooler, std::string_view name, std::string_view command, Add add)
      : pooler_(std::move(pooler)), name_(name), command_(command), add_(add) {}
  std::string_view name() const override { return name_; }
  std::string_view target() const override { return pooler_->server(); }
  awaitable<void> collect(Deadline deadline, Families& out) override {
    auto const pooler = pooler_;
    std::string command(command_);
    Rows rows;
    try {
      rows = co_await pooler->console().query(std::move(command), answer_by(deadline));
    } catch (const std::exception& error) {
      if (fleet::postgres::connection_lost(error)) co_return;  // PoolerStatus reports it
      throw;
    }
    add_(rows, pooler->server(), out);
  }

 private:
  std::shared_ptr<Pooler> pooler_;
  std::string_view name_, command_;
  Add add_;
};

}  // namespace

void add_pgbouncer_pools(const Rows& rows, std::string_view server, Families& out) {
  constexpr std::string_view labels[] = {"database", "server", "user"};
  add_columns(rows, kPools, labels, server, "", out);
  auto const whole = rows.column_or("maxwait", kNone), rest = rows.column_or("maxwait_us", kNone);
  if (whole == kNone) return;
  Family& longest =
      out.gauge("pgbouncer_pools_client_maxwait_seconds",
                "How long the client that has waited longest has waited for a server connection.");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    double const more = rest == kNone ? 0 : rows.number(row, rest) * kMicroseconds;
    longest.add(labels_of(rows, row, labels, server), rows.number(row, whole) + more);
  }
}

void add_pgbouncer_stats(const Rows& rows, std::string_view server, Families& out) {
  constexpr std::string_view labels[] = {"database", "server"};
  for (auto const prefix : kStatsPrefixes) add_columns(rows, kStats, labels, server, prefix, out);
}

void add_pgbouncer_databases(const Rows& rows, std::string_view server, Families& out) {
  constexpr std::string_view labels[] = {"database",  "force_user", "host",  "name",
                                         "pool_mode", "port",       "server"};
  add_columns(rows, kDatabases, labels, server, "", out);
}

void add_pgbouncer_lists(const Rows& rows, std::string_view server, Families& out) {
  add_settings(rows, "list", "items", kLists, server, out);
}

void add_pgbouncer_config(const Rows& rows, std::string_view server, Families& out) {
  add_settings(rows, "key", "value", kConfig, server, out);
}

std::vector<std::unique_ptr<Collector>> make_pgbouncer_collectors(asio::any_io_executor executor,
                                                                  const InstanceConfig& config) {
  struct Entry {
    std::string_view name, command;
    PoolerSubject::Add add;
  };
  constexpr Entry subjects[] = {
      {"pgbouncer_lists", "SHOW LISTS", add_pgbouncer_lists},
      {"pgbouncer_config", "SHOW CONFIG", add_pgbouncer_config},
      {"pgbouncer_databases", "SHOW DATABASES", add_pgbouncer_databases},
      {"pgbouncer_stats", "SHOW STATS_TOTALS", add_pgbouncer_stats},
      {"pgbouncer_pools", "SHOW POOLS", add_pgbouncer_pools},
  };
  auto const pooler = std::make_shared<Pooler>(std::move(executor), config);
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<PoolerStatus>(pooler));
  for (auto const& subject : subjects) {
    collectors.push_back(std::make_unique<PoolerSubject>(pooler, subject.name, subject.command, subject.add));
  }
  return collectors;
}

}  // namespace fleet::exporters::postgres
