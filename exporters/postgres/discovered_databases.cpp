#include "exporters/postgres/discovered_databases.hpp"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

namespace fleet::exporters::postgres {
namespace {

constexpr const char* kSql = R"(
SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> current_database()
ORDER BY datname)";

// For the sets of the last databases, which end by themselves a little behind their deadline.
constexpr std::chrono::milliseconds kBehind{100};

/// Whether a database lets us in. Its other collectors leave that to this one.
class DatabaseSession : public Collector {
 public:
  explicit DatabaseSession(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {}
  std::string_view name() const override { return "session"; }
  std::string_view target() const override { return instance_->target(); }
  awaitable<void> collect(Deadline deadline, Families&) override {
    auto const instance = instance_;
    co_await instance->version(deadline);
  }

 private:
  std::shared_ptr<Instance> instance_;
};

}  // namespace

// One scrape. Shared by the coroutines that ask, each taking the next database until none or no time is left.
struct DiscoveredDatabases::Round {
  struct Asked {
    Database database;
    Families page;
    bool ended = false;
  };
  Round(const asio::any_io_executor& executor, Deadline until) : deadline(until), all_done(executor) {}

  Deadline deadline;
  std::vector<Asked> all;
  std::size_t next = 0, running = 0;
  bool keep_sessions = true;
  asio::steady_timer all_done;  // cancelled by the last one
};

awaitable<void> DiscoveredDatabases::ask_some(std::shared_ptr<Round> round) {
  while (round->next < round->all.size() && !round->deadline.expired()) {
    Round::Asked& asked = round->all[round->next++];
    co_await asked.database.collectors->collect(round->deadline, asked.page);
    asked.ended = true;
    if (!round->keep_sessions) asked.database.instance->close();
  }
  if (--round->running == 0) round->all_done.cancel();
}

std::vector<std::string> DiscoveredDatabases::admitted(const Rows& rows, Families& out) const {
  auto const column = rows.column("datname");
  std::vector<std::string> names;
  std::size_t beyond = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!config_.databases.admits(rows.text(row, column))) continue;
    if (names.size() < config_.databases.limit) {
      names.emplace_back(rows.text(row, column));
    } else {
      ++beyond;
    }
  }
  out.gauge("pg_health_exporter_databases_beyond_limit",
            "Databases that the configuration admits and its limit leaves out.")
      .add({{"server", server()}}, static_cast<double>(beyond));
  return names;
}

void DiscoveredDatabases::keep_only(const std::vector<std::string>& names) {
  std::erase_if(databases_, [&](const auto& entry) {
    return std::find(names.begin(), names.end(), entry.first) == names.end();
  });
  for (const std::string& name : names) {
    Database& database = databases_[name];
    if (database.instance) continue;
    auto const of = shared_instance();
    database.instance = std::make_shared<Instance>(of->executor(), of->config(), name);
    auto collectors = make_(database.instance, config_);
    collectors.insert(collectors.begin(), std::make_unique<DatabaseSession>(database.instance));
    database.collectors = std::make_shared<CollectorSet>("pg_health_exporter", std::move(collectors));
  }
}

awaitable<void> DiscoveredDatabases::measure(Deadline deadline, int, Families& out) {
  Rows const rows = co_await instance().query(kSql, deadline);
  std::vector<std::string> const names = admitted(rows, out);
  keep_only(names);
  auto const round = std::make_shared<Round>(shared_instance()->executor(), deadline);
  for (const std::string& name : names) round->all.push_back({databases_.at(name), {}, false});
  round->keep_sessions = names.size() <= config_.databases.connections;
  round->running = std::min(names.size(), config_.databases.connections);
  round->all_done.expires_at(deadline.when() + kBehind);
  for (std::size_t i = round->running; i > 0; --i) {
    asio::co_spawn(shared_instance()->executor(), ask_some(round), asio::detached);
  }
  boost::system::error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  if (round->running > 0) co_await round->all_done.async_wait(token);

  Family& success =
      out.gauge("pg_health_exporter_collector_success", "Whether the collector's last run succeeded.");
  for (Round::Asked& asked : round->all) {
    if (asked.ended) {
      out.merge(std::move(asked.page));
    } else {
      success.add({{"collector", "session"}, {"target", asked.database.instance->target()}}, 0);
    }
  }
}

}  // namespace fleet::exporters::postgres
