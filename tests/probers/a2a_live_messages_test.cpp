// A2A probe, over real sockets: what an agent answers to a message, and of a task.
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

A2aOptions until_completed() {
  A2aOptions options;
  options.until_completed = true;
  options.poll_interval = 20ms;
  return options;
}

std::string task(const std::string& state) {
  return R"({"id":"T","contextId":"C","status":{"state":"TASK_STATE_)" + state +
         R"("},"artifacts":[{"artifactId":"A","parts":[{"text":"echo: ping"}]}]})";
}

}  // namespace

TEST_CASE("send: every answer has its reason, in every version and binding") {
  struct Case {
    std::string version, binding;
  };
  for (auto const& one : {Case{"1.0", "JSONRPC"}, Case{"0.3.0", "JSONRPC"}, Case{"0.2.5", "JSONRPC"},
                          Case{"1.0", "HTTP+JSON"}, Case{"0.3.0", "HTTP+JSON"}}) {
    AgentSite site;
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
  AgentSite site;
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
  AgentSite site;
  site.answer = [](const AgentRequest& request) { return respond(200, result(request, R"({"message":{}})")); };
  auto const probe = site.probe();
  site.attempt(*probe);
  site.attempt(*probe);
  REQUIRE(site.agent.requests.size() == 3);
  CHECK(site.agent.requests[1].body.find("\"messageId\":\"slo-prober-") != std::string::npos);
  CHECK(site.agent.requests[1].body != site.agent.requests[2].body);
}

TEST_CASE("send: a task under way is followed up until it ends") {
  AgentSite site;
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
    AgentSite site;
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
