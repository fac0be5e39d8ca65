#include "probers/results.hpp"

#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "tests/exporters/page.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

std::string page(const Instruments& instruments) {
  Families families;
  instruments.collect(families);
  return Exposition::render(families, Format::text_0_0_4);
}

bool has(const std::string& text, const std::string& line) {
  return text.find(line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("series are born at 0 before the first attempt") {
  Instruments instruments;
  TargetResults const results(instruments, {"p", "t"});
  auto const text = page(instruments);
  CHECK(has(text, R"(slo_probe_results_total{probe="p",target="t",result="good",reason="none"} 0)"));
  CHECK(has(text, R"(slo_probe_duration_seconds_count{probe="p",target="t"} 0)"));
  CHECK(has(text, R"(slo_probe_missed_runs_total{probe="p",target="t",reason="overlap"} 0)"));
  CHECK(text.find("probe_success") == std::string::npos);
}

TEST_CASE("good, bad and unknown are booked apart; failures count in the histogram, unknown charges nobody") {
  Instruments instruments;
  TargetResults results(instruments, {"p", "t"});
  ProbeResult good;
  good.duration = 40ms;
  good.http_status = 200;
  results.record(good, 20ms);
  auto bad = ProbeResult::bad(Reason::timeout, "connect", "");
  bad.duration = 5s;
  results.record(bad, 0ms);
  ProbeResult unknown;
  unknown.outcome = Outcome::unknown;
  unknown.reason = Reason::internal;
  results.record(unknown, 0ms);

  auto const text = page(instruments);
  CHECK(has(text, R"(slo_probe_results_total{probe="p",target="t",result="good",reason="none"} 1)"));
  CHECK(has(text, R"(slo_probe_results_total{probe="p",target="t",result="bad",reason="timeout"} 1)"));
  CHECK(has(text, R"(slo_probe_results_total{probe="p",target="t",result="unknown",reason="internal"} 1)"));
  CHECK(has(text, R"(slo_probe_duration_seconds_count{probe="p",target="t"} 2)"));
  CHECK(has(text, R"(slo_probe_duration_seconds_bucket{probe="p",target="t",le="0.05"} 1)"));
  // 40 ms of work after 20 ms of waiting is what a user felt: above 50 ms.
  CHECK(has(text, R"(slo_probe_scheduled_duration_seconds_bucket{probe="p",target="t",le="0.05"} 0)"));
  CHECK(has(text, R"(probe_success{probe="p",target="t"} 0)"));
  CHECK(has(text, R"(probe_http_status_code{probe="p",target="t"} 0)"));
}

TEST_CASE("the page is the golden page") {
  Instruments instruments;
  TargetResults results(instruments, {"unified-interface", "healthz"});
  ProbeResult good;
  good.duration = 12ms;
  good.http_status = 200;
  good.certificate_expiry_unix = 1'800'000'000;
  good.phases = {
      {"resolve", 0}, {"connect", 0.001}, {"tls", 0.004}, {"processing", 0.006}, {"transfer", 0.001}};
  results.record(good, 1ms);
  auto refused = ProbeResult::bad(Reason::refused, "connect", "connection refused");
  refused.duration = 2ms;
  results.record(refused, 0ms);
  results.missed_late(2);
  results.missed_overlap();
  auto const text = page(instruments);
  CHECK(text == testing::golden("prober/results.prom", text));
}
