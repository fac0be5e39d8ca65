#include "probers/a2a/a2a_messages.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace fleet::probers::a2a;

TEST_CASE("a 1.0 card: interfaces in their order, the first JSONRPC one that is known") {
  auto const reading = read_card(R"({"name":"x","supportedInterfaces":[
    {"url":"grpc://h:1","protocolBinding":"GRPC","protocolVersion":"1.0"},
    {"url":"http://h/v9","protocolBinding":"JSONRPC","protocolVersion":"9.0"},
    {"url":"http://h/a2a","protocolBinding":"JSONRPC","protocolVersion":"1.0","tenant":"acme"},
    {"url":"http://h/old","protocolBinding":"JSONRPC","protocolVersion":"0.3"}]})");
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->url == "http://h/a2a");
  CHECK(reading.endpoint->version == Version::v1_0);
  CHECK(reading.endpoint->tenant == "acme");
}

TEST_CASE("0.3 and 0.2 cards: url, preferredTransport, additionalInterfaces") {
  auto reading = read_card(R"({"url":"http://h/","protocolVersion":"0.3.0","preferredTransport":"JSONRPC"})");
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->version == Version::v0_3);

  reading = read_card(R"({"url":"http://h/","protocolVersion":"0.2.5"})");
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->version == Version::v0_2);

  reading = read_card(R"({"url":"http://h/grpc","protocolVersion":"0.3","preferredTransport":"GRPC",
    "additionalInterfaces":[{"url":"http://h/rest","transport":"HTTP+JSON"},{"url":"http://h/rpc","transport":"JSONRPC"}]})");
  REQUIRE(reading.endpoint);
  CHECK(reading.endpoint->url == "http://h/rpc");
}

TEST_CASE("cards that cannot be used say why") {
  CHECK(read_card("<html>").problem == "the card is not a JSON object");
  CHECK(read_card("[]").problem == "the card is not a JSON object");
  CHECK(read_card("{}").problem == "the card has no url");
  CHECK_FALSE(read_card("{}").version_mismatch);
  CHECK(read_card(R"({"url":"http://h","protocolVersion":"2.0"})").version_mismatch);
  CHECK(read_card(R"({"url":"http://h","protocolVersion":"0.30"})").version_mismatch);
  CHECK(read_card(R"({"supportedInterfaces":[]})").version_mismatch);
  CHECK(read_card(
            R"({"supportedInterfaces":[{"url":"/rel","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]})")
            .version_mismatch);
}

TEST_CASE("requests follow the version") {
  auto request =
      boost::json::parse(send_request({"http://h", Version::v1_0, "acme"}, "7", "me-7", "pi\"ng")).as_object();
  CHECK(request["method"] == "SendMessage");
  CHECK(request["id"] == "7");
  auto& message = request["params"].as_object()["message"].as_object();
  CHECK(message["messageId"] == "me-7");
  CHECK(message["role"] == "ROLE_USER");
  CHECK(message["parts"].as_array().at(0).as_object()["text"] == "pi\"ng");
  CHECK_FALSE(message.contains("kind"));
  CHECK(request["params"].as_object()["tenant"] == "acme");

  request = boost::json::parse(send_request({"http://h", Version::v0_3, ""}, "8", "me-8", "ping")).as_object();
  CHECK(request["method"] == "message/send");
  auto& old = request["params"].as_object()["message"].as_object();
  CHECK(old["messageId"] == "me-8");
  CHECK(old["kind"] == "message");
  CHECK(old["parts"].as_array().at(0).as_object()["kind"] == "text");
  CHECK(request["params"].as_object()["configuration"].as_object()["blocking"] == true);
}

TEST_CASE("answers") {
  auto const answer = [](const char* body) { return read_answer(body, "p1"); };
  auto const task = [&](const std::string& state) {
    return read_answer(R"({"jsonrpc":"2.0","id":"p1","result":{"task":{"id":"T","status":{"state":")" + state +
                           "\"}}}}",
                       "p1")
        .answer;
  };
  CHECK(task("TASK_STATE_COMPLETED") == Answer::completed);
  CHECK(task("TASK_STATE_WORKING") == Answer::working);
  CHECK(task("TASK_STATE_FAILED") == Answer::failed);
  CHECK(task("TASK_STATE_REJECTED") == Answer::failed);
  CHECK(task("TASK_STATE_INPUT_REQUIRED") == Answer::interrupted);
  CHECK(task("nonsense") == Answer::invalid);
  CHECK(answer(R"({"id":"p1","result":{"kind":"task","status":{"state":"completed"}}})").answer ==
        Answer::completed);
  CHECK(answer(R"({"id":"p1","result":{"kind":"task","status":{"state":"auth-required"}}})").answer ==
        Answer::interrupted);
  CHECK(answer(R"({"id":"p1","result":{"message":{"role":"ROLE_AGENT"}}})").answer == Answer::message);
  CHECK(answer(R"({"id":"p1","result":{"kind":"message"}})").answer == Answer::message);
  CHECK(answer(R"({"id":"p1","result":{}})").answer == Answer::invalid);
  CHECK(answer(R"({"id":"p1"})").answer == Answer::invalid);
  CHECK(answer(R"({"id":"other","result":{"message":{}}})").detail == "the answer's id is not the request's");
  CHECK(answer("<html>502</html>").answer == Answer::invalid);

  auto const error = answer(R"({"id":"p1","error":{"code":-32009,"message":"secret text"}})");
  CHECK(error.answer == Answer::error);
  CHECK(error.error_code == -32009);
  CHECK(error.detail == "A2A error -32009");
  CHECK(answer(R"({"id":null,"error":{"code":-32700}})").answer == Answer::error);
}
