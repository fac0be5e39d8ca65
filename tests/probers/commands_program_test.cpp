// The commands of slo_prober as they are run, against servers of our own.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/probers/prober_run.hpp"
#include "tests/probers/site_with_agent.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/process.hpp"

using namespace fleet::testing;

TEST_CASE("check tells by its exit code and names what failed, at which step, and why") {
  SiteWithAgent const site;
  SilentServer const silent;
  TemporaryDirectory directory;
  directory.write("prober.yml", "probes:\n" +
                                    http_probe("well", site.url("/healthz"), "  labels: {slot: blue}\n") +
                                    http_probe("ill", site.url("/missing"), "  labels: {slot: green}\n"));
  auto const all = run(directory, "check");
  CHECK(all.exit == 1);
  CHECK(has(all.out, "1 of 2 targets well; 1 failing: ill/t (status)"));
  CHECK(all.out.find("ill") < all.out.find("well"));
  CHECK(has(all.out, "404"));

  CHECK(run(directory, "check --label slot=blue").exit == 0);
  CHECK(run(directory, "check --probe well").exit == 0);
  CHECK(run(directory, "check --label slot=green").exit == 1);
  auto const none = run(directory, "check --label slot=red");
  CHECK(none.exit == 2);
  CHECK(has(none.err, "no target has the label slot=red; there are: slot=blue, slot=green"));
  CHECK(has(run(directory, "check --probe wel").err, "no probe is named `wel`; there are: ill, well"));

  auto const several = run(directory, "check --attempts 3 --interval 20ms --output json");
  CHECK(several.exit == 1);
  auto const page = boost::json::parse(several.out);
  CHECK(page.at("rows").at(1).at("attempts").at("bad") == 3);

  directory.write("prober.yml", "probes:\n" + http_probe("hangs", "http://" + silent.address() + "/"));
  auto const hung = run(directory, "check");
  CHECK(hung.exit == 1);
  CHECK(has(hung.out, "timeout"));
  CHECK(has(hung.out, "2.00 s"));
}

TEST_CASE("check writes JUnit XML") {
  SiteWithAgent const site;
  TemporaryDirectory directory;
  directory.write("prober.yml", "probes:\n" + http_probe("well", site.url("/healthz")) +
                                    http_probe("ill", site.url("/missing")));
  auto const junit = run(directory, "check --output=junit");
  CHECK(junit.exit == 1);
  CHECK(has(junit.out, R"(<testsuites name="slo_prober check" tests="2" failures="1" errors="0")"));
  CHECK(has(junit.out, R"(type="status")"));
}

TEST_CASE("bad usage is 2 and says what was expected") {
  TemporaryDirectory directory;
  auto const fails = [&](const std::string& arguments, const std::string& message) {
    auto const ran = run(directory, arguments);
    CAPTURE(arguments, ran.err);
    CHECK(ran.exit == 2);
    CHECK(has(ran.err, message));
  };
  fails("chek", "unknown command `chek`, did you mean check?");
  fails("validate a2b", "unknown validation `a2b`, did you mean a2a?");
  fails("check --output yaml", "--output: expected table, json or junit");
  fails("check --label slot", "--label: expected NAME=VALUE");
  fails("check --attempts 0", "--attempts: expected an integer from 1 to 10000");
  fails("check", "prober.yml: ");
  fails("load --duration 5x", "--duration: expected a duration");
  fails("load --url http://a --probe b", "expected only one of --probe, --url and --target");
  fails("probe x", "expected --module=NAME");
  fails("probe --module htp http://127.0.0.1/", "no module, probe or kind is named `htp`, did you mean http?");
  fails("probe --module tcp nonsense", "the target cannot be probed");
  fails("check --push-gateway ftp://x", "--push-gateway: expected a URL");
  fails("check --push-gateway.user x", "expected --push-gateway too");
}

TEST_CASE("every command has a help with an example and its exit codes") {
  TemporaryDirectory directory;
  for (auto const* command :
       {"check", "validate a2a", "validate documents", "validate recovery", "load", "probe"}) {
    auto const help = run(directory, std::string(command) + " --help");
    CAPTURE(command);
    CHECK(help.exit == 0);
    CHECK(has(help.out, std::string("usage: slo_prober ") + command));
    CHECK(has(help.out, "Example:\n  slo_prober "));
    CHECK(has(help.out, "Exit: 0 "));
  }
  auto const top = run(directory, "--help");
  for (auto const* word : {"check", "validate", "load", "probe", "config.check", "--workers"})
    CHECK(has(top.out, word));
  CHECK(run(directory, "validate --help").exit == 0);
}

TEST_CASE("probe shows one attempt by hand, without a configuration file") {
  SiteWithAgent const site;
  TemporaryDirectory directory;
  auto const good = run(directory, "probe --module http " + site.url("/healthz"));
  CHECK(good.exit == 0);
  for (auto const* part :
       {": good in ", "Phases:\n", "connect", "Facts:\n", "probe_http_status_code", "Trace: "})
    CHECK(has(good.out, part));
  auto const bad = run(directory, "probe --module http --repeat 2 --interval 10ms " + site.url("/missing"));
  CHECK(bad.exit == 1);
  CHECK(has(bad.out, "reason  status"));
  CHECK(has(bad.out, "0 of 2 attempts good"));
  auto const tcp = run(directory, "probe --module tcp " + site.url().substr(7));
  CHECK(tcp.exit == 0);
  CHECK(has(tcp.out, "Notes:\n  +"));
  auto const json = run(directory, "probe --module tcp --output json " + site.url().substr(7));
  CHECK_FALSE(boost::json::parse(json.out).at("rows").at(0).at("notes").as_array().empty());

  directory.write("prober.yml",
                  "modules:\n  missing:\n    prober: http\n    http: {valid_status_codes: [404]}\nprobes:\n" +
                      http_probe("own", site.url("/healthz"), "  http: {valid_status_codes: [404]}\n"));
  CHECK(run(directory, "probe --module missing " + site.url("/missing")).exit == 0);
  CHECK(run(directory, "probe --module own " + site.url("/missing")).exit == 0);
}

TEST_CASE("validate a2a measures every agent against the target") {
  SiteWithAgent const site;
  TemporaryDirectory directory;
  auto const agent =
      "- name: agents\n  type: a2a\n  timeout: 2s\n  targets:\n  - {name: echo, url: '" + site.url() + "'}\n";
  directory.write("prober.yml", "probes:\n" + agent);
  auto const met = run(directory, "validate a2a --target-ms 2000 --attempts 5 --interval 20ms");
  CAPTURE(met.out, met.err);
  CHECK(met.exit == 0);
  CHECK(has(met.out, "P95"));
  CHECK(has(met.out, "Within 2.00 s at p95: 1 of 1 target well"));
  auto const missed =
      run(directory, "validate a2a --target-ms 0.001 --attempts 5 --interval 20ms --output json");
  CHECK(missed.exit == 1);
  auto const row = boost::json::parse(missed.out).at("rows").at(0);
  CHECK(row.at("reason") == "slow");
  CHECK(row.at("measures").at("target_seconds") == 0.000001);
  CHECK(row.at("measures").at("p95_seconds").as_double() > 0.000001);

  SilentServer const silent;
  directory.write(
      "prober.yml",
      "probes:\n" + agent +
          "- name: more\n  type: a2a\n  timeout: 300ms\n  targets:\n  - {name: mute, url: 'http://" +
          silent.address() + "'}\n");
  auto const mute = run(directory, "validate a2a --target-ms 2000 --attempts 3 --interval 20ms");
  CHECK(mute.exit == 1);
  CHECK(has(mute.out, "3 of 3 failed"));
  CHECK(has(mute.out, "more/mute (timeout)"));
  directory.write("prober.yml", "probes:\n" + http_probe("web", site.url("/healthz")));
  CHECK(run(directory, "validate a2a").exit == 2);
}

TEST_CASE("load feels a stall of its target from the intended starts on") {
  SiteWithAgent const site;
  TemporaryDirectory directory;
  auto const ran = run(
      directory, "load --url " + site.url("/stalls") +
                     " --concurrent-users 10 --rate 5 --ramp-up 0 --duration 2 --target-ms 400 --output json");
  CAPTURE(ran.out, ran.err);
  CHECK(ran.exit == 1);
  auto const totals = boost::json::parse(ran.out).at("totals");
  CHECK(totals.at("sent") == 100);
  CHECK(totals.at("failed") == 0);
  CHECK(totals.at("p99_seconds").as_double() > 0.85);
  CHECK(totals.at("max_seconds").as_double() < 2);
  CHECK(totals.at("p75_seconds").as_double() > 0.3);

  auto const well =
      run(directory, "load --url " + site.url("/healthz") +
                         " --concurrent-users 5 --rate 4 --ramp-up 0 --duration 1500ms --progress");
  CHECK(well.exit == 0);
  CHECK(has(well.err, "in flight"));
  CHECK(has(well.out, "30 requests in 1.50 s, up to 20/s: 30 answered well (20.0/s), 0 failed (0 %)"));
  auto const ill =
      run(directory, "load --url " + site.url("/missing") + " --concurrent-users 5 --ramp-up 0 --duration 1");
  CHECK(ill.exit == 1);
  CHECK(has(ill.out, "5 failed (100 %)"));
  CHECK(has(ill.out, "status"));

  directory.write("prober.yml", "probes:\n" + http_probe("well", site.url("/healthz")));
  auto const configured = run(directory, "load --concurrent-users 10 --ramp-up 0 --duration 500ms");
  CHECK(configured.exit == 0);
}

TEST_CASE("check takes in discovered targets; a source that fails is unknown") {
  SiteWithAgent const site;
  TemporaryDirectory directory;
  directory.write("targets.json", R"([{"targets": [")" + site.url("/healthz") +
                                      R"("], "labels": {"slot": "blue"}},
                                     {"targets": [")" +
                                      site.url("/missing") + R"("], "labels": {"slot": "green"}}])");
  directory.write("prober.yml",
                  "probes:\n- name: web\n  type: http\n  file_sd_configs:\n  - files: [targets.json]\n");
  auto const blue = run(directory, "check --label slot=blue");
  CAPTURE(blue.out, blue.err);
  CHECK(blue.exit == 0);
  CHECK(has(blue.out, "1 of 1 target well"));
  CHECK(run(directory, "check").exit == 1);
  directory.write("targets.json", "[{");
  auto const broken = run(directory, "check");
  CHECK(broken.exit == 3);
  CHECK(has(broken.out, "(discovery)"));
  CHECK(has(broken.out, "targets.json"));
}
