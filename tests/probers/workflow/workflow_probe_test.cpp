// Whole workflows against an HTTP server on loopback: it logs in, gives a token, makes a task and finishes it.
#include "probers/workflow/workflow_probe.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "core/web/server.hpp"
#include "probers/workflow/workflow_module.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr const char* token = "tok-5ecret";

// The service under test: what it was asked, and what it does wrong.
struct Service {
  asio::io_context io;
  web::Server server{io};
  std::string base;
  int polls_until_done = 2, polls = 0, silent_after_polls = 1'000'000'000;
  std::string login_body = std::string(R"({"access_token":")") + token + R"("})";
  int login_status = 200;
  std::string state = "completed";
  std::chrono::milliseconds think{0};
  std::vector<web::Request> requests;

  using Answer = std::function<web::Response(const web::Request&)>;
  void route(const char* method, const char* path, Answer answer) {
    server.route(method, path,
                 [this, answer](const web::Request& request) { return reply(this, answer, request); });
  }
  static awaitable<web::Response> reply(Service* service, Answer answer, web::Request request) {
    service->requests.push_back(request);
    bool const silent = service->polls >= service->silent_after_polls;
    asio::steady_timer pause(service->io, silent ? std::chrono::minutes(1) : service->think);
    co_await pause.async_wait(asio::use_awaitable);
    auto response = answer(request);
    co_return response;
  }
  static web::Response response(int status, std::string body, std::string header = {}, std::string value = {}) {
    web::Response made;
    made.status = status;
    made.body = std::move(body);
    made.content_type = "application/json";
    if (!header.empty()) made.headers.emplace_back(std::move(header), std::move(value));
    return made;
  }
  static bool knows(const web::Request& request) {
    return request.header("authorization") == std::string("Bearer ") + token &&
           request.header("cookie") == "session=s-1";
  }

  Service() {
    route("POST", "/login", [this](auto&) {
      return response(login_status, login_body, "Set-Cookie", "session=s-1; Path=/; HttpOnly");
    });
    route("POST", "/tasks", [](auto& request) {
      return knows(request) ? response(201, R"({"id":"t/1"})", "Location", "/tasks/t%2F1")
                            : response(403, "{}");
    });
    route("GET", "/tasks/t/1", [this](auto& request) {
      if (!knows(request)) return response(403, "{}");
      bool const done = ++polls > polls_until_done;
      return response(200, R"({"status":{"state":")" + (done ? state : "working") + R"("}})");
    });
    server.listen("127.0.0.1:0");
    base = "http://" + server.addresses().at(0);
  }

  std::shared_ptr<Probe> probe(const std::string& yaml, std::string hostname = {}) {
    auto const root = config::Document::parse("workflow:\n" + yaml, "w.yml").root();
    auto const module = read_workflow(root.mapping({"workflow"}).optional("workflow"), root, {});
    return module->probe({base, std::move(hostname)});
  }
  ProbeResult run(Probe& probe, Notes* notes = nullptr, std::chrono::milliseconds timeout = 5s) {
    return testing::run_on(io, attempt_once(probe, Deadline::after(timeout), notes));
  }
  ProbeResult run(const std::string& yaml, std::chrono::milliseconds timeout = 5s) {
    return run(*probe(yaml), nullptr, timeout);
  }
};

const std::string login_step = R"(
    - name: login
      url: /login
      json: {user: slo}
      extract: {token: {json: /access_token}}
)";
const std::string create_step = R"(
    - name: create
      method: POST
      url: /tasks
      headers: {Authorization: "Bearer {{token}}"}
      assert: [{status: [201]}]
      extract: {id: {json: /id}, link: {header: Location}}
)";
const std::string poll_step = R"(
    - name: finish
      url: /tasks/{{id}}
      headers: {Authorization: "Bearer {{token}}"}
      assert: [{json: /status/state, matches: '^completed$'}]
      retry_until: {interval: 10ms, within: 1s}
)";
const std::string flow = "  steps:" + login_step + create_step + poll_step;

std::vector<std::string> phase_names(const ProbeResult& result) {
  std::vector<std::string> names;
  for (auto const& [name, length] : result.phases) {
    names.emplace_back(name);
    CHECK(length > 0);
  }
  return names;
}

}  // namespace

TEST_CASE("workflow: log in, reuse the token and the cookie, create, poll until it is finished") {
  Service service;
  auto const result = service.run(flow);
  INFO(result.detail);
  CHECK(result.outcome == Outcome::good);
  CHECK(phase_names(result) == std::vector<std::string>{"login", "create", "finish"});
  CHECK(result.phase_kind == &facts::workflow_step_duration);
  CHECK(service.polls == 3);
  REQUIRE(service.requests.size() == 5);
  CHECK(service.requests[0].body == R"({"user":"slo"})");
  CHECK(service.requests[0].header("content-type") == "application/json");
  for (auto const& request : service.requests)
    CHECK(request.header("traceparent") == result.trace.traceparent());
  std::vector<double> statuses;
  for (auto const& fact : result.facts.all()) {
    if (fact.kind == &facts::workflow_step_status) statuses.push_back(fact.value);
  }
  CHECK(statuses == std::vector<double>{200, 201, 200});
  CHECK(*result.facts.find(facts::ip_protocol) == 4);
}

TEST_CASE("workflow: an extracted link is followed as it is") {
  Service service;
  auto const result = service.run("  steps:" + login_step + create_step + R"(
    - name: by link
      url: "{{link}}"
      headers: {Authorization: "Bearer {{token}}"}
)");
  INFO(result.detail);
  CHECK(result.outcome == Outcome::good);
}

TEST_CASE("workflow: the failing step is named, later ones are not begun") {
  Service service;
  service.login_status = 401;
  auto result = service.run(flow);
  CHECK(result.outcome == Outcome::bad);
  CHECK(result.reason == Reason::status);
  CHECK(result.step == "login");
  CHECK(result.detail == "HTTP status 401");
  CHECK(phase_names(result) == std::vector<std::string>{"login"});
  CHECK(service.requests.size() == 1);

  service.login_status = 200;
  service.login_body = R"({"token":"renamed"})";
  result = service.run(flow);
  CHECK(result.reason == Reason::extraction);
  CHECK(result.step == "login");
  CHECK(result.detail == "token: json /access_token is missing");

  service.login_body = "<html>";
  CHECK(service.run(flow).reason == Reason::extraction);

  service.login_body = R"({"access_token":"wrong"})";
  result = service.run(flow);
  CHECK(result.reason == Reason::status);
  CHECK(result.step == "create");
  CHECK(result.detail == "HTTP status 403");
}

TEST_CASE("workflow: a task that never ends, ends wrong, or is polled beyond the deadline") {
  Service service;
  service.polls_until_done = 1'000'000;
  auto const bounded = "  steps:" + login_step + create_step + R"(
    - name: finish
      url: /tasks/{{id}}
      headers: {Authorization: "Bearer {{token}}"}
      assert: [{json: /status/state, equals: completed}]
      retry_until: {interval: 10ms, within: 500ms}
)";
  auto const result = service.run(bounded);
  CHECK(result.reason == Reason::assertion);
  CHECK(result.step == "finish");
  CHECK_THAT(result.detail, Contains("json /status/state, a string, is not what is expected, at the last of"));
  CHECK(service.polls > 1);

  auto const begin = Deadline::Clock::now();
  auto const late = service.run(flow, 500ms);
  CHECK(late.outcome == Outcome::bad);
  CHECK(late.step == "finish");
  CHECK(Deadline::Clock::now() - begin < 5s);

  Service wrong;
  wrong.state = "failed";
  wrong.polls_until_done = 0;
  auto const failed = wrong.run("  steps:" + login_step + create_step + R"(
    - name: finish
      url: /tasks/{{id}}
      headers: {Authorization: "Bearer {{token}}"}
      assert: [{json: /status/state, equals: completed}]
)");
  CHECK(failed.reason == Reason::assertion);
}

TEST_CASE("workflow: a step whose time ends in the middle of a try failed as its last answer did") {
  Service service;
  service.silent_after_polls = 1;
  auto const result = service.run("  steps:" + login_step + create_step + R"(
    - name: finish
      url: /tasks/{{id}}
      headers: {Authorization: "Bearer {{token}}"}
      assert: [{json: /status/state, equals: completed}]
      retry_until: {interval: 10ms, within: 500ms}
)");
  CHECK(result.reason == Reason::assertion);
  CHECK(result.step == "finish");
  CHECK_THAT(result.detail, Contains(", at the last of 1 answered tries"));
}

TEST_CASE("workflow: nothing that an answer gave is shown") {
  Service service;
  service.polls_until_done = 1'000'000;
  Notes notes;
  auto const probe = service.probe("  steps:" + login_step + create_step + R"(
    - name: finish
      url: /tasks/{{id}}?key={{token}}
      headers: {Authorization: "Bearer {{token}}"}
      assert: [{json: /status/state, equals: "{{token}}"}]
)");
  auto const result = service.run(*probe, &notes);
  CHECK(result.reason == Reason::assertion);
  std::string shown = result.detail + result.step;
  CHECK(notes.lines().size() >= 6);
  for (auto const& [time, line] : notes.lines()) shown += "\n" + line;
  CHECK_THAT(shown, !Contains(token) && !Contains("t/1") && !Contains("s-1") && !Contains("t%2F1"));
  CHECK_THAT(shown, Contains("POST /login") && Contains("GET /tasks/{{id}}"));
}

TEST_CASE("workflow: a step may be right and too slow") {
  Service service;
  service.think = 60ms;
  auto const result = service.run("  steps:\n" + std::string(R"(
    - name: login
      url: /login
      json: {}
      assert: [{max_duration: 50ms}]
    - name: never
)"));
  CHECK(result.reason == Reason::slow);
  CHECK(result.step == "login");
  CHECK_THAT(result.detail, Contains("expected at most 0.050 s"));
  CHECK(phase_names(result) == std::vector<std::string>{"login"});
}

TEST_CASE("workflow: redirects are followed with cookies, unless a step says not to") {
  Service service;
  service.route("GET", "/start", [](auto&) {
    auto made = Service::response(302, "", "Location", "/landing");
    made.headers.emplace_back("Set-Cookie", "hop=1");
    return made;
  });
  service.route("GET", "/landing", [](auto& request) {
    return Service::response(request.header("cookie") == "hop=1" ? 200 : 400, "");
  });
  service.route("GET", "/loop", [](auto&) { return Service::response(302, "", "Location", "/loop"); });
  service.route("GET", "/nowhere", [](auto&) { return Service::response(302, ""); });
  CHECK(service.run("  steps: [{name: a, url: /start}]\n").outcome == Outcome::good);
  CHECK(service.run("  steps: [{name: a, url: /start, follow_redirects: false}]\n").reason == Reason::status);
  CHECK(service.run("  steps: [{name: a, url: /start, follow_redirects: false, assert: [{status: [302]}]}]\n")
            .outcome == Outcome::good);
  CHECK(service.run("  steps: [{name: a, url: /loop}]\n").reason == Reason::redirect);
  CHECK(service.run("  steps: [{name: a, url: /nowhere}]\n").reason == Reason::redirect);
}

TEST_CASE("workflow: reasons of answers that no one can judge") {
  Service service;
  service.route("GET", "/packed",
                [](auto&) { return Service::response(200, "\x1f\x8b", "Content-Encoding", "gzip"); });
  service.route("GET", "/long", [](auto&) { return Service::response(200, std::string(2000, 'x')); });
  service.route("GET", "/evil", [](auto&) { return Service::response(200, R"({"v":"a\r\nX-Injected: 1"})"); });
  CHECK(service.run("  steps: [{name: a, url: /packed}]\n").outcome == Outcome::good);
  CHECK(service.run("  steps: [{name: a, url: /packed, assert: [{body_matches: x}]}]\n").reason ==
        Reason::encoding);
  CHECK(service.run("  body_size_limit: 1000\n  steps: [{name: a, url: /long}]\n").reason == Reason::too_large);
  auto const result = service.run(R"(
  steps:
    - {name: a, url: /evil, extract: {v: {json: /v}}}
    - {name: b, url: /long, headers: {X-V: "{{v}}"}}
)");
  CHECK(result.reason == Reason::extraction);
  CHECK(result.step == "b");
  CHECK(service.requests.back().path == "/evil");
}

TEST_CASE("workflow: connections that come to nothing carry their reason and the step") {
  Service service;
  testing::SilentServer silent;
  testing::GarbageServer garbage("nonsense\r\n\r\n", testing::GarbageServer::Then::close);
  auto const second = [](const std::string& url) {
    return "  steps:\n    - {name: first, url: /login, method: POST}\n    - {name: second, url: '" + url +
           "'}\n";
  };
  auto const begin = Deadline::Clock::now();
  auto const hung = service.run(second("http://" + silent.address() + "/"), 200ms);
  CHECK(hung.reason == Reason::timeout);
  CHECK(hung.step == "second");
  CHECK(Deadline::Clock::now() - begin >= 200ms);
  auto const nonsense = service.run(second("http://" + garbage.address() + "/"));
  CHECK(nonsense.reason == Reason::protocol);
  auto const refused = service.run(second("http://127.0.0.1:1/"));
  CHECK(refused.reason == Reason::refused);
  CHECK(refused.step == "second");
}

TEST_CASE("workflow: the target's other name, own headers, built-in variables") {
  Service service;
  service.route("POST", "/echo", [](auto&) { return Service::response(200, "{}"); });
  auto const probe = service.probe(R"(
  headers: {X-Id: "{{uuid}}", User-Agent: fleet}
  steps:
    - {name: a, url: /echo, body: "{{uuid}} {{trace_id}} {{unix_time}}", headers: {user-agent: own}}
    - {name: b, url: /echo, body: "{{uuid}}", headers: {Traceparent: mine}}
)",
                                   "legal.example");
  auto const result = service.run(*probe);
  INFO(result.detail);
  REQUIRE(result.outcome == Outcome::good);
  auto const& first = service.requests.at(0);
  auto const& second = service.requests.at(1);
  CHECK(first.header("host") == "legal.example");
  CHECK(first.header("user-agent") == "own");
  CHECK(second.header("user-agent") == "fleet");
  CHECK(second.header("traceparent") == "mine");
  auto const uuid = std::string(first.header("x-id"));
  CHECK(re2::RE2::FullMatch(uuid, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  CHECK(first.body.starts_with(uuid + " " + result.trace.trace_id() + " 1"));
  CHECK(second.body == uuid);
  service.run(*probe);
  CHECK(service.requests.at(2).header("x-id") != uuid);
}

TEST_CASE("workflow: names of steps outlive the probe") {
  ProbeResult kept;
  {
    Service service;
    kept = service.run("  steps: [{name: a step that is gone, url: /login, method: POST}]\n");
  }
  CHECK(kept.phases.at(0).first == "a step that is gone");
}
