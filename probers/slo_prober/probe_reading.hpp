// Reads one probe of a configuration.
#pragma once

#include "core/config/document.hpp"
#include "probers/slo_prober/config.hpp"
#include "probers/slo_prober/module_table.hpp"

namespace fleet::probers {

/// One entry of `probes:`: name; type with options under the type's own key, or module; interval, timeout,
/// retry_interval, enabled, quiet, exclusive, labels; targets, file_sd_configs, http_sd_configs,
/// dns_sd_configs. `leases`: whether there is a `fleet:` in which exclusive probes take turns. Throws
/// config::Error.
ProbeConfig read_probe(const config::Value& value, const ModuleTable& modules, bool leases);

}  // namespace fleet::probers
