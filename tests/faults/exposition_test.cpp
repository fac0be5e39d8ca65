// The pages of all programs, their sources well and gone, as a real Prometheus and promtool read them.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/faults/fleet_programs.hpp"
#include "tests/faults/sources.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/promtool.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using std::chrono::seconds;
using Programs = std::vector<std::unique_ptr<WatchedProgram>>;

// What Prometheus 2.42 asks for.
const std::string prometheus_accepts =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

class Prometheus {
 public:
  /// Scrapes the programs, each as a job of its name, and itself.
  explicit Prometheus(const Programs& programs) : port_(free_port()) {
    std::string config =
        "global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n"
        "- {job_name: prometheus, static_configs: [{targets: ['127.0.0.1:" +
        std::to_string(port_) + "']}]}\n";
    for (auto const& program : programs) {
      config += "- {job_name: " + program->name() +
                ", static_configs: [{targets: ['127.0.0.1:" + std::to_string(program->port()) + "']}]}\n";
    }
    Launch launch;
    launch.command = {"prometheus", "--config.file=" + directory_.write("prometheus.yml", config),
                      "--storage.tsdb.path=" + (directory_.path() / "data").string(),
                      "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
    launch.output = directory_.path() / "log";
    process_ = std::make_unique<Process>(std::move(launch));
    bool const up =
        wait_until([this] { return accepts(port_) && http_get(port_, "/-/ready").status == 200; }, seconds(20));
    INFO(log());
    REQUIRE(up);
  }

  /// The result of an instant query, by the `job` label ("" if it has none).
  std::map<std::string, double> query(const std::string& expression) const {
    std::string encoded;
    for (unsigned char const c : expression) {
      char escape[4];
      std::snprintf(escape, sizeof escape, "%%%02X", c);
      encoded += escape;
    }
    auto const answer = http_get(port_, "/api/v1/query?query=" + encoded);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    auto const document = boost::json::parse(answer.body);
    std::map<std::string, double> values;
    for (auto const& result : document.at("data").at("result").as_array()) {
      auto const& labels = result.at("metric").as_object();
      auto const* const job = labels.if_contains("job");
      auto const& value = result.at("value").as_array().at(1).as_string();
      values[job ? std::string(job->as_string()) : ""] = std::stod(std::string(value));
    }
    return values;
  }
  /// Waits for the expression to give this value for every one of the jobs.
  bool sees(const std::string& expression, const std::vector<std::string>& jobs, double wanted) const {
    return wait_until(
        [&] {
          auto const values = query(expression);
          for (auto const& job : jobs) {
            auto const found = values.find(job);
            if (found == values.end() || found->second != wanted) return false;
          }
          return true;
        },
        seconds(20));
  }
  std::string log() const { return process_->output(); }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

void check_pages(const Programs& programs) {
  for (auto const& program : programs) {
    INFO(program->name());
    auto const said = promtool_findings(program->page("text/plain;version=0.0.4"));
    if (program->name() == "a2a_exporter" || program->name() == "slo_prober") {
      // The operators' name, which is given.
      CHECK_THAT("" + said,
                 Catch::Equals("") || Catch::Equals("a2a_protocol_latency_ms metric names should not "
                                                    "contain abbreviated units\n"));
    } else {
      CHECK(said == "");
    }
    auto const answer = http_get(program->port(), "/metrics", {{"Accept", prometheus_accepts}});
    CHECK(answer.headers.at("content-type").starts_with("application/openmetrics-text; version=1.0.0"));
    CHECK(answer.body.ends_with("\n# EOF\n"));
  }
}

}  // namespace

TEST_CASE("a real Prometheus takes the pages of all programs, and promtool finds nothing in them") {
  RedisSource redis, other_redis;
  PostgresSource postgres, other_postgres;
  SiteSource site, other_site;
  for (int n = 0; n < 3; ++n) {
    redis.feed();
    postgres.feed();
  }
  Programs programs;
  programs.push_back(a2a_exporter(redis.address()));
  programs.push_back(document_exporter(redis.address()));
  programs.push_back(redis_health_exporter(redis.address(), other_redis.address()));
  programs.push_back(pg_health_exporter(postgres.address(), other_postgres.address()));
  programs.push_back(compliance_exporter(postgres.address(), site.address(), Faulted::database));
  programs.push_back(consent_exporter(postgres.address()));
  programs.push_back(slo_prober(site.address(), other_site.address()));
  std::vector<std::string> jobs;
  for (auto const& program : programs) {
    program->start();
    jobs.push_back(program->name());
  }
  Prometheus const prometheus(programs);
  INFO(prometheus.log());
  CHECK(prometheus.sees("up", jobs, 1));
  CHECK(prometheus.sees("scrape_samples_scraped > bool 20", jobs, 1));
  // Each sample is a series: none came twice.
  CHECK(
      prometheus.sees("count by (job) ({job=~'.+', __name__!~'up|scrape_.*'}) == bool "
                      "max by (job) (scrape_samples_post_metric_relabeling)",
                      jobs, 1));
  std::pair<std::string, std::string> const known[] = {
      {"a2a_exporter", "a2a_protocol_latency_ms"},
      {"a2a_exporter", "a2a_hop_duration_seconds_bucket{le='0.05'}"},
      {"document_exporter", "document_processing_time_seconds"},
      {"document_exporter", "document_batch_duration_seconds_bucket{le='90'}"},
      {"redis_health_exporter", "redis_up"},
      {"redis_health_exporter", "redis_latency_percentiles_usec{quantile='99'}"},
      {"pg_health_exporter", "pg_up"},
      {"compliance_exporter", "australian_legal_violations_total"},
      {"consent_exporter", "consent_active"},
      {"slo_prober", "a2a_protocol_latency_ms"},
      {"slo_prober", "slo_probe_duration_seconds_bucket{le='0.2'}"}};
  for (auto const& [job, series] : known) {
    INFO(job << ": " << series);
    CHECK(prometheus.sees("count by (job) (" + series + ") > bool 0", {job}, 1));
  }
  check_pages(programs);

  redis.stop();
  postgres.stop();
  site.stop();
  CHECK(prometheus.sees("max by (job) (redis_up)", {"a2a_exporter", "document_exporter"}, 0));
  CHECK(prometheus.sees("min by (job) (redis_up)", {"redis_health_exporter"}, 0));
  CHECK(prometheus.sees("min by (job) (pg_up)", {"pg_health_exporter"}, 0));
  CHECK(prometheus.sees("compliance_database_up + compliance_monitor_up", {"compliance_exporter"}, 0));
  CHECK(prometheus.sees("consent_database_up", {"consent_exporter"}, 0));
  CHECK(prometheus.sees("min by (job) (probe_success)", {"slo_prober"}, 0));
  check_pages(programs);

  CHECK(prometheus.sees("min_over_time(up[10s])", jobs, 1));
  for (auto const* refused : {"sample_duplicate_timestamp", "sample_out_of_order", "sample_out_of_bounds"}) {
    INFO(refused);
    CHECK(prometheus.sees("prometheus_target_scrapes_" + std::string(refused) + "_total", {"prometheus"}, 0));
  }
  CHECK_THAT(prometheus.log(), !Catch::Contains("level=warn") && !Catch::Contains("level=error"));
  for (auto const& program : programs) program->stop();
}

}  // namespace fleet::testing
