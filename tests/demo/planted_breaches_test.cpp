// The demo beside the checks: compliant by itself, and one breach for each fault that plants one.
#include "tests/demo/demo_system.hpp"
#include "tests/exporters/one_shot.hpp"

using namespace fleet::demo::testing;

namespace {

/// A check by the demo's own configuration.
OneShot check(System& system, const std::string& exporter) {
  auto const name = exporter.substr(0, exporter.find('_'));
  return run_program({exporter, "check", "--config.file=" FLEET_SOURCE_DIR "/demo/config/" + name + ".yml"},
                     {{"FLEET_PORT_POSTGRES", std::to_string(system.postgres.port())},
                      {"FLEET_PORT_COMPLIANCE_MONITOR", std::to_string(system.compliance_port)},
                      {"FLEET_PORT_PROMETHEUS", "1"}});
}

struct Planted {
  std::string fault, exporter;
  int exit_code;
  std::string named;
};

}  // namespace

TEST_CASE("the demo is compliant, and each planted breach is found and named until it is mended") {
  auto& system = System::instance();
  system.require_ready();
  auto const planted = GENERATE(values<Planted>({
      {"violation", "compliance_exporter", 1, "privacy_act_1988/critical"},
      {"form13-missing", "compliance_exporter", 1, "Form 13 missing in 1 of "},
      {"retention-overdue", "compliance_exporter", 1, "1 document kept beyond the retention date"},
      {"monitor-stale", "compliance_exporter", 3, "the monitor is blind: its last check was"},
      {"withdrawal-ignored", "consent_exporter", 1, "1 withdrawn and not acted on, the oldest for 1d 6h"},
      {"consent-ignored", "consent_exporter", 1, "uses of data after the consent was withdrawn"},
      {"expiry-ignored", "consent_exporter", 1, "uses of data after the consent had expired"},
  }));
  CAPTURE(planted.fault);
  auto const finds = [&](int exit_code) {
    return [&system, &planted, exit_code] { return check(system, planted.exporter).exit_code == exit_code; };
  };
  CHECK(wait_until(finds(0), 30s));
  REQUIRE(system.fault(planted.fault).status == 200);
  CHECK(wait_until(finds(planted.exit_code), 60s));
  auto const found = check(system, planted.exporter);
  INFO(found.output);
  CHECK(found.exit_code == planted.exit_code);
  CHECK_THAT(found.output, Catch::Matchers::Contains(planted.named));
  system.clear();
  CHECK(wait_until(finds(0), 30s));
}
