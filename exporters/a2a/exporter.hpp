// a2a_exporter as a description for run_exporter().
#pragma once

#include "exporters/a2a/hop_feed.hpp"
#include "exporters/run_exporter.hpp"

namespace fleet::exporters::a2a {

/// A reload that leaves `redis` and `hops` as they are keeps the running feed; else a new one takes over at the
/// checkpoint.
exporters::ExporterDescription describe();

}  // namespace fleet::exporters::a2a
