#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

// Positions modulo 2^52, which a double holds exactly. The role of a receiver that has no slot is "".
constexpr VersionedSql kStatements[] = {{kOldest, R"(
SELECT COALESCE(trim(BOTH '''' FROM substring(conninfo FROM 'host=([^ ]*)')), sender_host, '') AS upstream_host,
  COALESCE(slot_name, '') AS slot_name,
  CASE status WHEN 'stopped' THEN 0 WHEN 'starting' THEN 1 WHEN 'streaming' THEN 2 WHEN 'waiting' THEN 3
    WHEN 'restarting' THEN 4 WHEN 'stopping' THEN -1 ELSE -2 END AS status,
  (receive_start_lsn - '0/0') % (2^52)::bigint AS receive_start_lsn, receive_start_tli,
  COALESCE((flushed_lsn - '0/0') % (2^52)::bigint, 0) AS flushed_lsn, COALESCE(received_tli, 0) AS received_tli,
  COALESCE(date_part('epoch', last_msg_send_time), 0) AS last_msg_send_time,
  COALESCE(date_part('epoch', last_msg_receipt_time), 0) AS last_msg_receipt_time,
  COALESCE((latest_end_lsn - '0/0') % (2^52)::bigint, 0) AS latest_end_lsn,
  COALESCE(date_part('epoch', latest_end_time), 0) AS latest_end_time,
  COALESCE(substring(slot_name FROM 'repmgr_slot_([0-9]+)')::numeric, 0) AS upstream_node
FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)"}};

constexpr std::string_view kLabels[] = {"server", "slot_name", "upstream_host"};
constexpr ColumnMetric kMetrics[] = {
    {"status", "pg_stat_wal_receiver_status", MetricType::gauge,
     "State of the WAL receiver: -1 stopping, 0 stopped, 1 starting, 2 streaming, 3 waiting, 4 restarting, -2 "
     "another."},
    {"receive_start_lsn", "pg_stat_wal_receiver_receive_start_lsn", kNamedByOthers,
     "First WAL position used when the receiver was started, as a number"},
    {"receive_start_tli", "pg_stat_wal_receiver_receive_start_tli", MetricType::gauge,
     "First timeline used when the receiver was started"},
    {"flushed_lsn", "pg_stat_wal_receiver_flushed_lsn", kNamedByOthers,
     "Last WAL position received and flushed to disk, as a number"},
    {"received_tli", "pg_stat_wal_receiver_received_tli", MetricType::gauge,
     "Timeline of the last WAL position received and flushed to disk"},
    {"last_msg_send_time", "pg_stat_wal_receiver_last_msg_send_time", kNamedByOthers,
     "When the last message was sent, by the sender's clock"},
    {"last_msg_receipt_time", "pg_stat_wal_receiver_last_msg_receipt_time", kNamedByOthers,
     "When the last message was received, by the receiver's clock"},
    {"latest_end_lsn", "pg_stat_wal_receiver_latest_end_lsn", kNamedByOthers,
     "Last WAL position reported to the sender, as a number"},
    {"latest_end_time", "pg_stat_wal_receiver_latest_end_time", kNamedByOthers,
     "When the last WAL position was reported to the sender"},
    {"upstream_node", "pg_stat_wal_receiver_upstream_node", MetricType::gauge,
     "Node of the upstream server, if the slot's name is repmgr's; else 0"},
};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kWalReceiver = {"stat_wal_receiver", kStatements, kSets};

}  // namespace fleet::exporters::postgres
