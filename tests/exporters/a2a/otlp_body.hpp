// Bodies of POST /v1/traces, made by hand from the specification, in both encodings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::testing {

/// An attribute of text, or of an integer if `text` is empty.
struct MadeAttribute {
  std::string key, text;
  std::int64_t integer = 0;
};

struct MadeSpan {
  std::string trace = "0af7651916cd43dd8448eb211c80319c";
  std::string id = "00f067aa0ba902b7";
  std::string parent;
  int kind = 3;  // client; 2: server, 4: producer, 5: consumer
  std::string name = "SendMessage";
  std::uint64_t start_ns = 1'700'000'000'000'000'000, end_ns = 1'700'000'000'050'000'000;
  int status = 0;
  std::vector<MadeAttribute> attributes;
};

struct MadeResource {
  std::string service;
  std::vector<MadeSpan> spans;
};

/// The message ExportTraceServiceRequest. With `resource_last` a resource follows its spans, which is as valid.
std::string protobuf_body(const std::vector<MadeResource>& resources, bool resource_last = false);
std::string json_body(const std::vector<MadeResource>& resources);

/// A field of a protobuf message.
std::string protobuf_number(unsigned field, std::uint64_t value);
std::string protobuf_bytes(unsigned field, const std::string& bytes);
std::string protobuf_fixed64(unsigned field, std::uint64_t value);

/// A request from `caller` to `callee`, told by both: 50 ms in all, 40 ms of it the callee's.
inline std::vector<MadeResource> made_hop(const std::string& caller, const std::string& callee, int number = 0,
                                          std::uint64_t end_ns = 1'700'000'000'050'000'000) {
  MadeSpan client, server;
  auto const digits = std::to_string(1'000'000'000 + number);
  client.id = "aaaaaa" + digits;
  server.id = "bbbbbb" + digits;
  server.parent = client.id;
  server.kind = 2;
  client.end_ns = end_ns;
  client.start_ns = end_ns - 50'000'000;
  // On a host whose clock is an hour off.
  server.start_ns = client.start_ns + 3'600'000'000'000;
  server.end_ns = server.start_ns + 40'000'000;
  return {{caller, {client}}, {callee, {server}}};
}

}  // namespace fleet::testing
