// document_exporter as a description: what its main() runs, and tests as well.
#pragma once

#include "exporters/documents/batch_feed.hpp"
#include "exporters/run_exporter.hpp"

namespace fleet::exporters::documents {

/// A reload that leaves the source as it is keeps the running feed; else a new one takes over at the
/// checkpoint.
ExporterDescription describe();

}  // namespace fleet::exporters::documents
