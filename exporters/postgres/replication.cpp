#include "exporters/postgres/replication.hpp"

#include <algorithm>
#include <charconv>

#include "exporters/postgres/column_samples.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr const char* kStandbySql = R"(
SELECT r.in_recovery,
  CASE WHEN r.in_recovery THEN NULL ELSE pg_current_wal_lsn() - '0/0'::pg_lsn END AS written,
  pg_last_wal_receive_lsn() - '0/0'::pg_lsn AS received,
  pg_last_wal_replay_lsn() - '0/0'::pg_lsn AS replayed,
  date_part('epoch', now() - pg_last_xact_replay_timestamp()) AS replay_age,
  COALESCE(w.status = 'streaming', false) AS streaming,
  date_part('epoch', now() - w.last_msg_receipt_time) AS message_age
FROM (SELECT pg_is_in_recovery() AS in_recovery) r LEFT JOIN pg_stat_wal_receiver w ON true)";

// The most backward first: of two replicas with the same labels the page shows the first.
constexpr const char* kReplicasSql = R"(
SELECT s.application_name, s.client_addr, s.state, s.sync_state, COALESCE(slot.slot_name, '') AS slot_name,
  floor(date_part('epoch', s.reply_time)) AS reply_time,
  CASE WHEN p.in_recovery THEN NULL ELSE p.current END AS current_bytes,
  CASE WHEN p.in_recovery THEN NULL ELSE p.current - (s.replay_lsn - '0/0'::pg_lsn) END AS replay_bytes,
  p.current - (s.sent_lsn - '0/0'::pg_lsn) AS sent_behind,
  p.current - (s.write_lsn - '0/0'::pg_lsn) AS write_behind,
  p.current - (s.flush_lsn - '0/0'::pg_lsn) AS flush_behind,
  p.current - (s.replay_lsn - '0/0'::pg_lsn) AS replay_behind,
  s.write_lsn - '0/0'::pg_lsn AS written, s.flush_lsn - '0/0'::pg_lsn AS flushed,
  s.replay_lsn - '0/0'::pg_lsn AS replayed, date_part('epoch', s.write_lag) AS write_lag,
  date_part('epoch', s.flush_lag) AS flush_lag, date_part('epoch', s.replay_lag) AS replay_lag
FROM (SELECT pg_is_in_recovery() AS in_recovery,
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END
          - '0/0'::pg_lsn AS current) p
  CROSS JOIN pg_stat_replication s LEFT JOIN pg_replication_slots slot ON slot.active_pid = s.pid
ORDER BY s.replay_lsn NULLS FIRST)";

constexpr const char* kSlotsSql = R"(
SELECT slot_name, database, slot_type, wal_status, active, safe_wal_size,
  restart_lsn - '0/0'::pg_lsn AS held_from,
  pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END,
                  restart_lsn) AS retained
FROM pg_replication_slots)";

constexpr ColumnMetric kReplicaMetrics[] = {
    {"current_bytes", "pg_stat_replication_pg_current_wal_lsn_bytes", MetricType::gauge,
     "WAL position in bytes"},
    {"replay_bytes", "pg_stat_replication_pg_wal_lsn_diff", MetricType::gauge,
     "Lag in bytes between master and slave"},
    {"reply_time", "pg_stat_replication_reply_time", MetricType::untyped,
     "Time of the last reply of the replica, by its own clock"},
};
constexpr std::string_view kReplicaLabels[] = {"application_name", "client_addr", "server", "slot_name",
                                               "state"};

constexpr ColumnMetric kSlotMetrics[] = {
    {"active", "pg_replication_slots_active", MetricType::gauge, "Flag indicating if the slot is active"},
    {"retained", "pg_replication_slots_pg_wal_lsn_diff", MetricType::gauge, "Replication lag in bytes"},
};
constexpr std::string_view kSlotLabels[] = {"database", "server", "slot_name"};

std::optional<Lsn> lsn_or_null(const Rows& rows, std::size_t row, std::size_t column) {
  std::string_view const text = rows.text(row, column);
  Lsn value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

Standby standby_of(const Rows& rows) {
  Standby standby;
  standby.in_recovery = rows.number(0, rows.column("in_recovery")) != 0;
  standby.received = lsn_or_null(rows, 0, rows.column("received"));
  standby.replayed = lsn_or_null(rows, 0, rows.column("replayed"));
  if (auto const age = rows.number_or_null(0, rows.column("replay_age")))
    standby.replay_age = std::max(0.0, *age);
  standby.streaming = rows.number(0, rows.column("streaming")) != 0;
  return standby;
}

/// Bytes that each replica is behind in each stage, on a primary and on a cascading replica.
void add_stage_bytes(const Rows& rows, std::string_view server, Families& out) {
  struct Stage {
    std::string_view name, column;
  };
  constexpr Stage kStages[] = {{"flush", "flush_behind"},
                               {"replay", "replay_behind"},
                               {"sent", "sent_behind"},
                               {"write", "write_behind"}};
  Family& bytes = out.gauge("pg_stat_replication_lag_bytes",
                            "WAL that a replica has not yet been sent, has not written, flushed or replayed.");
  auto const application = rows.column("application_name"), address = rows.column("client_addr");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const Stage& stage : kStages) {
      auto const behind = rows.number_or_null(row, rows.column(stage.column));
      if (!behind) continue;
      bytes.add({{"application_name", rows.text(row, application)},
                 {"client_addr", rows.text(row, address)},
                 {"server", server},
                 {"stage", stage.name}},
                std::max(0.0, *behind));
    }
  }
}

/// Seconds that each replica is behind in each stage. Only a primary can tell.
void add_stage_seconds(const Rows& rows, std::string_view server, const WalHistory& history, Instant now,
                       Lsn current, Families& out) {
  struct Stage {
    std::string_view name, position, lag;
  };
  constexpr Stage kStages[] = {{"flush", "flushed", "flush_lag"},
                               {"replay", "replayed", "replay_lag"},
                               {"write", "written", "write_lag"}};
  Family& seconds =
      out.gauge("pg_stat_replication_lag_seconds",
                "Age of the oldest work that a replica has not yet written, flushed or replayed.");
  auto const application = rows.column("application_name"), address = rows.column("client_addr");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const Stage& stage : kStages) {
      auto const position = lsn_or_null(rows, row, rows.column(stage.position));
      if (!position) continue;
      auto const measured = rows.number_or_null(row, rows.column(stage.lag));
      seconds.add({{"application_name", rows.text(row, application)},
                   {"client_addr", rows.text(row, address)},
                   {"server", server},
                   {"stage", stage.name}},
                  seconds_behind(history, now, current, *position, measured));
    }
  }
}

void add_slots(const Rows& rows, std::string_view server, Families& out) {
  ColumnSamples(rows, server, kSlotLabels, kSlotMetrics, out, OfNull::nan).add_all();
  Family& status =
      out.gauge("pg_replication_slot_wal_status", "availability of WAL files claimed by this slot");
  Family& safe =
      out.gauge("pg_replication_slot_safe_wal_size_bytes",
                "number of bytes that can be written to WAL such that this slot is not in danger of getting "
                "in state lost");
  auto const name = rows.column("slot_name"), type = rows.column("slot_type"), wal = rows.column("wal_status"),
             size = rows.column("safe_wal_size");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Label const server_label{"server", server}, name_label{"slot_name", rows.text(row, name)},
        type_label{"slot_type", rows.text(row, type)};
    if (!rows.is_null(row, wal)) {
      status.add({server_label, name_label, type_label, {"wal_status", rows.text(row, wal)}}, 1);
    }
    if (auto const bytes = rows.number_or_null(row, size))
      safe.add({server_label, name_label, type_label}, *bytes);
  }
}

/// A base backup streams too, but is no replica.
bool is_replica(std::string_view state) { return state != "backup" && state != "startup"; }

}  // namespace

std::optional<double> replica_lag_seconds(const Standby& standby, std::optional<double> observed) {
  if (!standby.in_recovery) return 0;
  if (standby.streaming && standby.received && standby.replayed && *standby.replayed >= *standby.received)
    return 0;
  return standby.replay_age ? standby.replay_age : observed;
}

void Replication::add_standby(const Rows& rows, Instant now, Families& out) {
  Standby const standby = standby_of(rows);
  double const naive = standby.in_recovery ? standby.replay_age.value_or(0) : 0;
  out.gauge("pg_replication_lag", "Replication lag behind master in seconds")
      .add({{"server", server()}}, naive);
  std::optional<double> observed;
  if (standby.received) received_.observe(now, *standby.received);
  if (standby.received && standby.replayed && *standby.replayed < *standby.received) {
    observed = seconds_behind(received_, now, *standby.received, *standby.replayed, std::nullopt);
  }
  if (auto const lag = replica_lag_seconds(standby, observed)) {
    out.gauge(
           "pg_replication_lag_seconds",
           "Seconds a replica is behind: 0 when all it received is replayed and its WAL receiver is connected.")
        .add({{"server", server()}}, *lag);
  }
  if (!standby.in_recovery) return;
  if (standby.received && standby.replayed) {
    double const bytes =
        *standby.received > *standby.replayed ? static_cast<double>(*standby.received - *standby.replayed) : 0;
    out.gauge("pg_replication_replay_lag_bytes", "WAL that a replica has received and not yet replayed.")
        .add({{"server", server()}}, bytes);
  }
  out.gauge("pg_stat_wal_receiver_streaming", "Whether a replica's WAL receiver is connected and streaming.")
      .add({{"server", server()}}, standby.streaming);
  if (auto const age = rows.number_or_null(0, rows.column("message_age"))) {
    out.gauge("pg_stat_wal_receiver_last_message_age_seconds",
              "Seconds since a replica last heard from its primary, by the replica's clock.")
        .add({{"server", server()}}, std::max(0.0, *age));
  }
}

void Replication::add_recovery_point(const Rows& replicas, const Rows& slots, Instant now, Lsn current,
                                     Families& out) {
  std::vector<Replica> present;
  auto const application = replicas.column("application_name"), address = replicas.column("client_addr"),
             state = replicas.column("state"), sync = replicas.column("sync_state"),
             flushed = replicas.column("flushed"), lag = replicas.column("flush_lag");
  for (std::size_t row = 0; row < replicas.size(); ++row) {
    auto const position = lsn_or_null(replicas, row, flushed);
    if (!position || !is_replica(replicas.text(row, state))) continue;
    Replica replica;
    replica.name =
        std::string(replicas.text(row, application)) + " " + std::string(replicas.text(row, address));
    replica.flushed = *position;
    replica.flush_lag = replicas.number_or_null(row, lag);
    std::string_view const mode = replicas.text(row, sync);
    replica.synchronous = replicas.text(row, state) == "streaming" && (mode == "sync" || mode == "quorum");
    present.push_back(std::move(replica));
  }
  std::vector<Lsn> parked;
  auto const type = slots.column("slot_type"), active = slots.column("active"),
             held = slots.column("held_from");
  for (std::size_t row = 0; row < slots.size(); ++row) {
    auto const position = lsn_or_null(slots, row, held);
    if (position && slots.text(row, type) == "physical" && slots.number(row, active) == 0)
      parked.push_back(*position);
  }

  out.gauge("pg_replication_replicas", "Replicas that are connected to the server.")
      .add({{"server", server()}}, static_cast<double>(present.size()));
  auto const point = recovery_point_.judge(now, current, present, parked);
  if (!point) return;
  out.gauge("pg_replication_rpo_seconds",
            "Age of the oldest work that would be lost if the primary died now and its best replica took over. "
            "Absent "
            "if no replica was ever seen.")
      .add({{"server", server()}}, point->seconds);
  out.gauge("pg_replication_rpo_bytes",
            "WAL that would be lost if the primary died now and its best replica took over.")
      .add({{"server", server()}}, point->bytes);
}

awaitable<void> Replication::measure(Deadline deadline, int, Families& out) {
  // Taken before the position is read, so that no age is reported too small.
  Instant const now = std::chrono::steady_clock::now();
  Rows const standby = co_await instance().query(kStandbySql, deadline);
  Rows const replicas = co_await instance().query(kReplicasSql, deadline);
  Rows const slots = co_await instance().query(kSlotsSql, deadline);
  add_standby(standby, now, out);
  ColumnSamples(replicas, server(), kReplicaLabels, kReplicaMetrics, out, OfNull::nan).add_all();
  add_stage_bytes(replicas, server(), out);
  add_slots(slots, server(), out);
  if (auto const current = lsn_or_null(standby, 0, standby.column("written"))) {
    add_recovery_point(replicas, slots, now, *current, out);
    add_stage_seconds(replicas, server(), recovery_point_.history(), now, *current, out);
  }
}

}  // namespace fleet::exporters::postgres
