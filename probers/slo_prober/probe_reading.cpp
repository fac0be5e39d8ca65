#include "probers/slo_prober/probe_reading.hpp"

#include <algorithm>

#include "probers/slo_prober/discovery_reading.hpp"
#include "probers/slo_prober/target_reading.hpp"
#include "probers/slo_prober/window_reading.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using config::Mapping;
using config::Value;
using std::chrono::milliseconds;

constexpr auto shortest_interval = 100ms;

ModuleWithOptions read_kind_of(const Mapping& probe, const ModuleTable& modules) {
  auto const type = probe.optional("type"), module = probe.optional("module");
  if (module && type) module->fail("expected either `type` or `module`");
  if (!module && !type) probe.self().fail("missing key `type` or `module`");
  auto const* const kind = type ? &read_kind_name(*type) : nullptr;
  for (auto const& other : module_kinds()) {
    auto const options = probe.optional(other.name);
    if (!options || &other == kind) continue;
    auto const name = std::string(other.name);
    if (module) options->fail("expected no options beside `module`, they stand in the module");
    options->fail("expected options of type " + std::string(kind->name) + ", this probe is no " + name +
                  " probe");
  }
  return kind ? modules.own(*kind, probe) : modules.find(*module);
}

void read_times(const Mapping& probe, ProbeConfig& config) {
  config.interval = probe.duration_or("interval", config.interval, shortest_interval);
  auto const usual = config.module.timeout.value_or(config.timeout);
  config.timeout = probe.duration_or("timeout", std::min(config.interval, usual), 1ms);
  if (config.timeout > 8 * config.interval) {
    probe.required("timeout").fail("expected a timeout of at most 8 intervals");
  }
  if (auto const retry = probe.optional("retry_interval")) {
    config.retry_interval = retry->duration(shortest_interval);
    if (config.retry_interval >= config.interval) {
      retry->fail("expected a retry interval shorter than the interval of " +
                  config::format_duration(config.interval));
    }
  }
}

bool answers_messages(const ModuleWithOptions& read) {
  if (read.module.kind != "a2a") return false;
  if (!read.options || !read.options->is_mapping()) return true;
  for (auto const& [key, value] : read.options->entries())
    if (key.text() == "mode") return value.text() != "card";
  return true;
}

}  // namespace

ProbeConfig read_probe(const Value& value, const ModuleTable& modules, bool leases) {
  auto const keys = with_kind_names({"name", "type", "module", "interval", "timeout", "retry_interval",
                                     "enabled", "quiet", "exclusive", "labels", "targets", "file_sd_configs",
                                     "http_sd_configs", "dns_sd_configs"});
  auto const probe = value.mapping(keys);
  ProbeConfig config;
  config.name = probe.required("name").non_empty_text();
  auto const read = read_kind_of(probe, modules);
  config.module = read.module;
  config.measures_agents = answers_messages(read);
  read_times(probe, config);
  config.windows = read_windows(probe);
  config.exclusive = probe.boolean_or("exclusive", false);
  if (config.exclusive && !leases) {
    probe.required("exclusive").fail("expected `fleet: redis:` in this file, where replicas take turns");
  }
  if (auto const labels = probe.optional("labels")) config.labels = read_labels(*labels);
  config.discoveries = read_discoveries(probe);
  if (config.discoveries.empty() || probe.optional("targets")) {
    config.targets = read_targets(probe.required("targets"), read);
  }
  return config;
}

}  // namespace fleet::probers
