// The prober's configuration file: modules, probes, where their targets come from.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "probers/discovery/discovery.hpp"
#include "probers/module.hpp"
#include "probers/schedule.hpp"
#include "probers/sharding/membership.hpp"
#include "probers/status/status_config.hpp"
#include "probers/windows.hpp"

namespace fleet::probers {

/// A module and what a probe of it takes when it says nothing else.
struct NamedModule {
  std::string name;  ///< "" for a probe's own options
  std::string kind;
  std::shared_ptr<const Module> module;
  std::optional<std::chrono::milliseconds> timeout;
  std::string place;  ///< "file:line:column", for people
};

struct TargetEntry {
  TargetSpec spec;
  std::string name;                 ///< the `target` label
  TargetLabels labels;              ///< win over those of the probe
  bool measured_elsewhere = false;  ///< another probe feeds a2a_protocol_latency_ms of this agent
};

struct ProbeConfig {
  std::string name;
  NamedModule module;
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds timeout{5'000};
  std::chrono::milliseconds retry_interval{0};  ///< after a failure, until it is well again; 0: none
  Windows windows;
  bool exclusive = false;  ///< expensive: one replica at a time, under a fenced lease
  TargetLabels labels;     ///< of every target of this probe
  std::vector<TargetEntry> targets;
  Discoveries discoveries;
  bool measures_agents = false;  ///< its attempts wait for answers of A2A agents
};

/// Belongs to the io thread that read it: each worker reads its own.
struct FleetConfig {
  std::string vantage;  ///< label of every result; empty: none
  LatencyGauge latency;
  std::vector<std::string>
      probe_networks;  ///< `allowed_networks`: where /probe and probes may connect; empty: anywhere
  std::map<std::string, NamedModule> modules;
  std::vector<ProbeConfig> probes;
  std::optional<MembershipOptions> membership;  ///< `fleet:`, where replicas meet
  status::StatusConfig status_pages;            ///< `status:`
};

/// Reads a prober's file, or a blackbox.yml as it is (then there are modules and no probes). Top-level keys:
/// vantage, a2a_latency, allowed_networks, modules, modules_files, probes, fleet, status. Of several A2A probes that
/// name one agent the first feeds its a2a_protocol_latency_ms. Throws config::Error.
FleetConfig read_fleet(const config::Document& document);

/// One probe of one target, ready to run. Throws BadTarget: the module cannot take the address, or a label has
/// a name that is none or is the prober's own (discovered ones were not checked before).
ScheduledProbe scheduled(const ProbeConfig& probe, const TargetEntry& target);
/// A discovered target as an entry: `target` is the label `name` if it has one, else the address. Labels that
/// begin with two underscores and `name` itself become none of ours; `__param_hostname` is the hostname.
TargetEntry entry_of(const DiscoveredTarget& target);
/// Every probe's own targets, discoveries left out; what read_fleet accepted does not throw.
std::vector<ScheduledProbe> static_probes(const FleetConfig& fleet);

}  // namespace fleet::probers
