// A real service over HTTP: pages, failures, limits and reloads.
#include <catch2/catch.hpp>
#include <future>

#include "tests/core/app/toy.hpp"

using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

std::chrono::milliseconds elapsed_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

}  // namespace

TEST_CASE("a page holds the collectors' families and the program's own") {
  Toy toy("toys: [{name: a, value: 7}, {name: b, target: 'h:1', value: 8}]\n");
  auto const answer = toy.metrics();
  REQUIRE(answer.status == 200);
  CHECK(answer.headers.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(has_line(answer.body, "toy_value{name=\"a\"} 7"));
  CHECK(has_line(answer.body, "toy_value{name=\"b\"} 8"));
  CHECK(has_line(answer.body, "toy_exporter_collector_success{collector=\"a\"} 1"));
  CHECK(has_line(answer.body, "toy_exporter_collector_success{collector=\"b\",target=\"h:1\"} 1"));
  CHECK(sample(answer.body, "toy_exporter_collector_duration_seconds{collector=\"a\"}") < 5);
  CHECK(has_line(answer.body, "toy_exporter_config_last_reload_successful 1"));
  CHECK(sample(answer.body, "toy_exporter_config_last_reload_success_timestamp_seconds") > 1.7e9);
  CHECK(has_line(answer.body, "toy_exporter_scrapes_total{code=\"200\"} 0"));
  CHECK(has_line(answer.body, "toy_exporter_scrapes_in_flight 1"));
  CHECK(sample(answer.body, "process_resident_memory_bytes") > 0);
  CHECK(answer.body.find("toy_exporter_build_info{") != std::string::npos);
  auto const second = toy.metrics();
  CHECK(has_line(second.body, "toy_exporter_scrapes_total{code=\"200\"} 1"));
  CHECK(has_line(second.body, "toy_exporter_scrape_duration_seconds_count 2"));
}

TEST_CASE("a page too large for the worker to render is whole all the same") {
  constexpr int many = 1100;
  std::string config = "toys: [";
  for (int n = 0; n < many; ++n)
    config += "{name: t" + std::to_string(n) + ", value: " + std::to_string(n) + "}, ";
  Toy toy(config + "]\n");
  for (int scrapes = 1; scrapes <= 2; ++scrapes) {
    auto const answer = toy.metrics();
    REQUIRE(answer.status == 200);
    CHECK(has_line(answer.body, "toy_value{name=\"t0\"} 0"));
    CHECK(has_line(answer.body, "toy_value{name=\"t1099\"} 1099"));
    CHECK(has_line(answer.body, "toy_exporter_scrape_duration_seconds_count " + std::to_string(scrapes)));
    CHECK(sample(answer.body, "process_open_fds") > 0);
  }
}

TEST_CASE("formats and compression are negotiated") {
  Toy toy("toys: [{value: 7}]\n");
  auto const open = toy.metrics({{"Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}});
  CHECK(open.headers.at("content-type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(open.body.ends_with("# EOF\n"));
  auto const zipped = toy.metrics({{"Accept-Encoding", "gzip"}});
  CHECK(zipped.headers.at("content-encoding") == "gzip");
  CHECK(zipped.body.starts_with("\x1f\x8b"));
  CHECK_FALSE(toy.metrics().headers.contains("content-encoding"));
}

TEST_CASE("health, readiness, landing page, and nothing else") {
  Toy toy("toys: [{}]\n", {"--web.telemetry-path=/m"});
  CHECK(http_get(toy.port(), "/-/healthy").status == 200);
  CHECK(http_get(toy.port(), "/-/ready").status == 200);
  auto const landing = http_get(toy.port(), "/");
  CHECK(landing.status == 200);
  CHECK(landing.headers.at("content-type").starts_with("text/html"));
  CHECK(landing.body.find("href=\"/m\"") != std::string::npos);
  CHECK(landing.body.find("Does &lt;what&gt; it is told.") != std::string::npos);
  CHECK(http_get(toy.port(), "/m").status == 200);
  CHECK(http_get(toy.port(), "/metrics").status == 404);
  CHECK(http_get(toy.port(), "/-/reload").status == 405);
}

TEST_CASE("one collector's failure costs the others nothing and is logged once") {
  Toy toy("toys: [{name: good, value: 1}, {name: bad, fail: 'out of\n  luck'}, {name: late, sleep: 1h}]\n");
  for (int i = 0; i < 3; ++i) {
    auto const page = toy.metrics({{"X-Prometheus-Scrape-Timeout-Seconds", "0.8"}});
    REQUIRE(page.status == 200);
    CHECK(has_line(page.body, "toy_exporter_collector_success{collector=\"good\"} 1"));
    CHECK(has_line(page.body, "toy_exporter_collector_success{collector=\"bad\"} 0"));
    CHECK(has_line(page.body, "toy_exporter_collector_success{collector=\"late\"} 0"));
    CHECK(has_line(page.body, "toy_value{name=\"good\"} 1"));
    CHECK(has_line(page.body, "toy_begun{name=\"good\"} 1"));
    CHECK(page.body.find("toy_begun{name=\"bad\"}") == std::string::npos);
  }
  std::string const log = toy.log();
  CHECK(occurrences(log, "msg=\"collector failed\"") == 2);
  CHECK(log.find("collector=bad err=\"out of luck\"") != std::string::npos);
  CHECK(log.find("collector=late err=\"timed out: collector late\"") != std::string::npos);
}

TEST_CASE("a collector that ignores cancellation is left behind") {
  Toy toy("toys: [{name: good, value: 1}, {name: stubborn, sleep: 2s, ignore_cancellation: true}]\n");
  auto const begin = std::chrono::steady_clock::now();
  auto const page = toy.metrics({{"X-Prometheus-Scrape-Timeout-Seconds", "0.8"}});
  CHECK(elapsed_since(begin) < 1500ms);
  REQUIRE(page.status == 200);
  CHECK(has_line(page.body, "toy_value{name=\"good\"} 1"));
  CHECK(has_line(page.body, "toy_exporter_collector_success{collector=\"stubborn\"} 0"));
}

TEST_CASE("a stuck worker hangs neither the endpoint nor the health pages") {
  Toy toy("toys: [{trace_file: trace, block: 4s}]\n", {"--scrape.timeout=300ms"});
  auto const begin = std::chrono::steady_clock::now();
  auto scrape = std::async(std::launch::async, [&] { return toy.metrics(); });
  REQUIRE(wait_until([&] { return toy.runs() == 1; }));
  CHECK(http_get(toy.port(), "/-/healthy").status == 200);
  CHECK(scrape.get().status == 503);
  auto const answer = toy.metrics();
  CHECK(answer.status == 503);
  CHECK(occurrences(answer.body, "\n") == 1);
  CHECK(elapsed_since(begin) < 3500ms);
  toy.configure("toys: [{value: 5}]\n");
  // The reload waits its turn on the worker; then everything is well again.
  CHECK(http_request("POST", toy.port(), "/-/reload", {}, "", 20s).status == 200);
  auto const page = toy.metrics();
  CHECK(page.status == 200);
  CHECK(sample(page.body, "toy_exporter_scrapes_total{code=\"503\"}") == 2);
}

TEST_CASE("scrapes beyond the limit are refused at once") {
  Toy toy("toys: [{trace_file: trace, sleep: 1500ms}]\n", {"--web.max-requests=2"});
  std::vector<std::future<HttpAnswer>> scrapes;
  for (int i = 0; i < 2; ++i) scrapes.push_back(std::async(std::launch::async, [&] { return toy.metrics(); }));
  REQUIRE(wait_until([&] { return toy.runs() == 2; }));
  auto const refused = toy.metrics();
  CHECK(refused.status == 503);
  CHECK(refused.body == "limit of concurrent requests reached (2)\n");
  for (auto& scrape : scrapes) CHECK(scrape.get().status == 200);
  CHECK(toy.metrics().status == 200);
}

TEST_CASE("the scraper's timeout decides, and nonsense in it does not") {
  Toy toy("toys: [{sleep: 1200ms, value: 3}]\n", {"--scrape.timeout=5s"});
  for (std::string const header : {"NaN", "-1", "1e300", "inf", "", "x"}) {
    CAPTURE(header);
    CHECK(has_line(toy.metrics({{"X-Prometheus-Scrape-Timeout-Seconds", header}}).body,
                   "toy_value{name=\"toy\"} 3"));
  }
  auto const page = toy.metrics({{"X-Prometheus-Scrape-Timeout-Seconds", "1"}});
  CHECK(has_line(page.body, "toy_exporter_collector_success{collector=\"toy\"} 0"));
}

TEST_CASE("a reload is applied whole or not at all") {
  Toy toy("toys: [{value: 1}]\n");
  double const loaded = sample(toy.metrics().body, "toy_exporter_config_last_reload_success_timestamp_seconds");
  auto const reload = [&] { return http_request("POST", toy.port(), "/-/reload"); };

  toy.configure("toys: [{value: 2}]\n");
  CHECK(has_line(toy.metrics().body, "toy_value{name=\"toy\"} 1"));
  CHECK(reload().status == 200);
  auto const fresh = toy.metrics().body;
  CHECK(has_line(fresh, "toy_value{name=\"toy\"} 2"));
  double const reloaded = sample(fresh, "toy_exporter_config_last_reload_success_timestamp_seconds");
  CHECK(reloaded > loaded);

  toy.configure("toys: [{value: 3}, {valu: 4}]\n");
  auto const refused = reload();
  CHECK(refused.status == 500);
  CHECK(refused.body == toy.file() + ":1:21: unknown key `valu`, did you mean `value`?\n");
  auto const kept = toy.metrics().body;
  CHECK(has_line(kept, "toy_value{name=\"toy\"} 2"));
  CHECK(has_line(kept, "toy_exporter_config_last_reload_successful 0"));
  CHECK(sample(kept, "toy_exporter_config_last_reload_success_timestamp_seconds") == reloaded);

  toy.configure("toys: [{value: 5}]\n");
  toy.process().signal(SIGHUP);
  CHECK(wait_until([&] { return has_line(toy.metrics().body, "toy_value{name=\"toy\"} 5"); }));
  CHECK(has_line(toy.metrics().body, "toy_exporter_config_last_reload_successful 1"));
}

TEST_CASE("a scrape that began before a reload ends with the old configuration") {
  Toy toy("toys: [{trace_file: trace, sleep: 1s, value: 1}]\n");
  auto scrape = std::async(std::launch::async, [&] { return toy.metrics(); });
  REQUIRE(wait_until([&] { return toy.runs() == 1; }));
  toy.configure("toys: [{value: 2}]\n");
  CHECK(http_request("POST", toy.port(), "/-/reload").status == 200);
  CHECK(has_line(toy.metrics().body, "toy_value{name=\"toy\"} 2"));
  CHECK(has_line(scrape.get().body, "toy_value{name=\"toy\"} 1"));
}
