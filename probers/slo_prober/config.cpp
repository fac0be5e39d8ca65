#include "probers/slo_prober/config.hpp"

#include <set>

#include "probers/slo_prober/module_table.hpp"
#include "probers/slo_prober/probe_reading.hpp"
#include "probers/slo_prober/target_reading.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using config::Mapping;
using config::Value;

LatencyGauge read_latency(const Mapping& root) {
  LatencyGauge gauge;
  if (auto const latency = root.optional("a2a_latency")) {
    auto const keys = latency->mapping({"window", "quantile"});
    gauge.window = keys.duration_or("window", gauge.window, 1s);
    gauge.quantile = keys.number_or("quantile", gauge.quantile, 0.01, 1);
  }
  return gauge;
}

std::vector<std::string> read_networks(const Mapping& root) {
  std::vector<std::string> networks;
  auto const value = root.optional("allowed_networks");
  if (!value) return networks;
  for (auto const& entry : value->list()) {
    networks.push_back(entry.non_empty_text());
    try {
      net::Networks({networks.back()});
    } catch (const std::invalid_argument& error) {
      entry.fail(error.what());
    }
  }
  return networks;
}

std::optional<MembershipOptions> read_membership(const Mapping& root) {
  auto const value = root.optional("fleet");
  if (!value) return std::nullopt;
  auto const keys = value->mapping({"redis", "key_prefix", "lease"});
  MembershipOptions options;
  options.redis = redis::read_options(keys.required("redis"), "slo_prober");
  if (auto const prefix = keys.optional("key_prefix")) options.key_prefix = prefix->non_empty_text();
  options.lease = keys.duration_or("lease", options.lease, 1s);
  return options;
}

void read_probes(const Value& list, const ModuleTable& modules, FleetConfig& fleet) {
  std::set<std::string> names, agents;
  for (auto const& value : list.list()) {
    auto probe = read_probe(value, modules, fleet.membership.has_value());
    if (!names.insert(probe.name).second) {
      for (auto const& [key, name] : value.entries())
        if (key.text() == "name")
          name.fail("expected a probe name used once, `" + probe.name + "` is used twice");
    }
    if (probe.measures_agents) {
      for (auto& target : probe.targets) target.measured_elsewhere = !agents.insert(target.name).second;
    }
    fleet.probes.push_back(std::move(probe));
  }
}

}  // namespace

FleetConfig read_fleet(const config::Document& document) {
  auto const root = document.root().mapping(
      {"vantage", "a2a_latency", "allowed_networks", "modules", "modules_files", "probes", "fleet", "status"});
  FleetConfig fleet;
  if (auto const vantage = root.optional("vantage")) fleet.vantage = vantage->non_empty_text();
  fleet.latency = read_latency(root);
  fleet.probe_networks = read_networks(root);
  fleet.membership = read_membership(root);

  auto const modules = root.optional("modules"), files = root.optional("modules_files");
  ModuleTable table(fleet.probe_networks.empty() ? nullptr
                                                 : std::make_shared<const net::Networks>(fleet.probe_networks));
  if (modules) table.read(*modules);
  if (files) table.read_files(*files);
  fleet.modules = table.modules();

  auto const probes = root.optional("probes");
  if (!probes && !modules && !files) root.required("probes");
  if (probes) read_probes(*probes, table, fleet);
  if (auto const status_pages = root.optional("status")) {
    std::set<std::string> names;
    for (auto const& probe : fleet.probes) names.insert(probe.name);
    fleet.status_pages = status::read_status(*status_pages, names);
  }
  fleet.status_pages.vantage = fleet.vantage;
  return fleet;
}

ScheduledProbe scheduled(const ProbeConfig& probe, const TargetEntry& target) {
  ScheduledProbe out;
  auto labels = target.labels;
  labels.insert(probe.labels.begin(), probe.labels.end());
  for (auto const& [name, value] : labels) {
    auto const problem = label_name_problem(name);
    if (!problem.empty()) throw BadTarget(problem);
  }
  out.identity = {probe.name, target.name, {labels.begin(), labels.end()}};
  out.kind = probe.module.kind;
  out.interval = probe.interval;
  out.timeout = probe.timeout;
  out.retry_interval = probe.retry_interval;
  out.windows = probe.windows;
  out.exclusive = probe.exclusive;
  out.probe = probe.module.module->probe(target.spec);
  if (probe.measures_agents && !target.measured_elsewhere) out.agent = target.name;
  return out;
}

TargetEntry entry_of(const DiscoveredTarget& target) {
  auto const label = [&](const std::string& name, std::string fallback) {
    auto const found = target.labels.find(name);
    return found == target.labels.end() || found->second.empty() ? fallback : found->second;
  };
  TargetEntry entry;
  entry.spec.address = label("__param_target", target.address);
  entry.spec.hostname = label("__param_hostname", "");
  entry.name = label("name", entry.spec.address);
  for (auto const& [name, value] : target.labels)
    if (name != "name" && !name.starts_with("__")) entry.labels.emplace(name, value);
  return entry;
}

std::vector<ScheduledProbe> static_probes(const FleetConfig& fleet) {
  std::vector<ScheduledProbe> probes;
  for (auto const& probe : fleet.probes)
    for (auto const& target : probe.targets) probes.push_back(scheduled(probe, target));
  return probes;
}

}  // namespace fleet::probers
