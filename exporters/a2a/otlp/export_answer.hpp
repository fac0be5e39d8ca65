// The answers that OTLP/HTTP demands, in the encoding of the request.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/web/server.hpp"
#include "exporters/a2a/otlp/span_decoding.hpp"

namespace fleet::exporters::a2a {

enum class OtlpEncoding : std::uint8_t { protobuf, json };

/// By the Content-Type, whose parameters do not matter; false if OTLP has no such encoding.
bool read_otlp_encoding(std::string_view content_type, OtlpEncoding& out);

/// 200 with ExportTraceServiceResponse; with partial_success if spans were rejected, which senders log and do
/// not send again.
web::Response accepted(OtlpEncoding encoding, const Rejected& rejected);

/// google.rpc.Code
enum class RpcCode : std::uint8_t { invalid_argument = 3, resource_exhausted = 8, unavailable = 14 };

/// google.rpc.Status. Of these only 503 is sent again by OTLP senders; it says after how long.
web::Response refused(OtlpEncoding encoding, int status, RpcCode code, std::string_view message);

}  // namespace fleet::exporters::a2a
