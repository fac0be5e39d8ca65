// Reads where a probe's targets are discovered.
#pragma once

#include "core/config/document.hpp"
#include "probers/discovery/discovery.hpp"

namespace fleet::probers {

/// file_sd_configs, http_sd_configs and dns_sd_configs of a probe, with the keys of Prometheus that have a
/// meaning here: files (names or globs ending in .json, .yml, .yaml), url, basic_auth, authorization,
/// tls_config, names, type (SRV only), refresh_interval. Throws config::Error.
Discoveries read_discoveries(const config::Mapping& probe);

}  // namespace fleet::probers
