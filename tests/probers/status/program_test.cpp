// slo_prober's status pages beside a real Prometheus and a real Alertmanager, which die and return.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <future>

#include "tests/probers/status/watched_system.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE(
    "the pages of a system that is well, fails, loses its Prometheus and its Alertmanager, and gets them "
    "back") {
  Site site;
  WatchedSystem system(site);
  REQUIRE(system.comes([](const json::object& all) {
    return target_is(all, "good") && source_is(all, "prometheus", "answering") &&
           source_is(all, "alertmanager", "answering") && !all.at("objectives").as_array().empty() &&
           all.at("objectives").as_array().at(0).as_object().at("budget_left").as_double() == 0.75;
  }));
  CHECK(contains(system.body("/status"), "The one target is well"));
  CHECK(contains(system.body("/status"), "workspace"));
  REQUIRE(wait_until([&] { return contains(system.body("/status/public"), "75 % over 1 day"); }, 60s));
  CHECK(contains(system.body("/status/public"), "All services are operational"));

  site.set_well(false);
  REQUIRE(system.comes(
      [](const json::object& all) { return target_is(all, "bad") && alert_state(all) == "firing"; }));
  auto const page = system.body("/status");
  CHECK(contains(page, "<b>status</b> at"));
  CHECK(contains(page, "href=\"https://runbooks.example/x\">Internal<wbr/>Alert<wbr/>Name</a>"));
  REQUIRE(wait_until([&] { return contains(system.body("/status/public"), ">Outage</span>"); }));
  auto const shown =
      system.body("/status/public") + system.body("/status/public.json") + system.body("/status/public.atom");
  for (std::string const inside :
       {"InternalAlertName", "Internal<wbr/>", "front-door", "127.0.0.1", "point-7", "home"}) {
    CAPTURE(inside);
    CHECK_FALSE(contains(shown, inside));
  }
  CHECK(wait_until(
      [&] { return contains(system.body("/status/public.atom"), "Workspace: incident under way"); }, 60s));

  // An acknowledgement, as the on-call makes one.
  auto const silence = http_request(
      "POST", static_cast<std::uint16_t>(std::stoi(system.alertmanager_port)), "/api/v2/silences",
      {{"Content-Type", "application/json"}},
      R"({"matchers":[{"name":"alertname","value":"InternalAlertName","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z",
          "endsAt":"2099-01-01T00:00:00Z","createdBy":"kim","comment":"on it"})");
  CHECK(silence.status == 200);
  REQUIRE(system.comes([](const json::object& all) {
    return alert_state(all) == "silenced" && all.at("silences").as_array().size() == 1;
  }));
  CHECK(contains(system.body("/status"), "kim: on it"));

  system.prometheus().kill9();
  system.alertmanager().kill9();
  REQUIRE(system.comes([](const json::object& all) {
    return source_is(all, "prometheus", "failing") && source_is(all, "alertmanager", "failing");
  }));
  CHECK(contains(system.body("/status"),
                 "<b>Prometheus</b> at http://127.0.0.1:" + system.prometheus_port + " does not answer"));
  CHECK(wait_until([&] { return contains(system.body("/status/public"), "History and incidents are as of"); },
                   30s));
  // What the prober itself knows goes on.
  site.set_well(true);
  REQUIRE(system.comes([](const json::object& all) { return target_is(all, "good"); }));
  site.set_well(false);
  REQUIRE(system.comes([](const json::object& all) { return target_is(all, "bad"); }));

  system.start_prometheus();
  system.start_alertmanager();
  site.set_well(true);
  REQUIRE(system.comes([](const json::object& all) {
    return source_is(all, "prometheus", "answering") && source_is(all, "alertmanager", "answering") &&
           target_is(all, "good");
  }));
  CHECK_FALSE(contains(system.body("/status"), "does not answer"));

  // Whoever holds on does not keep it from ending.
  auto const live = system.body("/status/public/live");
  auto const version = live.substr(live.find("data-version=\"") + 14, 16);
  auto const held = std::async(std::launch::async, [&] {
    try {
      return http_get(system.port, "/status/public/live?after=" + version).status;
    } catch (const std::exception&) {
      return 0;  // it ended before it had read the request
    }
  });
  held.wait_for(300ms);
  CHECK(system.prober().stop() == 0);
}

TEST_CASE("without the section the pages show what the prober knows, and a reload brings the rest") {
  Site const site;
  TemporaryDirectory directory;
  std::string const probes =
      "probes:\n- {name: p, type: http, interval: 100ms, targets: [{name: t, url: 'http://" + site.address() +
      "/'}]}\n";
  auto const config = directory.write("prober.yml", probes);
  auto const port = free_port();
  Launch launch;
  launch.command = {FLEET_BIN_DIR "/slo_prober", "--config.file=" + config,
                    "--web.listen-address=127.0.0.1:" + std::to_string(port), "--workers=2"};
  launch.output = directory.path() / "log";
  Process process(launch);
  auto const shows = [&](const std::string& path, const std::string& part) {
    return wait_until([&] { return accepts(port) && contains(http_get(port, path).body, part); });
  };
  REQUIRE(shows("/status", "The one target is well"));
  CHECK(shows("/", "href=\"/status\""));
  CHECK(http_get(port, "/status.json").body.find("\"unused\"") != std::string::npos);
  directory.write("prober.yml",
                  probes + "status: {title: Renamed, services: [{name: Service of mine, probes: [p]}]}\n");
  process.signal(SIGHUP);
  REQUIRE(shows("/status", "<h1>Renamed</h1>"));
  CHECK(shows("/status/public", "Service of mine"));
  CHECK(process.stop() == 0);
}
