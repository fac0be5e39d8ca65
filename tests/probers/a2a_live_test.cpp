// A2A probe against agents that answer as the test says, over real sockets.
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "probers/a2a/a2a_probe.hpp"
#include "tests/probers/scripted_agent.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Mode = A2aOptions::Mode;
using Then = AgentScript::Then;

namespace {

/// An agent with a card, and what it answers to everything else.
struct Site {
  asio::io_context io;
  ScriptedAgent agent{io};
  std::string card;
  ScriptedAgent::Answer answer;

  Site() {
    offer("1.0", "JSONRPC");
    agent.answer = [this](const AgentRequest& request) {
      if (request.target.starts_with("/.well-known/agent-card.json")) return respond(200, card);
      return answer(request);
    };
  }
  void offer(const std::string& version, const std::string& binding, const std::string& more = "") {
    card = R"({"supportedInterfaces":[{"url":")" + agent.url() + R"(/a2a","protocolBinding":")" + binding +
           R"(","protocolVersion":")" + version + "\"" + more + "}]}";
  }
  /// Without the net of attempt_once(), which a starved machine falls into: the probe ends by itself.
  ProbeResult attempt(A2aProbe& probe, std::chrono::milliseconds timeout = 5s, Notes* notes = nullptr) {
    ProbeResult result;
    auto const run = [](A2aProbe* one, Attempt with, ProbeResult* into,
                        asio::io_context* context) -> awaitable<void> {
      *into = co_await one->attempt(with);
      context->stop();
    };
    auto const begin = Deadline::Clock::now();
    Attempt const with{Deadline::at(begin + timeout), TraceContext::make(), notes};
    asio::co_spawn(io, run(&probe, with, &result, &io), asio::detached);
    io.run();
    io.restart();
    result.duration = Deadline::Clock::now() - begin;
    result.trace = with.trace;
    return result;
  }
  std::shared_ptr<A2aProbe> probe(A2aOptions options = {}, std::string hostname = {}) {
    return std::make_shared<A2aProbe>(std::make_shared<http::Client>(), *http::Url::parse(agent.url()),
                                      std::make_shared<A2aOptions>(std::move(options)), std::move(hostname));
  }
  ProbeResult ask(A2aOptions options = {}, std::chrono::milliseconds timeout = 5s) {
    return attempt(*probe(std::move(options)), timeout);
  }
};

A2aOptions with(Mode mode) {
  A2aOptions options;
  options.mode = mode;
  return options;
}

A2aOptions until_completed() {
  A2aOptions options;
  options.until_completed = true;
  options.poll_interval = 20ms;
  return options;
}

std::string result(const AgentRequest& request, const std::string& result) {
  return R"({"jsonrpc":"2.0","id":)" + request.id() + R"(,"result":)" + result + "}";
}
std::string task(const std::string& state) {
  return R"({"id":"T","contextId":"C","status":{"state":"TASK_STATE_)" + state +
         R"("},"artifacts":[{"artifactId":"A","parts":[{"text":"echo: ping"}]}]})";
}
std::string error(const AgentRequest& request, int code) {
  return R"({"jsonrpc":"2.0","id":)" + request.id() + R"(,"error":{"code":)" + std::to_string(code) +
         R"(,"message":"m"}})";
}
std::string event(const AgentRequest& request, const std::string& what, const std::string& end = "\n") {
  return "data: " + result(request, what) + end + end;
}
std::string status_update(const std::string& state) {
  return R"({"statusUpdate":{"taskId":"T","status":{"state":"TASK_STATE_)" + state + "\"}}}";
}

double fact(const ProbeResult& of, const FactKind& kind) {
  auto const* const value = of.facts.find(kind);
  return value ? *value : -1;
}

/// "reason at step".
std::string verdict(const ProbeResult& of) {
  INFO(of.detail);
  if (of.outcome == Outcome::good) return "good";
  return std::string(to_string(of.reason)) + " at " + of.step;
}

}  // namespace

TEST_CASE("discovery: cards good, old, moved, missing, useless") {
  Site site;
  site.answer = [](const AgentRequest& request) {
    return respond(200, result(request, R"({"message":{"role":"ROLE_AGENT","parts":[]}})"));
  };
  auto const good = site.ask();
  CHECK(verdict(good) == "good");
  REQUIRE(good.a2a_latency);
  CHECK(*good.a2a_latency < good.duration);
  CHECK(fact(good, a2a::facts::protocol_info) == 1);
  CHECK(fact(good, a2a::facts::http_status_code) == 200);
  CHECK(site.agent.requests.at(0).headers.at("a2a-version") == "1.0");
  CHECK(site.agent.requests.at(0).headers.at("traceparent") == good.trace.traceparent());
  CHECK(site.agent.requests.at(1).headers.at("a2a-version") == "1.0");
  CHECK(site.agent.requests.at(1).target == "/a2a");
  CHECK(site.agent.requests.at(1).headers.at("content-type") == "application/json");

  site.card = R"({"url":")" + site.agent.url() + R"(","preferredTransport":"GRPC","protocolVersion":"0.3.0"})";
  CHECK(verdict(site.ask()) == "a2a_version at card");
  CHECK(site.ask().detail.starts_with("the card offers GRPC 0.3.0; spoken here: JSONRPC"));
  site.card = "<html>";
  CHECK(verdict(site.ask()) == "a2a_card at card");
  site.offer("1.0", "JSONRPC");
  auto options = with(Mode::card);
  options.wanted.version = a2a::Version::v0_3;
  CHECK(verdict(site.ask(options)) == "a2a_version at card");
  CHECK_FALSE(site.agent.requests.back().headers.contains("a2a-version"));
}

TEST_CASE("discovery: what the card's server answers") {
  Site site;
  AgentScript card = respond(404, "");
  site.agent.answer = [&](const AgentRequest& request) {
    if (request.target == "/moved.json" || request.target == "/agents/x/card.json")
      return respond(200, site.card);
    return card;
  };
  CHECK(verdict(site.ask(with(Mode::card))) == "a2a_card at card");
  CHECK(site.agent.requests.size() == 2);
  CHECK(site.agent.requests.back().target == "/.well-known/agent.json");
  card = respond(503, "<html>", "text/html");
  CHECK(verdict(site.ask(with(Mode::card))) == "status at card");
  card = respond(401, "");
  CHECK(verdict(site.ask(with(Mode::card))) == "unauthorized at card");
  card = respond(302, "", "text/plain", "Location: /moved.json\r\n");
  CHECK(verdict(site.ask(with(Mode::card))) == "good");
  card = respond(302, "", "text/plain", "Location: /loop\r\n");
  CHECK(verdict(site.ask(with(Mode::card))) == "redirect at card");
  card = respond(302, "", "text/plain", "Location: ftp://h/\r\n");
  CHECK(verdict(site.ask(with(Mode::card))) == "redirect at card");
  card.pieces = {"HTTP/1.1 200 OK\r\nContent-Le"};
  card.then = Then::reset;
  CHECK(verdict(site.ask(with(Mode::card))) == "reset at card");
  card.then = Then::hang;
  CHECK(verdict(site.ask(with(Mode::card), 100ms)) == "timeout at card");
  card = respond(404, "");
  auto options = with(Mode::card);
  options.card_url = "/agents/x/card.json";
  CHECK(verdict(site.ask(options)) == "good");
  options.card_url = site.agent.url() + "/elsewhere.json";
  site.agent.requests.clear();
  CHECK(verdict(site.ask(options)) == "a2a_card at card");
  CHECK(site.agent.requests.size() == 1);
}

TEST_CASE("discovery: a card is kept for its interval and read anew after a failure") {
  Site site;
  bool well = true;
  site.answer = [&](const AgentRequest& request) {
    return well ? respond(200, result(request, R"({"message":{}})")) : respond(503, "");
  };
  auto const probe = site.probe();
  auto const asked = [&] {
    site.agent.requests.clear();
    auto const outcome = site.attempt(*probe).outcome;
    return std::pair(outcome, site.agent.requests.size());
  };
  CHECK(asked() == std::pair(Outcome::good, std::size_t(2)));
  CHECK(asked() == std::pair(Outcome::good, std::size_t(1)));
  well = false;
  CHECK(asked() == std::pair(Outcome::bad, std::size_t(1)));
  well = true;
  CHECK(asked() == std::pair(Outcome::good, std::size_t(2)));
}

TEST_CASE("send: every answer has its reason, in every version and binding") {
  struct Case {
    std::string version, binding;
  };
  for (auto const& one : {Case{"1.0", "JSONRPC"}, Case{"0.3.0", "JSONRPC"}, Case{"0.2.5", "JSONRPC"},
                          Case{"1.0", "HTTP+JSON"}, Case{"0.3.0", "HTTP+JSON"}}) {
    Site site;
    site.offer(one.version, one.binding);
    bool const rest = one.binding != "JSONRPC";
    auto const after = [&](int status, const std::string& reply) {
      site.answer = [&, status, reply](const AgentRequest& request) {
        return respond(status, rest ? reply : result(request, reply));
      };
      return verdict(site.ask());
    };
    auto const failing = [&](int status) {
      site.answer = [&, status](const AgentRequest& request) {
        return respond(
            status,
            rest
                ? R"({"error":{"code":500,"status":"INTERNAL","details":[{"reason":"UNSUPPORTED_OPERATION"}]}})"
                : error(request, -32004));
      };
      return site.ask();
    };
    INFO(one.version << ' ' << one.binding);
    CHECK(after(200, R"({"task":)" + task("COMPLETED") + "}") == "good");
    CHECK(after(201, R"({"message":{"parts":[]}})") == "good");
    CHECK(after(200, R"({"task":)" + task("WORKING") + "}") == "good");
    CHECK(after(200, R"({"task":)" + task("FAILED") + "}") == "a2a_state at send");
    CHECK(after(200, R"({"task":)" + task("REJECTED") + "}") == "a2a_state at send");
    CHECK(after(200, R"({"task":)" + task("INPUT_REQUIRED") + "}") == "a2a_interrupted at send");
    CHECK(after(200, R"({"task":)" + task("AUTH_REQUIRED") + "}") == "a2a_interrupted at send");
    CHECK(after(200, "{}") == "a2a_answer at send");
    CHECK(after(500, R"({"message":{"parts":[]}})") == "status at send");
    for (int const status : {200, 400, 500}) {
      auto const failed = failing(status);
      CHECK(verdict(failed) == "a2a_error at send");
      CHECK(failed.detail == "A2A error -32004 UnsupportedOperation");
      CHECK(fact(failed, a2a::facts::error_code) == -32004);
      CHECK_FALSE(failed.a2a_latency);
    }
    CHECK(verdict(failing(403)) == "unauthorized at send");
  }
}

TEST_CASE("send: what is no answer at all") {
  Site site;
  auto const after = [&](AgentScript script, std::chrono::milliseconds timeout = 5s) {
    site.answer = [script](const AgentRequest&) { return script; };
    return verdict(site.ask({}, timeout));
  };
  CHECK(after(respond(503, "<html>Bad</html>", "text/html")) == "status at send");
  CHECK(after(respond(200, "<html>Hello</html>", "text/html")) == "a2a_answer at send");
  CHECK(after(respond(200, "{\"jsonrpc\":")) == "a2a_answer at send");
  CHECK(after(respond(200, R"({"jsonrpc":"2.0","id":"999999","result":{"message":{}}})")) ==
        "a2a_answer at send");
  CHECK(after(respond(200, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700}})")) == "a2a_error at send");
  CHECK(after(respond(401, "")) == "unauthorized at send");
  CHECK(after(respond(404, "")) == "status at send");
  CHECK(after({{}, Then::reset}) == "reset at send");
  CHECK(after({{}, Then::close}) == "reset at send");
  CHECK(after({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"}, Then::close}) == "reset at send");
  CHECK(after({{"SSH-2.0-OpenSSH_9.2\r\n"}, Then::close}) == "protocol at send");
  auto const begin = Deadline::Clock::now();
  CHECK(after({{}, Then::hang}, 150ms) == "timeout at send");
  CHECK(after({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"}, Then::hang}, 150ms) == "timeout at send");
  CHECK(Deadline::Clock::now() - begin >= 300ms);
  A2aOptions small;
  small.body_size_limit = 1024;
  site.answer = [](const AgentRequest&) { return respond(200, std::string(5000, ' ')); };
  CHECK(verdict(site.ask(small)) == "too_large at send");
}

TEST_CASE("send: no agent sees a messageId twice") {
  Site site;
  site.answer = [](const AgentRequest& request) { return respond(200, result(request, R"({"message":{}})")); };
  auto const probe = site.probe();
  site.attempt(*probe);
  site.attempt(*probe);
  REQUIRE(site.agent.requests.size() == 3);
  CHECK(site.agent.requests[1].body.find("\"messageId\":\"slo-prober-") != std::string::npos);
  CHECK(site.agent.requests[1].body != site.agent.requests[2].body);
}

TEST_CASE("send: a task under way is followed up until it ends") {
  Site site;
  std::vector<std::string> states;
  std::size_t asked = 0;
  site.answer = [&](const AgentRequest& request) {
    if (request.rpc_method() == "SendMessage")
      return respond(200, result(request, R"({"task":)" + task("SUBMITTED") + "}"));
    CHECK(request.body.find(R"("params":{"id":"T","historyLength":0})") != std::string::npos);
    auto const& state = states.at(std::min(asked++, states.size() - 1));
    if (state == "lost") return respond(200, error(request, -32001));
    if (state == "503") return respond(503, "");
    return respond(200, result(request, task(state)));
  };
  auto const after = [&](std::vector<std::string> script, A2aOptions options,
                         std::chrono::milliseconds timeout = 5s) {
    states = std::move(script);
    asked = 0;
    return site.ask(std::move(options), timeout);
  };
  CHECK(verdict(after({"WORKING"}, {})) == "good");
  CHECK(asked == 0);
  auto const good = after({"WORKING", "WORKING", "COMPLETED"}, until_completed());
  CHECK(verdict(good) == "good");
  CHECK(asked == 3);
  CHECK(fact(good, a2a::facts::polls) == 3);
  CHECK(fact(good, a2a::facts::task_duration) >= 0.06);
  REQUIRE(good.a2a_latency);
  CHECK(*good.a2a_latency < 60ms + good.duration / 2);
  CHECK(verdict(after({"WORKING", "FAILED"}, until_completed())) == "a2a_state at poll");
  CHECK(verdict(after({"INPUT_REQUIRED"}, until_completed())) == "a2a_interrupted at poll");
  CHECK(verdict(after({"503"}, until_completed())) == "status at poll");
  auto const lost = after({"WORKING", "lost"}, until_completed());
  CHECK(verdict(lost) == "a2a_task at poll");
  CHECK(fact(lost, a2a::facts::error_code) == -32001);
  CHECK_FALSE(lost.a2a_latency);
  auto const begin = Deadline::Clock::now();
  auto patient = until_completed();
  patient.poll_interval = 10s;
  auto const late = after({"WORKING"}, patient, 200ms);
  CHECK(verdict(late) == "timeout at poll");
  CHECK(late.detail == "timed out: the task is still under way");
  CHECK(Deadline::Clock::now() - begin >= 200ms);
  A2aOptions expecting;
  expecting.poll_interval = 10ms;
  expecting.reply.fail_if_not_matches.push_back(std::make_shared<re2::RE2>("^echo: ping$"));
  CHECK(verdict(after({"COMPLETED"}, expecting)) == "good");
  expecting.reply.fail_if_matches.push_back(std::make_shared<re2::RE2>("echo"));
  CHECK(verdict(after({"COMPLETED"}, expecting)) == "body at poll");
}

TEST_CASE("task: the cheap rung of the ladder") {
  for (std::string const binding : {"JSONRPC", "HTTP+JSON"}) {
    Site site;
    site.offer("1.0", binding, R"(,"tenant":"acme")");
    bool const rest = binding != "JSONRPC";
    site.answer = [&](const AgentRequest& request) {
      if (rest) CHECK(request.target.starts_with("/a2a/acme/tasks/"));
      return rest
                 ? respond(
                       404,
                       R"({"error":{"code":404,"status":"NOT_FOUND","details":[{"reason":"TASK_NOT_FOUND"}]}})")
                 : respond(200, error(request, -32001));
    };
    auto const good = site.ask(with(Mode::task));
    CHECK(verdict(good) == "good");
    CHECK_FALSE(good.a2a_latency);
    CHECK(fact(good, a2a::facts::error_code) == -1);
    site.answer = [&](const AgentRequest& request) {
      return respond(200, rest ? task("COMPLETED") : result(request, task("COMPLETED")));
    };
    CHECK(verdict(site.ask(with(Mode::task))) == "a2a_answer at task");
    site.answer = [&](const AgentRequest& request) {
      return rest ? respond(404, "<html>", "text/html") : respond(200, error(request, -32601));
    };
    CHECK(verdict(site.ask(with(Mode::task))) == (rest ? "status at task" : "a2a_error at task"));
  }
}

TEST_CASE("stream: events in all their shapes") {
  Site site;
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
  Site site;
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
  Site site;
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

TEST_CASE("headers, host name, and an explanation without secrets") {
  Site site;
  site.answer = [](const AgentRequest& request) { return respond(200, result(request, R"({"message":{}})")); };
  A2aOptions options;
  options.headers.all.emplace_back("Authorization", config::Secret("Bearer s3cret"));
  options.headers.all.emplace_back("Accept", config::Secret("text/plain"));
  options.card_url = "/.well-known/agent-card.json?token=s3cret";
  Notes notes;
  auto const probe = site.probe(options, "agent.example");
  CHECK(verdict(site.attempt(*probe, 5s, &notes)) == "good");
  REQUIRE(site.agent.requests.size() == 2);
  for (auto const& request : site.agent.requests) {
    CHECK(request.headers.at("authorization") == "Bearer s3cret");
    CHECK(request.headers.at("accept") == "text/plain");
    CHECK(request.headers.at("host") == "agent.example");
  }
  CHECK(notes.lines().size() >= 4);
  for (auto const& [when, line] : notes.lines()) CHECK(line.find("s3cret") == std::string::npos);
}

TEST_CASE("headers do not follow a card's redirect to another host") {
  Site site;
  ScriptedAgent other(site.io);
  other.answer = [&](const AgentRequest&) { return respond(200, site.card); };
  site.agent.answer = [&](const AgentRequest& request) {
    if (request.method == "POST") return respond(200, result(request, R"({"message":{}})"));
    return respond(302, "", "text/plain", "Location: " + other.url() + "/card\r\n");
  };
  A2aOptions options;
  options.headers.all.emplace_back("Authorization", config::Secret("Bearer s3cret"));
  CHECK(verdict(site.ask(options)) == "good");
  REQUIRE(other.requests.size() == 1);
  CHECK_FALSE(other.requests[0].headers.contains("authorization"));
  REQUIRE(site.agent.requests.size() == 2);
  for (auto const& request : site.agent.requests) CHECK(request.headers.contains("authorization"));
}

TEST_CASE("nobody listens") {
  Site site;
  auto const gone = [&] {
    asio::ip::tcp::acceptor free(site.io, {asio::ip::address_v4::loopback(), 0});
    return "http://127.0.0.1:" + std::to_string(free.local_endpoint().port());
  }();
  A2aProbe probe(std::make_shared<http::Client>(), *http::Url::parse(gone), std::make_shared<A2aOptions>());
  CHECK(verdict(site.attempt(probe)) == "refused at card");
  site.card = R"({"url":")" + gone + R"(","protocolVersion":"0.3.0"})";
  CHECK(verdict(site.ask()) == "refused at send");
}
