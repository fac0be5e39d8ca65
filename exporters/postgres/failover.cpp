#include "exporters/postgres/failover.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::postgres {
namespace {

// The control file follows a promotion only at the next checkpoint, so a primary's timeline is read from its
// WAL's name.
constexpr const char* kSql = R"(
SELECT system_identifier::text AS identifier, pg_is_in_recovery() AS in_recovery,
  CASE WHEN pg_is_in_recovery() THEN 0
  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline
FROM pg_control_system())";

// A promotion writes the history of its timeline into a file of its own.
constexpr const char* kPromotedSql =
    "SELECT date_part('epoch', max(modification)) AS promoted FROM pg_ls_waldir() WHERE name LIKE '%.history'";

}  // namespace

// One scrape: every server writes into its own place.
struct Failover::Round {
  Round(const asio::any_io_executor& executor, Deadline until, std::size_t servers)
      : deadline(until), sightings(servers), running(servers), all_done(executor) {}
  Deadline deadline;
  std::vector<Sighting> sightings;
  std::size_t running;
  asio::steady_timer all_done;  // cancelled by the last one
};

Failover::Failover(std::vector<std::shared_ptr<Instance>> instances) : instances_(std::move(instances)) {
  for (const auto& instance : instances_) clusters_[instance->server()] = instance->config().cluster;
}

awaitable<void> Failover::look(std::shared_ptr<Instance> instance, std::shared_ptr<Round> round,
                               std::size_t index) {
  Sighting seen;
  seen.server = instance->server();
  try {
    Rows const rows = co_await instance->query(kSql, round->deadline);
    seen.cluster = rows.text(0, rows.column("identifier"));
    seen.primary = rows.number(0, rows.column("in_recovery")) == 0;
    seen.timeline = static_cast<std::uint32_t>(rows.number(0, rows.column("timeline")));
    seen.reachable = true;
  } catch (const std::exception&) {
    // Not seen; ServerStatus says why.
  }
  round->sightings[index] = std::move(seen);
  if (--round->running == 0) round->all_done.cancel();
}

awaitable<std::vector<Sighting>> Failover::look_at_all(Deadline deadline) {
  auto const executor = co_await asio::this_coro::executor;
  auto const round = std::make_shared<Round>(executor, deadline, instances_.size());
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    round->sightings[i].server = instances_[i]->server();
    asio::co_spawn(executor, look(instances_[i], round, i), asio::detached);
  }
  boost::system::error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  round->all_done.expires_at(deadline.when());
  if (round->running > 0) co_await round->all_done.async_wait(token);
  std::vector<Sighting> sightings = round->sightings;
  for (Sighting& seen : sightings) {
    std::string& known = clusters_[seen.server];
    for (const auto& instance : instances_) {
      // What the configuration says, or else what the server said last.
      if (instance->server() == seen.server && instance->config().cluster.empty() && seen.reachable)
        known = seen.cluster;
    }
    seen.cluster = known;
  }
  co_return sightings;
}

/// Once a promotion; a role that may not list the WAL does not learn when it was.
awaitable<void> Failover::learn_promotions(Deadline deadline) {
  for (const auto& [cluster, state] : watch_.clusters()) {
    auto const known = promotions_.find(cluster);
    if (known != promotions_.end() && known->second.server == state.primary &&
        known->second.timeline == state.timeline) {
      continue;
    }
    Promotion promotion{state.primary, state.timeline, std::nullopt};
    for (const auto& instance : instances_) {
      if (state.primaries == 0 || instance->server() != state.primary) continue;
      try {
        Rows const rows = co_await instance->query(kPromotedSql, deadline);
        promotion.when = rows.number_or_null(0, rows.column("promoted"));
        promotions_[cluster] = promotion;
      } catch (const std::exception& error) {
        if (!connection_lost(error)) promotions_[cluster] = promotion;
      }
      break;
    }
  }
}

void Failover::add(Families& out) const {
  for (const auto& [cluster, state] : watch_.clusters()) {
    Label const label{"cluster", cluster};
    out.gauge("pg_cluster_members", "Instances of the configuration that belong to the cluster.")
        .add({label}, static_cast<double>(state.members));
    out.gauge("pg_cluster_primaries",
              "Servers that say that they are primary: 0 during a failover, 2 after a split.")
        .add({label}, static_cast<double>(state.primaries));
    out.gauge("pg_cluster_without_primary_seconds", "Since when no primary is seen; 0 while one is.")
        .add({label}, state.without_primary);
    out.counter(
           "pg_cluster_primary_absent_seconds_total",
           "Time from the last sight of a primary to the next, of all times since the start of this program.")
        .add({label}, state.without_primary_total);
    out.counter("pg_cluster_primary_changes_total",
                "How often another server was found to be primary than before.")
        .add({label}, static_cast<double>(state.primary_changes));
    out.counter("pg_cluster_timeline_changes_total", "How often the primary was found on a newer timeline.")
        .add({label}, static_cast<double>(state.timeline_changes));
    if (state.last_failover) {
      out.gauge("pg_cluster_last_failover_duration_seconds",
                "From the last sight of the former primary to the first of the present one; the truth may be "
                "shorter by "
                "two scrape intervals.")
          .add({label}, *state.last_failover);
    }
    if (state.primary.empty()) continue;
    out.gauge("pg_cluster_timeline_id", "Newest timeline of a primary.").add({label}, state.timeline);
    out.gauge("pg_cluster_primary_info",
              "Which server was last seen as primary; of several, that of the newest timeline.")
        .add({label, {"server", state.primary}}, 1);
    auto const promotion = promotions_.find(cluster);
    if (promotion != promotions_.end() && promotion->second.when) {
      out.gauge("pg_cluster_last_promotion_timestamp_seconds",
                "When the primary's timeline began, by its clock; absent if it never was promoted.")
          .add({label}, *promotion->second.when);
    }
  }
}

awaitable<void> Failover::collect(Deadline deadline, Families& out) {
  Deadline const share = answer_by(deadline);
  auto const now = Deadline::Clock::now();
  std::vector<Sighting> const sightings = co_await look_at_all(share);
  watch_.observe(now, sightings);
  co_await learn_promotions(share);
  add(out);
}

}  // namespace fleet::exporters::postgres
