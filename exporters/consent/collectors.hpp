// The collectors of one configuration.
#pragma once

#include <memory>
#include <vector>

#include "exporters/collector.hpp"
#include "exporters/consent/config.hpp"
#include "exporters/consent/memory.hpp"

namespace fleet::exporters::consent {

/// On the worker io thread. Opens nothing before the first scrape.
std::vector<std::unique_ptr<exporters::Collector>> make_collectors(const Config& config,
                                                                   std::shared_ptr<Memory> memory,
                                                                   asio::any_io_executor executor);

}  // namespace fleet::exporters::consent
