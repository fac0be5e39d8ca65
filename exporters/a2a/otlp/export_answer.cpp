#include "exporters/a2a/otlp/export_answer.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace fleet::exporters::a2a {
namespace {

namespace json = boost::json;

constexpr std::string_view protobuf_type = "application/x-protobuf", json_type = "application/json";

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_number(std::string& out, unsigned field, std::uint64_t value) {
  append_varint(out, field << 3);
  append_varint(out, value);
}

void append_bytes(std::string& out, unsigned field, std::string_view bytes) {
  append_varint(out, field << 3 | 2);
  append_varint(out, bytes.size());
  out += bytes;
}

web::Response response(OtlpEncoding encoding, int status, std::string body) {
  web::Response answer;
  answer.status = status;
  answer.content_type = encoding == OtlpEncoding::json ? json_type : protobuf_type;
  answer.body = std::move(body);
  return answer;
}

bool is_same_word(std::string_view a, std::string_view b) {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

bool read_otlp_encoding(std::string_view content_type, OtlpEncoding& out) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  bool const is_json = is_same_word(type, json_type);
  if (!is_json && !is_same_word(type, protobuf_type)) return false;
  out = is_json ? OtlpEncoding::json : OtlpEncoding::protobuf;
  return true;
}

web::Response accepted(OtlpEncoding encoding, const Rejected& rejected) {
  if (encoding == OtlpEncoding::json) {
    json::object partial;
    if (rejected.spans > 0) {
      partial["rejectedSpans"] = std::to_string(rejected.spans);
      partial["errorMessage"] = rejected.reason;
    }
    return response(encoding, 200, json::serialize(json::object{{"partialSuccess", std::move(partial)}}));
  }
  std::string body;
  if (rejected.spans > 0) {
    std::string partial;
    append_number(partial, 1, rejected.spans);
    append_bytes(partial, 2, rejected.reason);
    append_bytes(body, 1, partial);
  }
  return response(encoding, 200, std::move(body));
}

web::Response refused(OtlpEncoding encoding, int status, RpcCode code, std::string_view message) {
  std::string body;
  auto const number = static_cast<unsigned>(code);
  if (encoding == OtlpEncoding::json) {
    body = json::serialize(json::object{{"code", number}, {"message", std::string(message)}});
  } else {
    append_number(body, 1, number);
    append_bytes(body, 2, message);
  }
  auto answer = response(encoding, status, std::move(body));
  if (status == 503) answer.headers.emplace_back("Retry-After", "1");
  if (status == 415) answer.headers.emplace_back("Accept-Encoding", "gzip");
  return answer;
}

}  // namespace fleet::exporters::a2a
