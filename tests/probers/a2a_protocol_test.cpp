// A2A's words, cards and requests, without sockets.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "probers/a2a/agent_card.hpp"
#include "probers/a2a/requests.hpp"

using namespace fleet;
using namespace fleet::probers::a2a;

namespace {

boost::json::object body_of(const std::optional<http::Request>& request) {
  REQUIRE(request);
  return boost::json::parse(request->body).as_object();
}

std::string header_of(const http::Request& request, std::string_view name) {
  for (auto const& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace

TEST_CASE("a 1.0 card: interfaces in their order, the first that is spoken here") {
  auto const* const card = R"({"name":"x","capabilities":{"streaming":true},"supportedInterfaces":[
    {"url":"grpc://h:1","protocolBinding":"GRPC","protocolVersion":"1.0"},
    {"url":"http://h/v9","protocolBinding":"JSONRPC","protocolVersion":"9.0"},
    {"url":"http://h/rest","protocolBinding":"HTTP+JSON","protocolVersion":"1.0"},
    {"url":"http://h/a2a","protocolBinding":"JSONRPC","protocolVersion":"1.0.0","tenant":"acme"},
    {"url":"http://h/old","protocolBinding":"JSONRPC","protocolVersion":"0.3"}]})";
  auto reading = read_card(card);
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->url == "http://h/rest");
  CHECK(reading.endpoint->binding == Binding::http_json);
  CHECK(reading.endpoint->version == Version::v1_0);
  CHECK(reading.streaming == true);

  reading = read_card(card, {std::nullopt, Binding::jsonrpc});
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->url == "http://h/a2a");
  CHECK(reading.endpoint->tenant == "acme");

  reading = read_card(card, {Version::v0_3, std::nullopt});
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->url == "http://h/old");

  reading = read_card(card, {Version::v0_3, Binding::http_json});
  CHECK_FALSE(reading.endpoint);
  CHECK(reading.version_mismatch);
  CHECK(reading.problem ==
        "the card offers GRPC 1.0 without an absolute URL, JSONRPC 9.0, HTTP+JSON 1.0, JSONRPC 1.0.0, "
        "JSONRPC 0.3; wanted: HTTP+JSON 0.3");
}

TEST_CASE("0.3 and 0.2 cards: url, preferredTransport, additionalInterfaces") {
  auto reading = read_card(R"({"url":"http://h/","protocolVersion":"0.3.0","preferredTransport":"JSONRPC"})");
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->version == Version::v0_3);
  CHECK(reading.endpoint->binding == Binding::jsonrpc);

  for (auto const* const card :
       {R"({"url":"http://h/","protocolVersion":"0.2.5"})", R"({"url":"http://h/"})"}) {
    reading = read_card(card);
    REQUIRE(reading.endpoint);
    CHECK(reading.endpoint->version == Version::v0_2);
  }
  auto const* const both = R"({"url":"http://h/grpc","protocolVersion":"0.3","preferredTransport":"GRPC",
    "additionalInterfaces":[{"url":"http://h/rest","transport":"HTTP+JSON"},{"url":"http://h/rpc","transport":"JSONRPC"}]})";
  reading = read_card(both);
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->url == "http://h/rest");
  reading = read_card(both, {std::nullopt, Binding::jsonrpc});
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->url == "http://h/rpc");
}

TEST_CASE("a card of both forms: what supportedInterfaces lacks, the older fields may have") {
  auto const* const card = R"({"supportedInterfaces":[{"url":"http://h/1","protocolBinding":"JSONRPC",
    "protocolVersion":"1.0"}],"url":"http://h/0","protocolVersion":"0.3.0"})";
  CHECK(read_card(card).endpoint->url == "http://h/1");
  CHECK(read_card(card, {Version::v0_3, std::nullopt}).endpoint->url == "http://h/0");
}

TEST_CASE("cards that cannot be used say why") {
  CHECK(read_card("<html>").problem == "the card is not a JSON object");
  CHECK(read_card("[]").problem == "the card is not a JSON object");
  CHECK(read_card("{}").problem == "the card has neither url nor supportedInterfaces");
  CHECK_FALSE(read_card("{}").version_mismatch);
  CHECK_FALSE(read_card(R"({"supportedInterfaces":[]})").endpoint);
  CHECK(read_card(R"({"url":"http://h","protocolVersion":"2.0"})").version_mismatch);
  CHECK(read_card(R"({"url":"http://h","protocolVersion":"0.30"})").version_mismatch);
  CHECK(read_card(R"({"url":"http://h","protocolVersion":"0.2.6","preferredTransport":"HTTP+JSON"})")
            .version_mismatch);
  CHECK(
      read_card(R"({"supportedInterfaces":[{"url":"/a","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]})")
          .version_mismatch);
  CHECK(read_card(R"({"supportedInterfaces":[{"url":"http://h","protocolBinding":"JSONRPC"}]})")
            .version_mismatch);
  CHECK(
      read_card(R"({"url":"http://h:50051","protocolVersion":"0.3.0","preferredTransport":"GRPC"})").problem ==
      "the card offers GRPC 0.3.0; spoken here: JSONRPC 0.2, 0.3, 1.0, HTTP+JSON 0.3, 1.0");
  CHECK(read_card("{\"url\":\"http://h\",\"preferredTransport\":\"A\\nB\\u00e9\"}").problem.find('\n') ==
        std::string::npos);
}

TEST_CASE("JSON-RPC requests follow the version") {
  Endpoint const v1{"http://h/a2a?x=1", Version::v1_0, Binding::jsonrpc, "acme"};
  auto const sent = send_request(v1, "7", {"me-7", "pi\"ng"}, false);
  auto request = body_of(sent);
  CHECK(sent->url.target == "/a2a?x=1");
  CHECK(sent->method == "POST");
  CHECK(header_of(*sent, "A2A-Version") == "1.0");
  CHECK(header_of(*sent, "Content-Type") == "application/json");
  CHECK(header_of(*sent, "Accept") == "application/json");
  CHECK(request["jsonrpc"] == "2.0");
  CHECK(request["method"] == "SendMessage");
  CHECK(request["id"] == "7");
  auto& params = request["params"].as_object();
  CHECK(boost::json::serialize(params["message"]) ==
        R"({"messageId":"me-7","role":"ROLE_USER","parts":[{"text":"pi\"ng"}]})");
  CHECK(params["tenant"] == "acme");
  CHECK_FALSE(params.contains("configuration"));
  request = body_of(send_request(v1, "7", {"m", "t", false}, false));
  CHECK(request["params"].at("configuration").at("returnImmediately") == true);
  auto const streamed = send_request(v1, "7", {"m", "t"}, true);
  CHECK(body_of(streamed)["method"] == "SendStreamingMessage");
  CHECK(header_of(*streamed, "Accept") == "text/event-stream");
  CHECK(
      boost::json::serialize(body_of(get_task_request(v1, "9", "T"))) ==
      R"({"jsonrpc":"2.0","id":"9","method":"GetTask","params":{"id":"T","historyLength":0,"tenant":"acme"}})");

  for (auto const version : {Version::v0_3, Version::v0_2}) {
    Endpoint const old{"http://h", version, Binding::jsonrpc, ""};
    auto const message = send_request(old, "8", {"me-8", "ping"}, false);
    request = body_of(message);
    CHECK(header_of(*message, "A2A-Version").empty());
    CHECK(request["method"] == "message/send");
    CHECK(
        boost::json::serialize(request["params"]) ==
        R"({"message":{"kind":"message","messageId":"me-8","role":"user","parts":[{"kind":"text","text":"ping"}]},)"
        R"("configuration":{"blocking":true,"acceptedOutputModes":["text/plain"]}})");
    CHECK(body_of(send_request(old, "8", {"m", "t"}, true))["method"] == "message/stream");
    CHECK(body_of(get_task_request(old, "8", "T"))["method"] == "tasks/get");
  }
}

TEST_CASE("HTTP+JSON requests follow the version") {
  Endpoint const v1{"http://h/rest/", Version::v1_0, Binding::http_json, "a b"};
  auto const sent = send_request(v1, "7", {"me-7", "ping"}, false);
  REQUIRE(sent);
  CHECK(sent->url.target == "/rest/a%20b/message:send");
  CHECK(sent->body == R"({"message":{"messageId":"me-7","role":"ROLE_USER","parts":[{"text":"ping"}]}})");
  CHECK(send_request(v1, "7", {"m", "t"}, true)->url.target == "/rest/a%20b/message:stream");
  auto const get = get_task_request(v1, "7", "a/b?");
  REQUIRE(get);
  CHECK(get->method == "GET");
  CHECK(get->url.target == "/rest/a%20b/tasks/a%2Fb%3F?historyLength=0");
  CHECK(header_of(*get, "A2A-Version") == "1.0");
  CHECK(get->body.empty());

  Endpoint const old{"http://h", Version::v0_3, Binding::http_json, ""};
  auto const message = send_request(old, "7", {"me-7", "ping"}, false);
  REQUIRE(message);
  CHECK(message->url.target == "/v1/message:send");
  CHECK(message->body == R"({"message":{"messageId":"me-7","role":"ROLE_USER","content":[{"text":"ping"}]},)"
                         R"("configuration":{"blocking":true,"acceptedOutputModes":["text/plain"]}})");
  CHECK(send_request(old, "7", {"m", "t"}, true)->url.target == "/v1/message:stream");
  CHECK(get_task_request(old, "7", "T")->url.target == "/v1/tasks/T?historyLength=0");
}

TEST_CASE("places of cards, and random ids") {
  auto const at = [](const char* base) { return card_url(*http::Url::parse(base)).to_string(); };
  CHECK(at("http://h") == "http://h/.well-known/agent-card.json");
  CHECK(at("http://h/agents/intake/?a=b") == "http://h/agents/intake/.well-known/agent-card.json");
  CHECK(old_card_url(*http::Url::parse("http://h:81/")).to_string() == "http://h:81/.well-known/agent.json");
  CHECK(header_of(card_request(*http::Url::parse("http://h"), {}), "A2A-Version") == "1.0");
  CHECK(header_of(card_request(*http::Url::parse("http://h"), Version::v0_3), "A2A-Version").empty());
  auto const id = random_uuid();
  CHECK(re2::RE2::FullMatch(id, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  CHECK(id != random_uuid());
}

TEST_CASE("errors have names, in each binding's own words") {
  CHECK(error_name(-32001) == "TaskNotFound");
  CHECK(error_name(-32009) == "VersionNotSupported");
  CHECK(error_name(-32000).empty());
  for (auto const* const name : {"TASK_NOT_FOUND", "TaskNotFoundError", "Task not found", "task-not-found",
                                 "https://a2a-protocol.org/errors/task-not-found"}) {
    CHECK(error_code_of(name) == task_not_found);
  }
  CHECK(error_code_of("InternalError") == -32603);
  CHECK(error_code_of("ParseError") == -32700);
  CHECK(error_code_of("no Route matched with those values") == 0);
  CHECK(error_code_of("") == 0);
}
