// The commands of slo_prober leave their results at a Pushgateway, Debian's own.
#include <catch2/catch.hpp>
#include <optional>

#include "tests/core/http/certificates.hpp"
#include "tests/probers/prober_run.hpp"
#include "tests/probers/site_with_agent.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;

namespace {

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

TEST_CASE("results are left at a Pushgateway, and a failed push is no success") {
  SiteWithAgent const site;
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
  SiteWithAgent const site;
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
