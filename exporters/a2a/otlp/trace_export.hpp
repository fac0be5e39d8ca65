// POST /v1/traces, without its socket.
#pragma once

#include <string>

#include "core/web/server.hpp"
#include "exporters/a2a/otlp/otlp_settings.hpp"
#include "exporters/a2a/otlp/span_ingest.hpp"

namespace fleet::exporters::a2a {

/// Decompresses, decodes, and only then counts: of a request that is refused nothing is counted, so it may be
/// sent again. 200, 400 (not decodable), 413 (larger than max_body once decompressed), 415 (another encoding or
/// compression). Never suspends; takes about a second for 20 MiB at worst.
web::Response export_traces(const web::Request& request, const OtlpSettings& settings, SpanIngest& ingest);

/// The answer to what is refused before it is read whole, such as a body above max_body.
web::Response refuse_unread(int status, const web::Request& head, SpanIngest& ingest);

}  // namespace fleet::exporters::a2a
