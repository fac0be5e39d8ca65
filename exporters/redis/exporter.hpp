// redis_health_exporter as a description for run_exporter().
#pragma once

#include "exporters/run_exporter.hpp"

namespace fleet::exporters::redis_health {

ExporterDescription describe();

}  // namespace fleet::exporters::redis_health
