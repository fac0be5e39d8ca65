// The commands of slo_prober as they are run, against servers of our own.
#include <openssl/pem.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "core/web/server.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
const std::string program = FLEET_BIN_DIR "/slo_prober";

awaitable<web::Response> answer(web::Response response) { co_return response; }

/// An agent that answers every message at once; the card names its own address.
web::Response agent_card(const std::string& address) {
  web::Response card;
  card.content_type = "application/json";
  card.body = R"({"name":"agent","protocolVersion":"0.3.0","url":"http://)" + address + R"(/a2a"})";
  return card;
}

web::Response agent_answer(const web::Request& request) {
  web::Response response;
  response.content_type = "application/json";
  auto const id = boost::json::parse(request.body).at("id");
  response.body =
      R"({"jsonrpc":"2.0","id":)" + boost::json::serialize(id) +
      R"(,"result":{"kind":"message","messageId":"m","role":"agent","parts":[{"kind":"text","text":"pong"}]}})";
  return response;
}

/// A site and an agent on a thread of their own. /stalls is silent from half a second to one and a half after
/// its first request.
class Site {
 public:
  Site() : server_(io_) {
    web::Response page;
    page.body = "LegalLLM";
    server_.route("GET", "/healthz", [page](const web::Request&) { return answer(page); });
    server_.route("GET", "/stalls", [this](const web::Request&) { return stall(this); });
    server_.route("POST", "/a2a", [](const web::Request& request) { return answer(agent_answer(request)); });
    server_.listen("127.0.0.1:0");
    address_ = server_.addresses().at(0);
    server_.route("GET", "/.well-known/agent-card.json",
                  [this](const web::Request&) { return answer(agent_card(address_)); });
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Site() {
    io_.stop();
    thread_.join();
  }
  std::string url(const std::string& path = "") const { return "http://" + address_ + path; }

 private:
  static awaitable<web::Response> stall(Site* site) {
    if (site->first_ == Clock::time_point()) site->first_ = Clock::now();
    auto const since = Clock::now() - site->first_;
    if (since >= 500ms && since < 1500ms) {
      asio::steady_timer timer(site->io_, site->first_ + 1500ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_return web::Response();
  }

  asio::io_context io_;
  web::Server server_;
  std::string address_;
  Clock::time_point first_{};
  std::thread thread_;
};

struct Ran {
  int exit;
  std::string out, err;
};

/// Runs the program in `directory`, its two outputs apart.
Ran run(const TemporaryDirectory& directory, const std::string& arguments) {
  auto const out = (directory.path() / "out").string(), err = (directory.path() / "err").string();
  Launch launch;
  launch.command = {"sh", "-c", program + " " + arguments + " >" + out + " 2>" + err};
  launch.directory = directory.path();
  Process process(std::move(launch));
  auto const exit = process.wait(30s);
  return {exit, read_text(out), read_text(err)};
}

std::string http_probe(const std::string& name, const std::string& url, const std::string& more = "") {
  return "- name: " + name + "\n  type: http\n  timeout: 2s\n  interval: 10s\n" + more +
         "  targets:\n  - {name: t, url: '" + url + "'}\n";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Pushgateway {
 public:
  explicit Pushgateway(std::vector<std::string> more_arguments = {}) : port_(free_port()) {
    Launch launch;
    launch.command = {"prometheus-pushgateway", "--web.listen-address=127.0.0.1:" + std::to_string(port_),
                      "--persistence.file="};
    launch.command.insert(launch.command.end(), more_arguments.begin(), more_arguments.end());
    process_.emplace(std::move(launch));
    REQUIRE(wait_until([&] { return accepts(port_); }));
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "http://" + address(); }
  std::string metrics() const { return http_get(port_, "/metrics").body; }

 private:
  std::uint16_t port_;
  std::optional<Process> process_;
};

}  // namespace

TEST_CASE("check tells by its exit code and names what failed, at which step, and why") {
  Site const site;
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
  Site const site;
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
  Site const site;
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
  Site const site;
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
  Site const site;
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

TEST_CASE("results are left at a Pushgateway, and a failed push is no success") {
  Site const site;
  Pushgateway const gateway;
  TemporaryDirectory directory;
  directory.write("prober.yml", "probes:\n" + http_probe("well", site.url("/healthz")) +
                                    http_probe("ill", site.url("/missing")));
  auto const pushed = run(directory, "check --push-instance test --push-gateway " + gateway.url());
  CAPTURE(pushed.err);
  CHECK(pushed.exit == 1);
  CHECK(pushed.err.empty());
  auto const page = gateway.metrics();
  CHECK(has(page, R"(probe_success{instance="test",job="slo_prober_check",probe="well",target="t"} 1)"));
  CHECK(has(page, R"(probe_success{instance="test",job="slo_prober_check",probe="ill",target="t"} 0)"));
  CHECK(has(page, R"(slo_prober_run_success{instance="test",job="slo_prober_check"} 0)"));
  CHECK(has(
      page,
      R"(slo_probe_results{instance="test",job="slo_prober_check",probe="ill",reason="status",result="bad",target="t"} 1)"));

  // PUT replaces: nothing of a former run is left.
  CHECK(run(directory, "check --probe well --push-instance test --push-gateway " + gateway.url()).exit == 0);
  CHECK_FALSE(has(gateway.metrics(), R"(probe="ill")"));
  CHECK(has(gateway.metrics(), R"(slo_prober_run_success{instance="test",job="slo_prober_check"} 1)"));

  auto const load =
      run(directory, "load --url " + site.url("/healthz") +
                         " --concurrent-users 5 --ramp-up 0 --duration 1 --push-job a/b --push-gateway " +
                         gateway.url());
  CHECK(load.exit == 0);
  CHECK(has(gateway.metrics(), R"(job="a/b")"));

  auto const nowhere = "http://127.0.0.1:" + std::to_string(free_port());
  auto const failed = run(directory, "check --probe well --push-gateway " + nowhere);
  CHECK(failed.exit == 3);
  CHECK(has(failed.err, "push to " + nowhere));
  CHECK(run(directory, "check --push-gateway " + nowhere).exit == 1);
  auto const refused = run(directory, "check --probe well --push-gateway " + site.url());
  CHECK(refused.exit == 3);
  CHECK(has(refused.err, "HTTP status 404"));
}

TEST_CASE("a Pushgateway behind TLS and basic authentication") {
  Site const site;
  TemporaryDirectory directory;
  auto const identity = make_identity({"localhost", "IP:127.0.0.1", true});
  auto const certificate = directory.write("cert.pem", identity.pem());
  auto const key = directory.write("key.pem", identity.key_pem());
  // Of "pushsecret".
  auto const web =
      directory.write("web.yml", "tls_server_config: {cert_file: " + certificate + ", key_file: " + key +
                                     "}\nbasic_auth_users:\n  pusher: "
                                     "$2b$04$g1mLpFzcBX/4BUOLd5p01uYdDfvTOTb02UrcXEH/XEind.3fGBSvq\n");
  Pushgateway const gateway({"--web.config.file=" + web});
  directory.write("prober.yml", "probes:\n" + http_probe("well", site.url("/healthz")));
  directory.write("password", "pushsecret\n");
  directory.write("wrong", "guess\n");
  auto const push = "check --push-gateway https://" + gateway.address() +
                    " --push-gateway.ca-file cert.pem --push-gateway.user pusher --push-gateway.password-file ";
  auto const good = run(directory, push + "password");
  CAPTURE(good.err);
  CHECK(good.exit == 0);
  auto const refused = run(directory, push + "wrong");
  CHECK(refused.exit == 3);
  CHECK(has(refused.err, "HTTP status 401"));
  CHECK_FALSE(has(refused.err, "guess"));
  CHECK(run(directory, push + "missing").exit == 2);
  auto const untrusted = run(directory, "check --push-gateway https://" + gateway.address());
  CHECK(untrusted.exit == 3);
  CHECK(has(untrusted.err, "certificate"));
}

TEST_CASE("check takes in discovered targets; a source that fails is unknown") {
  Site const site;
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
