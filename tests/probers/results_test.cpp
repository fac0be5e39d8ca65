#include "probers/results.hpp"

#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "tests/exporters/page.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

constexpr FactKind status_code{"probe_http_status_code", "Status code of the last response."};
constexpr FactKind http_phase{"probe_http_duration_seconds", "Duration of the last attempt by phase."};

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
  TargetResults const results(instruments, {"p", "t", {}});
  auto const text = page(instruments);
  for (auto const* result : {"good", "bad", "unknown"})
    CHECK(
        has(text, R"(slo_probe_results_total{probe="p",target="t",result=")" + std::string(result) + "\"} 0"));
  CHECK(has(text, R"(slo_probe_duration_seconds_count{probe="p",target="t"} 0)"));
  CHECK(has(text, R"(slo_probe_missed_runs_total{probe="p",target="t",reason="overlap"} 0)"));
  CHECK(text.find("probe_success") == std::string::npos);
}

TEST_CASE("good, bad and unknown are booked apart; failures count in the histogram, unknown charges nobody") {
  Instruments instruments;
  TargetResults results(instruments, {"p", "t", {}});
  ProbeResult good;
  good.duration = 40ms;
  good.facts.set(status_code, 200);
  results.record(good, 20ms);
  auto bad = ProbeResult::bad(Reason::timeout, "connect", "");
  bad.duration = 5s;
  results.record(bad, 0ms);
  ProbeResult unknown;
  unknown.outcome = Outcome::unknown;
  unknown.reason = Reason::internal;
  results.record(unknown, 0ms);

  auto const text = page(instruments);
  CHECK(has(text, R"(slo_probe_results_total{probe="p",target="t",result="good"} 1)"));
  CHECK(has(text, R"(slo_probe_results_total{probe="p",target="t",result="bad"} 1)"));
  CHECK(has(text, R"(slo_probe_results_total{probe="p",target="t",result="unknown"} 1)"));
  CHECK(has(text, R"(slo_probe_duration_seconds_count{probe="p",target="t"} 2)"));
  CHECK(has(text, R"(slo_probe_duration_seconds_bucket{probe="p",target="t",le="0.05"} 1)"));
  // 40 ms of work after 20 ms of waiting is what a user felt: above 50 ms.
  CHECK(has(text, R"(slo_probe_scheduled_duration_seconds_bucket{probe="p",target="t",le="0.05"} 0)"));
  CHECK(has(text, R"(probe_success{probe="p",target="t"} 0)"));
  CHECK(has(text, R"(slo_probe_failures_total{probe="p",target="t",reason="timeout",step="connect"} 1)"));
  // The last attempt learnt no status: an old one is not shown for it.
  CHECK(text.find("probe_http_status_code") == std::string::npos);
}

TEST_CASE("the page is the golden page") {
  Instruments instruments;
  TargetResults results(instruments, {"unified-interface", "healthz", {}});
  ProbeResult good;
  good.duration = 12ms;
  good.facts.set(status_code, 200);
  good.facts.set(facts::earliest_cert_expiry, 1'800'000'000);
  good.phase_kind = &http_phase;
  good.phases = {
      {"resolve", 0}, {"connect", 0.001}, {"tls", 0.004}, {"processing", 0.006}, {"transfer", 0.001}};
  results.record(good, 1ms);
  auto refused = ProbeResult::bad(Reason::refused, "connect", "connection refused");
  refused.duration = 2ms;
  results.record(refused, 0ms);
  results.missed(Missed::late, 2);
  results.missed(Missed::overlap);
  auto const text = page(instruments);
  CHECK(text == testing::golden("prober/results.prom", text));
}

TEST_CASE("labels of the target are on its series, and its series go with it") {
  Instruments instruments;
  {
    TargetResults results(instruments, {"p", "t", {{"slot", "blue"}}});
    ProbeResult good;
    good.facts.set(facts::last_chain_info, {{"serialnumber", "1"}}, 1);
    results.record(good, 0ms);
    auto const text = page(instruments);
    CHECK(has(text, R"(probe_success{probe="p",target="t",slot="blue"} 1)"));
    CHECK(has(text, R"(probe_ssl_last_chain_info{probe="p",target="t",slot="blue",serialnumber="1"} 1)"));
    ProbeResult renewed;
    renewed.facts.set(facts::last_chain_info, {{"serialnumber", "2"}}, 1);
    results.record(renewed, 0ms);
    auto const after = page(instruments);
    CHECK(has(after, R"(probe_ssl_last_chain_info{probe="p",target="t",slot="blue",serialnumber="2"} 1)"));
    CHECK(after.find(R"(serialnumber="1")") == std::string::npos);
  }
  CHECK(page(instruments).find(R"(target="t")") == std::string::npos);
}

TEST_CASE("facts that come and go are on the page while they hold, however many have been") {
  Instruments instruments;
  TargetResults results(instruments, {"p", "t", {}});
  auto const record = [&](int serial) {
    ProbeResult result;
    result.facts.set(facts::last_chain_info, {{"serialnumber", std::to_string(serial)}}, serial);
    results.record(result, 0ms);
  };
  auto const shown = [&](int serial) {
    auto const number = std::to_string(serial);
    return has(page(instruments),
               R"(probe_ssl_last_chain_info{probe="p",target="t",serialnumber=")" + number + "\"} " + number);
  };
  for (int serial = 1; serial <= 100; ++serial) record(serial);
  for (int const serial : {100, 99, 100, 1, 99}) {
    record(serial);
    CHECK(shown(serial));
    auto const text = page(instruments);
    CHECK(text.find("serialnumber") == text.rfind("serialnumber"));
  }
}

TEST_CASE("the duration's buckets carry the trace id that the attempt sent") {
  Instruments instruments;
  TargetResults results(instruments, {"p", "t", {}});
  ProbeResult good;
  good.duration = 40ms;
  good.trace = TraceContext::make();
  results.record(good, 0ms);
  Families families;
  instruments.collect(families);
  auto const text = Exposition::render(families, Format::openmetrics_1_0);
  CHECK(text.find(R"(# {trace_id=")" + good.trace.trace_id() + R"("} 0.04)") != std::string::npos);
}
