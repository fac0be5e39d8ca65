// A2A probe, over real sockets: an agent's stream of events, byte by byte.
#include <catch2/catch.hpp>

#include "tests/probers/agent_answers.hpp"
#include "tests/probers/agent_site.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Mode = A2aOptions::Mode;
using Then = AgentScript::Then;

namespace {

std::string event(const AgentRequest& request, const std::string& what, const std::string& end = "\n") {
  return "data: " + result(request, what) + end + end;
}
std::string status_update(const std::string& state) {
  return R"({"statusUpdate":{"taskId":"T","status":{"state":"TASK_STATE_)" + state + "\"}}}";
}

}  // namespace

TEST_CASE("stream: events in all their shapes") {
  AgentSite site;
  auto const after = [&](std::function<AgentScript(const AgentRequest&)> script) {
    site.answer = std::move(script);
    auto options = with(Mode::stream);
    options.reply.fail_if_not_matches.push_back(std::make_shared<re2::RE2>("^echo: ping$"));
    return site.ask(options);
  };
  std::string const artifact =
      R"({"artifactUpdate":{"taskId":"T","artifact":{"artifactId":"A","parts":[{"text":"echo: ping"}]}}})";
  std::string const submitted = R"({"task":{"id":"T","status":{"state":"TASK_STATE_SUBMITTED"}}})";
  for (std::string const end : {"\n", "\r\n"}) {
    auto const good = after([&](const AgentRequest& request) {
      CHECK(request.headers.at("accept") == "text/event-stream");
      CHECK(request.rpc_method() == "SendStreamingMessage");
      return stream_of({": open" + end + end, event(request, submitted, end),
                        "event: update" + end + "id: 7" + end + event(request, artifact, end),
                        ": ping" + end + end, event(request, status_update("COMPLETED"), end)});
    });
    CHECK(verdict(good) == "good");
    CHECK(fact(good, a2a::facts::events) == 3);
    CHECK(fact(good, a2a::facts::max_event_gap) > 0);
    REQUIRE(good.a2a_latency);
    CHECK(fact(good, a2a::facts::time_to_first_event) ==
          Approx(std::chrono::duration<double>(*good.a2a_latency).count()));
    CHECK(*good.a2a_latency < good.duration);
  }
  auto const split = after([&](const AgentRequest& request) {
    auto const text = event(request, artifact) + event(request, status_update("COMPLETED"));
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size(); at += 7) pieces.push_back(text.substr(at, 7));
    return stream_of(pieces);
  });
  CHECK(verdict(split) == "good");
  auto const lines = after([&](const AgentRequest& request) {
    std::string text = "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":" + request.id() +
                       ",\ndata:\"result\":\ndata: " + artifact + "}\n\n";
    return stream_of({text + event(request, status_update("COMPLETED"))});
  });
  CHECK(verdict(lines) == "good");
  auto const never_closed = after([&](const AgentRequest& request) {
    return stream_of({event(request, R"({"message":{"parts":[{"text":"echo: ping"}]}})")}, Then::hang);
  });
  CHECK(verdict(never_closed) == "good");
  auto const other = after([&](const AgentRequest& request) {
    return stream_of({event(request, R"({"message":{"parts":[{"text":"sorry"}]}})")});
  });
  CHECK(verdict(other) == "body at stream");
}

TEST_CASE("stream: what goes wrong") {
  AgentSite site;
  auto const after = [&](std::function<AgentScript(const AgentRequest&)> script,
                         std::chrono::milliseconds timeout = 5s) {
    site.answer = std::move(script);
    return site.ask(with(Mode::stream), timeout);
  };
  auto const working = status_update("WORKING");
  auto const cut = [&](Then then, bool complete) {
    return after(
        [=](const AgentRequest& request) { return stream_of({event(request, working)}, then, complete); });
  };
  CHECK(verdict(cut(Then::close, true)) == "a2a_stream at stream");
  CHECK(verdict(cut(Then::close, false)) == "a2a_stream at stream");
  CHECK(verdict(cut(Then::reset, false)) == "a2a_stream at stream");
  CHECK(cut(Then::close, true).detail == "the stream ended after 1 event, task state TASK_STATE_WORKING");
  CHECK(verdict(after([&](const AgentRequest&) { return stream_of({}); })) == "a2a_stream at stream");
  CHECK(verdict(after([&](const AgentRequest&) { return AgentScript{{}, Then::reset}; })) == "reset at stream");
  auto const hung = after(
      [&](const AgentRequest& request) { return stream_of({event(request, working)}, Then::hang); }, 200ms);
  CHECK(verdict(hung) == "timeout at stream");
  CHECK(hung.detail == "timed out: the stream, after 1 event, task state TASK_STATE_WORKING");
  CHECK(fact(hung, a2a::facts::max_event_gap) > 0.1);
  CHECK_FALSE(hung.a2a_latency);
  CHECK(verdict(after([&](const AgentRequest& request) {
          return stream_of({event(request, status_update("FAILED"))});
        })) == "a2a_state at stream");
  CHECK(verdict(after([&](const AgentRequest& request) {
          return stream_of({event(request, status_update("INPUT_REQUIRED"))}, Then::hang);
        })) == "a2a_interrupted at stream");
  CHECK(verdict(after([&](const AgentRequest&) { return stream_of({"data: oops\n\n"}); })) ==
        "a2a_answer at stream");
  CHECK(verdict(after([&](const AgentRequest&) {
          return stream_of({R"(data: {"id":"no","result":{"message":{}}})"
                            "\n\n"});
        })) == "a2a_answer at stream");
  CHECK(verdict(after([&](const AgentRequest& request) {
          return stream_of({"event: error\ndata: " + error(request, -32603) + "\n\n"});
        })) == "a2a_error at stream");
  CHECK(verdict(after([&](const AgentRequest& request) { return respond(200, error(request, -32004)); })) ==
        "a2a_error at stream");
  CHECK(verdict(after([&](const AgentRequest& request) {
          return respond(200, result(request, R"({"message":{}})"));
        })) == "a2a_stream at stream");
  CHECK(verdict(after([&](const AgentRequest&) { return respond(503, "<html>", "text/html"); })) ==
        "status at stream");
  CHECK(verdict(after([&](const AgentRequest&) { return respond(200, "<html>", "text/html"); })) ==
        "a2a_answer at stream");
  CHECK(verdict(after([&](const AgentRequest&) { return respond(401, ""); })) == "unauthorized at stream");
}

TEST_CASE("stream: an endless event has an end") {
  AgentSite site;
  for (std::string const type : {"text/event-stream", "application/json"}) {
    auto endless = respond(200, "data: " + std::string(20'000, 'x'), type);
    endless.pieces[0].resize(10'000);
    endless.then = Then::hang;
    site.answer = [&](const AgentRequest&) { return endless; };
    auto options = with(Mode::stream);
    options.body_size_limit = 4096;
    CHECK(verdict(site.ask(options)) == "too_large at stream");
  }
}
