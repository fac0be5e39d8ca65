// document_exporter as a description: what its main() runs, and tests as well.
#pragma once

#include "exporters/documents/batch_feed.hpp"
#include "exporters/run_exporter.hpp"

namespace fleet::exporters::documents {

/// `mode` look: --once, beside an exporter that runs as a service.
ExporterDescription describe(BatchFeed::Mode mode);

}  // namespace fleet::exporters::documents
