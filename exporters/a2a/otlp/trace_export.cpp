#include "exporters/a2a/otlp/trace_export.hpp"

#include <optional>

#include "core/http/body_intake.hpp"
#include "exporters/a2a/otlp/export_answer.hpp"
#include "exporters/a2a/otlp/span_decoding.hpp"

namespace fleet::exporters::a2a {
namespace {

struct Refusal {
  int status;
  RpcCode code;
  std::string message;
};

std::string too_large(const OtlpSettings& settings) {
  return "the body is larger than " + std::to_string(settings.max_body) + " bytes";
}

/// The body as it was before it was compressed; `plain` holds it where it is not the request's own.
std::optional<Refusal> decompress(const web::Request& request, const OtlpSettings& settings, std::string& plain,
                                  std::string_view& body) {
  auto const coding = request.header("Content-Encoding");
  if (coding.empty() || coding == "identity") {
    body = request.body;
    return std::nullopt;
  }
  if (coding != "gzip")
    return Refusal{415, RpcCode::invalid_argument, "expected Content-Encoding gzip, or none"};
  http::BodyIntake intake(http::Compression::gzip, settings.max_body, true);
  intake.take(request.body);
  intake.finish();
  if (intake.state() == http::BodyIntake::State::too_large) {
    return Refusal{413, RpcCode::resource_exhausted, too_large(settings)};
  }
  if (intake.state() == http::BodyIntake::State::malformed) {
    return Refusal{400, RpcCode::invalid_argument, "the body is not gzip, or is cut off"};
  }
  plain = intake.body();
  body = plain;
  return std::nullopt;
}

/// What is refused, or nothing: then the spans are counted and `rejected` is said of them.
std::optional<Refusal> take(OtlpEncoding encoding, const web::Request& request, const OtlpSettings& settings,
                            SpanIngest& ingest, Rejected& rejected) {
  std::string plain;
  std::string_view body;
  if (auto refusal = decompress(request, settings, plain, body)) return refusal;
  std::vector<HopSpan> spans;
  std::uint64_t ignored = 0;
  auto const keep = [&](const Span& span) {
    if (auto hop = read_hop_span(span, settings)) {
      spans.push_back(std::move(*hop));
    } else {
      ++ignored;
    }
  };
  try {
    rejected =
        encoding == OtlpEncoding::json ? decode_json_spans(body, keep) : decode_protobuf_spans(body, keep);
  } catch (const DecodingError& error) {
    return Refusal{400, RpcCode::invalid_argument, error.what()};
  }
  ingest.take(std::move(spans), ignored, rejected.spans);
  return std::nullopt;
}

}  // namespace

web::Response export_traces(const web::Request& request, const OtlpSettings& settings, SpanIngest& ingest) {
  auto encoding = OtlpEncoding::json;
  Rejected rejected;
  std::optional<Refusal> refusal;
  if (!read_otlp_encoding(request.header("Content-Type"), encoding)) {
    refusal = Refusal{415, RpcCode::invalid_argument, "expected application/x-protobuf or application/json"};
  } else {
    refusal = take(encoding, request, settings, ingest, rejected);
  }
  ingest.note_answer(refusal ? refusal->status : 200);
  if (!refusal) return accepted(encoding, rejected);
  return refused(encoding, refusal->status, refusal->code, refusal->message);
}

web::Response refuse_unread(int status, const web::Request& head, SpanIngest& ingest) {
  auto encoding = OtlpEncoding::json;
  read_otlp_encoding(head.header("Content-Type"), encoding);
  ingest.note_answer(status);
  bool const large = status == 413;
  return refused(
      encoding, status, large ? RpcCode::resource_exhausted : RpcCode::invalid_argument,
      large ? "the body is larger than this receiver takes" : "not an HTTP request that can be read");
}

}  // namespace fleet::exporters::a2a
