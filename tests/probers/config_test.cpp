#include "probers/slo_prober/config.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "probers/slo_prober/window_reading.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

FleetConfig read(const std::string& text) { return read_fleet(config::Document::parse(text, "f.yml")); }

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const config::Error& error) {
    return error.what();
  }
  return "accepted";
}

using Labels = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("the shipped example is valid") {
  auto const fleet = read_fleet(config::Document::load(FLEET_SOURCE_DIR "/probers/slo_prober/prober.yml"));
  auto const probes = static_probes(fleet);
  REQUIRE(probes.size() >= 3);
  CHECK(probes[0].identity == Identity{"unified-interface", "healthz", {}});
  CHECK(probes[0].interval == 10s);
  CHECK(probes[2].agent == "orchestrator");
  CHECK(fleet.latency.window == 60s);
}

TEST_CASE("the demo's file is valid") {
  std::string const file = FLEET_SOURCE_DIR "/demo/config/prober.yml";
  auto const text = testing::read_text(file);
  for (auto at = text.find("${"); at != text.npos; at = text.find("${", at + 1))
    ::setenv(text.substr(at + 2, text.find('}', at) - at - 2).c_str(), "18080", 1);
  ::setenv("FLEET_PORT_POSTGRES_REPLICA", "18081", 1);
  auto const fleet = read_fleet(config::Document::load(file));
  CHECK(static_probes(fleet).size() >= 12);
}

TEST_CASE("defaults: the timeout never exceeds the interval unless it is asked to") {
  auto const probes = static_probes(
      read("probes:\n- {name: a, type: http, interval: 2s, targets: [{url: 'http://h/x'}]}\n"
           "- {name: b, type: http, interval: 1s, timeout: 2500ms, targets: [{url: 'http://h/x'}]}\n"));
  CHECK(probes[0].timeout == 2s);
  CHECK(probes[0].overlap() == 1);
  CHECK(probes[0].identity.target == "http://h/x");
  CHECK(probes[1].overlap() == 3);
}

TEST_CASE("a blackbox.yml as it is: every feature of its example") {
  auto const fleet = read_fleet(config::Document::load(FLEET_SOURCE_DIR "/tests/probers/blackbox/example.yml"));
  CHECK(fleet.probes.empty());
  CHECK(fleet.modules.size() == 27);
  auto const& first = fleet.modules.at("http_every_option");
  CHECK(first.kind == "http");
  CHECK(first.timeout == 5s);
  CHECK(first.place == FLEET_SOURCE_DIR "/tests/probers/blackbox/example.yml:4:3");
  CHECK(fleet.modules.at("tcp_connect").timeout == std::nullopt);
  CHECK(fleet.modules.at("smtp_starttls").timeout == 1500ms);
  auto const target = TargetSpec{"127.0.0.1:25", ""};
  CHECK(fleet.modules.at("smtp_starttls").module->probe(target) != nullptr);
}

TEST_CASE("the blackbox.yml that Debian ships") {
  auto const file = "/etc/prometheus/blackbox.yml";
  REQUIRE(testing::read_text(file).find("modules:") != std::string::npos);
  auto const fleet = read_fleet(config::Document::load(file));
  CHECK(fleet.modules.count("http_2xx") == 1);
  CHECK(fleet.modules.count("irc_banner") == 1);
}

TEST_CASE("modules of files and of this file, and probes of them") {
  testing::TemporaryDirectory const directory;
  directory.write("blackbox.yml",
                  "modules:\n  page:\n    prober: http\n    timeout: 3s\n    http: {method: HEAD}\n");
  auto const main = directory.write("prober.yml", R"(
modules_files: [blackbox.yml]
modules:
  banner: {prober: tcp, tcp: {query_response: [{expect: ^SSH}]}}
probes:
- {name: pages, module: page, interval: 10s, targets: [http://a.example, {name: b, target: http://b.example}]}
- {name: fast, module: page, interval: 1s, targets: [http://a.example]}
- {name: shells, module: banner, targets: ["a.example:22"]}
)");
  auto const fleet = read_fleet(config::Document::load(main));
  CHECK(fleet.modules.size() == 2);
  auto const probes = static_probes(fleet);
  REQUIRE(probes.size() == 4);
  CHECK(probes[0].kind == "http");
  CHECK(probes[0].timeout == 3s);
  CHECK(probes[0].identity.target == "http://a.example");
  CHECK(probes[1].identity.target == "b");
  CHECK(probes[2].timeout == 1s);
  CHECK(probes[3].kind == "tcp");
}

TEST_CASE("a mistake in a file of modules is told with that file's place") {
  testing::TemporaryDirectory const directory;
  auto const modules = directory.write("m.yml", "modules:\n  a:\n    prober: htpp\n");
  auto const first = directory.write("first.yml", "modules_files: [m.yml]\n");
  auto const main = directory.write("p.yml", "modules_files: [m.yml]\nmodules:\n  a: {prober: tcp}\n");
  auto const load = [](const std::string& file) { read_fleet(config::Document::load(file)); };
  CHECK_THROWS_WITH(load(first), modules + ":3:13: unknown kind of probe `htpp`, did you mean `http`?");
  directory.write("m.yml", "modules:\n  a:\n    prober: http\n");
  CHECK_THROWS_WITH(load(main),
                    modules + ":2:3: expected a module name used once, `a` is also at " + main + ":3:3");
}

TEST_CASE("labels: of the probe, of the target, which wins, and of what was discovered") {
  auto const fleet = read(R"(
probes:
- name: p
  type: udp
  labels: {slot: blue, team: intake}
  targets:
  - {name: a, address: "h:1", labels: {slot: green}}
  file_sd_configs: [{files: [targets.json]}]
)");
  auto const& probe = fleet.probes[0];
  CHECK(scheduled(probe, probe.targets[0]).identity.labels == Labels{{"slot", "green"}, {"team", "intake"}});
  REQUIRE(probe.discoveries.files.size() == 1);

  DiscoveredTarget found{"10.0.0.1:53", {{"name", "dns"}, {"__meta_x", "y"}, {"rack", "7"}}};
  auto const entry = entry_of(found);
  CHECK(entry.name == "dns");
  CHECK(scheduled(probe, entry).identity.labels == Labels{{"rack", "7"}, {"slot", "blue"}, {"team", "intake"}});

  found.labels = {{"__param_target", "10.0.0.2:53"}, {"__param_hostname", "ns.example"}};
  CHECK(entry_of(found).name == "10.0.0.2:53");
  CHECK(entry_of(found).spec.hostname == "ns.example");
  found.labels = {{"reason", "because"}};
  CHECK_THROWS_AS(scheduled(probe, entry_of(found)), BadTarget);
  CHECK_THROWS_AS(scheduled(probe, entry_of({"no port", {}})), BadTarget);
}

TEST_CASE("of two A2A probes of one agent the first that waits for answers feeds its latency") {
  auto const probes = static_probes(read(R"(
probes:
- {name: cards, type: a2a, a2a: {mode: card}, targets: [{name: intake, url: http://h}]}
- {name: messages, type: a2a, targets: [{name: intake, url: http://h}]}
- {name: streams, type: a2a, a2a: {mode: stream}, targets: [{name: intake, url: http://h}, {name: b, url: http://b}]}
)"));
  REQUIRE(probes.size() == 4);
  CHECK(probes[0].agent.empty());
  CHECK(probes[1].agent == "intake");
  CHECK(probes[2].agent.empty());
  CHECK(probes[3].agent == "b");
}

TEST_CASE("everything else that a probe may say") {
  auto const fleet = read(R"(
vantage: sydney
allowed_networks: [10.0.0.0/8, 2001:db8::/32, 127.0.0.1]
fleet: {redis: {address: "redis:6380", username: u, password: p}, key_prefix: probers, lease: 6s}
probes:
- name: p
  type: http
  interval: 1m
  timeout: 2m
  retry_interval: 5s
  exclusive: true
  enabled: [{days: mon-fri, from: "07:00", to: "19:00"}, {days: [sat, Sunday]}]
  quiet: [{from: "23:30", to: "00:30"}]
  targets: [{url: http://10.0.0.1/, hostname: legalllm.example}]
  http_sd_configs: [{url: http://sd/, refresh_interval: 30s, basic_auth: {username: u, password: p}}]
  dns_sd_configs: [{names: [_a2a._tcp.example], type: SRV}]
)");
  CHECK(fleet.vantage == "sydney");
  CHECK(fleet.probe_networks.size() == 3);
  REQUIRE(fleet.membership);
  CHECK(fleet.membership->redis.address() == "redis:6380");
  CHECK(fleet.membership->key_prefix == "probers");
  CHECK(fleet.membership->lease == 6s);
  auto const probe = static_probes(fleet).at(0);
  CHECK(probe.timeout == 2min);
  CHECK(probe.retry_interval == 5s);
  CHECK(probe.exclusive);
  CHECK(probe.windows.enabled.size() == 2);
  CHECK(probe.windows.quiet.at(0).from == 23 * 60 + 30);
  auto const& discoveries = fleet.probes[0].discoveries;
  CHECK(discoveries.http.at(0).headers.at(0).second.reveal() == "Basic dTpw");
  CHECK(discoveries.srv.at(0).names.at(0) == "_a2a._tcp.example");
}

TEST_CASE("windows that leave nothing, to the minute") {
  Windows windows;
  CHECK(ever_open(windows));
  windows.enabled = {{0b0100000, 8 * 60, 18 * 60}};  // Fridays
  windows.quiet = {{0b0100000, 8 * 60, 12 * 60}, {0x7f, 12 * 60, 18 * 60}};
  CHECK_FALSE(ever_open(windows));
  windows.quiet[1].to = 18 * 60 - 1;
  CHECK(ever_open(windows));
  // Over midnight of Saturday, where the week begins anew.
  windows.enabled = {{0b1000000, 22 * 60, 2 * 60}};
  windows.quiet = {{0b1000000, 22 * 60, 24 * 60}, {0b0000001, 0, 2 * 60}};
  CHECK_FALSE(ever_open(windows));
}

TEST_CASE("a timeout in Go's notation is taken in modules alone") {
  CHECK(read("modules:\n  m: {prober: udp, timeout: 1m0.5s}\n").modules.at("m").timeout == 60500ms);
  for (std::string const text : {"1.5", "s", "1.5x", "1..5s", "-1.5s", "0.0001ms", "1e3s"}) {
    CAPTURE(text);
    CHECK(refusal("modules:\n  m: {prober: udp, timeout: " + text + "}\n")
              .find("f.yml:2:29: expected a duration") == 0);
  }
  CHECK(refusal("probes:\n- {name: a, type: udp, timeout: 1.5s, targets: ['h:1']}\n") ==
        "f.yml:2:33: expected a duration such as 1h30m, 90s or 50ms, got `1.5s`");
}

TEST_CASE("allowed networks hold for every kind of probe, and for modules as for probes") {
  struct Sample {
    std::string kind, target, options;
  };
  for (auto const& sample :
       std::vector<Sample>{{"http", "http://127.0.0.1:1/", "{}"},
                           {"tcp", "127.0.0.1:1", "{}"},
                           {"dns", "127.0.0.1:1", "{query_name: x}"},
                           {"icmp", "127.0.0.1", "{}"},
                           {"grpc", "127.0.0.1:1", "{}"},
                           {"udp", "127.0.0.1:1", "{}"},
                           {"a2a", "http://127.0.0.1:1/", "{}"},
                           {"redis", "127.0.0.1:1", "{}"},
                           {"postgres", "127.0.0.1:1", "{}"},
                           {"documents", "127.0.0.1:1", "{}"},
                           {"workflow", "http://127.0.0.1:1/", "{steps: [{name: get}]}"}}) {
    CAPTURE(sample.kind);
    auto const options = sample.kind + ": " + sample.options;
    auto const fleet =
        read("allowed_networks: [10.0.0.0/8]\nmodules:\n  m: {prober: " + sample.kind + ", " + options +
             "}\nprobes:\n- {name: own, type: " + sample.kind + ", " + options + ", targets: ['" +
             sample.target + "']}\n- {name: of-module, module: m, targets: ['" + sample.target + "']}\n");
    for (auto const& probe : static_probes(fleet)) {
      CAPTURE(probe.identity.probe);
      asio::io_context io;
      auto const result = testing::run_on(io, attempt_once(*probe.probe, Deadline::after(2s)));
      CHECK(result.outcome == Outcome::bad);
      CHECK(to_string(result.reason) == to_string(Reason::forbidden));
    }
  }
}
