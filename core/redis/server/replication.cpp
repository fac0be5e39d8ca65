#include "core/redis/server/replication.hpp"

namespace fleet::redis {
namespace {

void add_replica(std::string_view list, ServerPage& page) {
  auto const offset = number_in(part_of(list, "offset"));
  if (!offset) return;
  auto const ip = part_of(list, "ip"), port = part_of(list, "port"), state = part_of(list, "state");
  page.gauge("connected_slave_offset_bytes", "Offset of connected slave")
      .add({{"slave_ip", ip}, {"slave_port", port}, {"slave_state", state}}, *offset);
  auto const lag = number_in(part_of(list, "lag"));
  if (!lag || *lag < 0) return;
  page.gauge("connected_slave_lag_seconds", "Lag of connected slave")
      .add({{"slave_ip", ip}, {"slave_port", port}, {"slave_state", state}}, *lag);
}

void add_primary(const InfoText& info, ServerPage& page) {
  auto const host = info.value("master_host"), port = info.value("master_port");
  page.gauge("master_link_up", "Master link status on Redis slave")
      .add({{"master_host", host}, {"master_port", port}}, info.value("master_link_status") == "up" ? 1 : 0);
  auto const add = [&](std::string_view field, std::string_view help) {
    auto const value = number_in(info.value(field));
    if (value) page.gauge(field, help).add({{"master_host", host}, {"master_port", port}}, *value);
  };
  add("master_last_io_seconds_ago", "Master last io seconds ago");
  add("master_sync_in_progress", "Master sync in progress");
  add("slave_repl_offset", "Slave replication offset");
}

}  // namespace

void add_replication(const InfoText& info, ServerPage& page) {
  for (auto const& [name, value] : info.fields()) {
    if (is_numbered(name, "slave")) add_replica(value, page);
  }
  if (!info.value("master_link_status").empty()) add_primary(info, page);
  if (info.value("role") != "slave") return;
  page.gauge("slave_info", "Information about the Redis slave")
      .add({{"master_host", info.value("master_host")},
            {"master_port", info.value("master_port")},
            {"read_only", info.value("slave_read_only")}},
           1);
}

}  // namespace fleet::redis
