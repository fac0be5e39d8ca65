// The collector "monitor" against a real web server that stands in for the compliance monitor.
#include "exporters/compliance/monitor.hpp"

#include <catch2/catch.hpp>

#include "core/web/server.hpp"
#include "tests/exporters/page.hpp"
#include "tests/servers/liar.hpp"

namespace fleet::exporters::compliance {
namespace {

using namespace std::chrono_literals;
using testing::Page;

const std::string path = "/api/compliance/dashboard";
const std::string good = R"({"status":"violations","last_check_unix":1700000000,"checks_total":42,
  "frameworks":[{"name":"privacy_act_1988","status":"violations","open_violations":3},
                {"name":"evidence_act_1995","status":"compliant","open_violations":0}]})";

/// The collector as the exporter makes it, asking a port of this machine.
struct Fixture {
  explicit Fixture(std::string host_and_port, std::chrono::milliseconds timeout = 3s) {
    MonitorConfig config;
    config.url = *http::Url::parse("http://" + host_and_port + path);
    config.timeout = timeout;
    std::vector<std::unique_ptr<exporters::Collector>> collectors;
    exporters::LabelLimit frameworks({"privacy_act_1988"}, 5);
    collectors.push_back(std::make_unique<Monitor>(std::move(config), std::move(frameworks)));
    set = std::make_shared<exporters::CollectorSet>("compliance_exporter", std::move(collectors));
  }
  Page scrape(asio::io_context& io, std::chrono::milliseconds time = 5s) {
    return testing::collect(io, set, time);
  }
  std::shared_ptr<exporters::CollectorSet> set;
};

/// Answers every request for the dashboard with one response.
struct Stand {
  explicit Stand(asio::io_context& io, web::Response response) : server(io) {
    server.route("GET", path,
                 [response = std::move(response)](const web::Request&) { return serve(response); });
    server.listen("127.0.0.1:0");
  }
  static awaitable<web::Response> serve(web::Response response) { co_return response; }
  std::string address() const { return server.addresses().front(); }
  web::Server server;
};

TEST_CASE("the dashboard's page") {
  asio::io_context io;
  Stand monitor(io, {200, "application/json", good, {}});
  Fixture fixture(monitor.address());
  auto const page = fixture.scrape(io);
  CHECK(page.all_succeeded);
  auto const stable = testing::without_clock(page.text);
  CHECK(stable == testing::golden("compliance/monitor.prom", stable));
}

TEST_CASE("an answer that is no dashboard is a monitor that is down") {
  asio::io_context io;
  auto const answer = GENERATE(values<web::Response>({
      {500, "application/json", good, {}},
      {204, "application/json", "", {}},
      {302, "text/plain", "", {{"Location", "/login"}}},
      {200, "text/html", "<html><body>Log in</body></html>", {}},
      {200, "application/json", "{\"status\": ", {}},
      {200, "application/json", R"({"status":"compliant","last_check_unix":1,"checks_total":1})", {}},
      {200, "application/json", std::string(5 * 1024 * 1024, ' '), {}},
  }));
  CAPTURE(answer.status, answer.body.substr(0, 40));
  Stand monitor(io, answer);
  Fixture fixture(monitor.address());
  auto const page = fixture.scrape(io);
  CHECK(page.value("compliance_monitor_up") == 0);
  CHECK_FALSE(page.has_family("compliance_monitor_open_violations"));
  CHECK_FALSE(page.has_family("compliance_monitor_checks_total"));
}

TEST_CASE("a monitor that is not there is down, and is found when it comes back") {
  asio::io_context io;
  Stand first(io, {200, "application/json", good, {}});
  auto const address = first.address();
  Fixture fixture(address);
  CHECK(fixture.scrape(io).value("compliance_monitor_up") == 1);
  first.server.close();
  CHECK(fixture.scrape(io).value("compliance_monitor_up") == 0);

  web::Server second(io);
  second.route("GET", path, [](const web::Request&) {
    return Stand::serve({200, "application/json", good, {}});
  });
  second.listen(address);
  auto const page = fixture.scrape(io);
  CHECK(page.value("compliance_monitor_up") == 1);
  CHECK(page.value("compliance_monitor_checks_total") == 42);
}

TEST_CASE("a monitor that never answers costs no more than its timeout, nor the scrape") {
  testing::SilentServer silent;
  asio::io_context io;
  auto const timed = [&](Fixture fixture, std::chrono::milliseconds scrape) {
    auto const begin = Deadline::Clock::now();
    auto const page = fixture.scrape(io, scrape);
    CHECK(page.value("compliance_monitor_up") == 0);
    CHECK(page.value(R"(compliance_exporter_collector_success{collector="monitor"})") == 1);
    return Deadline::Clock::now() - begin;
  };
  CHECK(timed(Fixture(silent.address(), 200ms), 10s) < 2s);
  CHECK(timed(Fixture(silent.address(), 10s), 500ms) < 500ms);
}

TEST_CASE("a monitor that speaks no HTTP is down") {
  testing::GarbageServer liar("\x16\x03\x01 not HTTP at all\r\n\r\n");
  asio::io_context io;
  Fixture fixture(liar.address());
  CHECK(fixture.scrape(io).value("compliance_monitor_up") == 0);
}

}  // namespace
}  // namespace fleet::exporters::compliance
