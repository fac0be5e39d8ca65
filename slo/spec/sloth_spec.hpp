// Sloth's two forms: prometheus/v1 files and PrometheusServiceLevel manifests (sloth.slok.dev/v1).
#pragma once

#include "core/config/document.hpp"
#include "slo/objective.hpp"
#include "slo/spec/reading_options.hpp"

namespace fleet::slo {

Specification read_sloth_file(const config::Value& root, const ReadingOptions& options);
Specification read_sloth_manifest(const config::Value& root, const ReadingOptions& options);

}  // namespace fleet::slo
