#include "core/redis/server/sentinel.hpp"

#include <array>
#include <utility>

namespace fleet::redis {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> own_fields{
    {{"sentinel_masters", "The number of masters this sentinel is watching"},
     {"sentinel_tilt", "Sentinel is in TILT mode"},
     {"sentinel_running_scripts", "Number of scripts in execution right now"},
     {"sentinel_scripts_queue_length", "Queue of user scripts to execute"},
     {"sentinel_simulate_failure_flags", "Failures simulations"}}};

/// How many of these neither this sentinel nor its fellows hold for down. What has no flags is not counted.
double count_well(Reply others) {
  double well = 0;
  auto const end = others.end();
  for (auto other = others.begin(); other != end; ++other) {
    std::string_view flags;
    each_field(*other, [&](std::string_view name, const Reply& value) {
      if (name == "flags") flags = value.text();
    });
    bool const down =
        flags.find("o_down") != std::string_view::npos || flags.find("s_down") != std::string_view::npos;
    if (!flags.empty() && !down) ++well;
  }
  return well;
}

}  // namespace

bool is_sentinel(const InfoText& info) { return !info.value("sentinel_masters").empty(); }

void add_sentinel_info(const InfoText& info, ServerPage& page) {
  for (auto const& [field, help] : own_fields) {
    if (auto const value = number_in(info.value(field))) page.gauge(field, help).add(*value);
  }
  for (auto const& [field, list] : info.fields()) {
    if (!is_numbered(field, "master")) continue;
    auto const slaves = number_in(part_of(list, "slaves")), sentinels = number_in(part_of(list, "sentinels"));
    if (!slaves || !sentinels) continue;
    auto const name = part_of(list, "name"), address = part_of(list, "address"),
               status = part_of(list, "status");
    page.gauge("sentinel_master_status", "Master status on Sentinel")
        .add({{"master_address", address}, {"master_name", name}, {"master_status", status}},
             status == "ok" ? 1 : 0);
    page.gauge("sentinel_master_slaves", "The number of slaves of the master")
        .add({{"master_address", address}, {"master_name", name}}, *slaves);
    page.gauge("sentinel_master_sentinels", "The number of sentinels monitoring this master")
        .add({{"master_address", address}, {"master_name", name}}, *sentinels);
  }
}

std::vector<WatchedPrimary> read_watched_primaries(Reply masters) {
  std::vector<WatchedPrimary> all;
  auto const end = masters.end();
  for (auto master = masters.begin(); master != end; ++master) {
    WatchedPrimary primary;
    std::string ip, port;
    each_field(*master, [&](std::string_view name, const Reply& value) {
      if (name == "name") primary.name = value.text();
      if (name == "ip") ip = value.text();
      if (name == "port") port = value.text();
    });
    primary.address = ip + ":" + port;
    if (!primary.name.empty() && !ip.empty() && !port.empty()) all.push_back(std::move(primary));
  }
  return all;
}

void add_watched_primary(const WatchedPrimary& primary, Reply quorum, Reply sentinels, Reply replicas,
                         ServerPage& page) {
  bool const none = quorum.is_error();
  page.gauge("sentinel_master_ckquorum_status", "Master ckquorum status")
      .add({{"master_name", primary.name}, {"message", none ? quorum.error_text() : quorum.text()}},
           none ? 0 : 1);
  // This sentinel is one of them, and no part of its own answer.
  page.gauge("sentinel_master_ok_sentinels", "The number of okay sentinels monitoring this master")
      .add({{"master_address", primary.address}, {"master_name", primary.name}}, 1 + count_well(sentinels));
  page.gauge("sentinel_master_ok_slaves", "The number of okay slaves of the master")
      .add({{"master_address", primary.address}, {"master_name", primary.name}}, count_well(replicas));
}

}  // namespace fleet::redis
