// Bodies of OTLP requests into spans: what is right, and everything that is not.
#include "exporters/a2a/otlp/span_decoding.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <sstream>

#include "exporters/a2a/otlp/protobuf_reader.hpp"
#include "tests/exporters/a2a/otlp_body.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::MadeResource;
using testing::MadeSpan;

using Decode = Rejected (*)(std::string_view, const SpanSink&);

/// One line a span.
std::string described(Decode decode, std::string_view body) {
  std::ostringstream out;
  decode(body, [&out](const Span& span) {
    out << span.trace.text() << ' ' << std::hex << span.id << ' ' << span.parent << std::dec << ' '
        << static_cast<int>(span.kind) << ' ' << span.name << ' ' << span.start_ns << ' ' << span.end_ns << ' '
        << span.failed;
    for (auto const& list : {span.resource, span.attributes}) {
      out << " [";
      for (auto const& attribute : list) {
        out << attribute.key << '=' << attribute.text;
        if (attribute.is_integer) out << attribute.integer;
        out << ';';
      }
      out << ']';
    }
    out << '\n';
  });
  return out.str();
}

std::vector<MadeResource> two_agents() {
  MadeSpan client, server;
  client.attributes = {{"rpc.system", "a2a", 0}, {"rpc.response.status_code", "", -32001}};
  client.status = 2;
  server.id = "53995c3f42cd8ad8";
  server.parent = client.id;
  server.kind = 2;
  server.name = "message/send";
  return {{"intake", {client}}, {"research", {server}}};
}

const std::string two_agents_described =
    "0af7651916cd43dd8448eb211c80319c f067aa0ba902b7 0 3 SendMessage 1700000000000000000 1700000000050000000 1 "
    "[service.name=intake;] [rpc.system=a2a;rpc.response.status_code=-32001;]\n"
    "0af7651916cd43dd8448eb211c80319c 53995c3f42cd8ad8 f067aa0ba902b7 2 message/send 1700000000000000000 "
    "1700000000050000000 0 [service.name=research;] []\n";

TEST_CASE("both encodings tell the same spans") {
  CHECK(described(decode_protobuf_spans, testing::protobuf_body(two_agents())) == two_agents_described);
  CHECK(described(decode_json_spans, testing::json_body(two_agents())) == two_agents_described);
}

TEST_CASE("a resource after its spans is theirs all the same") {
  CHECK(described(decode_protobuf_spans, testing::protobuf_body(two_agents(), true)) == two_agents_described);
}

TEST_CASE("an empty request has no spans") {
  CHECK(described(decode_protobuf_spans, "").empty());
  CHECK(described(decode_json_spans, "{}").empty());
  CHECK(described(decode_json_spans, R"({"resourceSpans":null})").empty());
}

TEST_CASE("spans without valid ids are rejected, the others are not") {
  auto resources = two_agents();
  auto& spans = resources[0].spans;
  auto const good = spans[0];
  for (auto const* const id : {"", "0000000000000000", "00f067aa0ba902", "00f067aa0ba902b7ff"}) {
    spans.push_back(good);
    spans.back().id = id;
  }
  for (auto const* const trace : {"", "00000000000000000000000000000000", "0af7651916cd43dd8448eb211c8031"}) {
    spans.push_back(good);
    spans.back().trace = trace;
  }
  for (auto const json : {false, true}) {
    std::size_t taken = 0;
    auto const sink = [&taken](const Span&) { ++taken; };
    auto const rejected = json ? decode_json_spans(testing::json_body(resources), sink)
                               : decode_protobuf_spans(testing::protobuf_body(resources), sink);
    CHECK(taken == 2);
    CHECK(rejected.spans == 7);
    CHECK(rejected.reason == "a span without a valid span id");
  }
}

TEST_CASE("a trace id of which one half is zero is valid") {
  auto resources = two_agents();
  resources[0].spans[0].trace = "00000000000000008448eb211c80319c";
  resources[1].spans[0].trace = "8448eb211c80319c0000000000000000";
  CHECK(described(decode_json_spans, testing::json_body(resources)) ==
        described(decode_protobuf_spans, testing::protobuf_body(resources)));
  CHECK(decode_json_spans(testing::json_body(resources), [](const Span&) {}).spans == 0);
  resources[0].spans[0].trace = "zzzzzzzzzzzzzzzz8448eb211c80319c";
  CHECK(decode_json_spans(testing::json_body(resources), [](const Span&) {}).spans == 1);
}

TEST_CASE("JSON takes numbers for texts of numbers, and what a later OTLP adds") {
  auto const* const body = R"({"later":[1],"resourceSpans":[{"resource":null,"scopeSpans":[{"spans":[{
    "traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"00F067AA0BA902B7","kind":3,"name":"n","links":[{}],
    "startTimeUnixNano":1700000000000000000,"endTimeUnixNano":"1700000000000000001","parentSpanId":null,
    "attributes":[{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"}]}}},{"key":"none"},
                  {"key":"number","value":{"intValue":-7}},{"key":"flag","value":{"boolValue":true}}]}]}]}]})";
  CHECK(described(decode_json_spans, body) ==
        "0af7651916cd43dd8448eb211c80319c f067aa0ba902b7 0 3 n 1700000000000000000 1700000000000000001 0 [] "
        "[list=;none=;number=-7;flag=;]\n");
}

TEST_CASE("JSON that is no request is refused with the reason") {
  auto const refusal = [](const std::string& body) {
    try {
      decode_json_spans(body, [](const Span&) {});
    } catch (const DecodingError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(refusal("[]") == "the body is no JSON object");
  CHECK(refusal("") == "the body is not JSON: incomplete JSON");
  CHECK(refusal("{\"resourceSpans\":1}") == "`resourceSpans` is no list");
  CHECK(refusal("{\"resourceSpans\":[1]}") == "an entry of `resourceSpans` that is no object");
  auto const span = [&](const std::string& fields) {
    return refusal("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" + fields + "}]}]}]}");
  };
  CHECK(span("\"kind\":\"SPAN_KIND_CLIENT\"") == "`kind` is no integer");
  CHECK(span("\"name\":3") == "`name` is no text");
  CHECK(span("\"endTimeUnixNano\":\"soon\"") == "`endTimeUnixNano` is no integer");
  CHECK(span("\"endTimeUnixNano\":\"-1\"") == "`endTimeUnixNano` is no integer");
  CHECK(span("\"attributes\":[[]]") == "an attribute that is no object");
}

TEST_CASE("a small body does not become a large tree") {
  std::string body = "{\"x\":[";
  for (int n = 0; n < 500'000; ++n) body += "0,";
  body += "0]}";
  CHECK_THROWS_WITH(decode_json_spans(body, [](const Span&) {}), "the body holds too many values for its size");
  CHECK_THROWS_AS(decode_json_spans("{\"x\":" + std::string(100'000, '['), [](const Span&) {}), DecodingError);
}

/// The bytes in a block of their own, so that a read past their end is found.
std::string cut_described(Decode decode, const std::string& body, std::size_t length) {
  auto const exact = std::make_unique<char[]>(length);
  std::copy_n(body.data(), length, exact.get());
  return described(decode, {exact.get(), length});
}

TEST_CASE("a body that is cut off anywhere is refused, and tells no span that was not there") {
  for (auto const json : {false, true}) {
    auto const body = json ? testing::json_body(two_agents()) : testing::protobuf_body(two_agents());
    std::size_t whole = 0;
    for (std::size_t length = 0; length < body.size(); ++length) {
      try {
        auto const text = cut_described(json ? decode_json_spans : decode_protobuf_spans, body, length);
        CHECK(two_agents_described.starts_with(text));
        ++whole;
      } catch (const DecodingError&) {
      }
    }
    // Between two entries of resource_spans a protobuf message may end: there are two.
    CHECK(whole == (json ? 0 : 2));
  }
}

TEST_CASE("damaged bytes never read past the body") {
  std::mt19937 random(20261127);
  for (auto const json : {false, true}) {
    auto const body = json ? testing::json_body(two_agents()) : testing::protobuf_body(two_agents());
    std::size_t refused = 0;
    for (int round = 0; round < 4000; ++round) {
      auto damaged = body;
      for (auto n = random() % 4 + 1; n > 0; --n)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      auto const length = random() % 2 ? damaged.size() : random() % damaged.size();
      try {
        cut_described(json ? decode_json_spans : decode_protobuf_spans, damaged, length);
      } catch (const DecodingError&) {
        ++refused;
      }
    }
    CHECK(refused > 1000);
  }
}

TEST_CASE("numbers on the wire") {
  auto const number = [](const std::string& bytes) {
    ProtobufReader reader(bytes);
    REQUIRE(reader.next());
    return reader.number();
  };
  CHECK(number(std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11)) == UINT64_MAX);
  CHECK(number(std::string("\x08\x80\x00", 3)) == 0);
  CHECK(number(std::string("\x0d\x01\x02\x03\x04", 5)) == 0x04030201);
  for (auto const& bytes :
       {std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11), std::string("\x08\x80", 2),
        std::string("\x0b", 1), std::string("\x00\x00", 2), std::string("\x0a\x02\x00", 3),
        std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 12), std::string("\x09\x00", 2)}) {
    ProtobufReader reader(bytes);
    CHECK_THROWS_AS(reader.next(), DecodingError);
  }
}

}  // namespace
}  // namespace fleet::exporters::a2a
