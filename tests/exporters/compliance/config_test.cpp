#include "exporters/compliance/config.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/servers/process.hpp"

namespace fleet::exporters::compliance {
namespace {

using Catch::Matchers::Contains;

Config read(const std::string& yaml) { return read_config(config::Document::parse(yaml, "test.yml")); }

const std::string least = "database: {address: '127.0.0.1:5432'}\n";

/// The words of an SQL text, one blank between.
std::string words(const std::string& sql) {
  std::istringstream in(sql);
  std::string word, out;
  while (in >> word) out += (out.empty() ? "" : " ") + word;
  return out;
}

TEST_CASE("the commented example holds the defaults") {
  testing::TemporaryDirectory directory;
  auto const path = directory.write(
      "compliance.yml", testing::read_text(FLEET_SOURCE_DIR "/exporters/compliance/compliance.yml"));
  directory.write("fleet_monitor.password", "secret\n");
  auto const example = read_config(config::Document::load(path));
  auto const defaults =
      read(least + "monitor: {url: 'http://compliance-monitor:8080/api/compliance/dashboard'}\n");

  CHECK(example.database.host == "postgresql-primary-svc");
  CHECK(example.database.user == "fleet_monitor");
  CHECK(example.database.database == "legalllm_multiagent");
  CHECK(example.database.password.reveal() == "secret");
  CHECK(example.database.statement_timeout == defaults.database.statement_timeout);
  CHECK(example.database.lock_timeout == defaults.database.lock_timeout);
  CHECK(example.frameworks == defaults.frameworks);
  CHECK(example.severities == defaults.severities);
  CHECK(example.case_types == defaults.case_types);
  CHECK(example.label_limit == defaults.label_limit);
  CHECK(example.response_time_bounds == defaults.response_time_bounds);
  REQUIRE((example.monitor && defaults.monitor));
  CHECK(example.monitor->url.to_string() == defaults.monitor->url.to_string());
  CHECK(example.monitor->timeout == defaults.monitor->timeout);
  CHECK(example.monitor->compliant_statuses == defaults.monitor->compliant_statuses);
  CHECK(example.monitor->stale_after == defaults.monitor->stale_after);
  CHECK(example.form13.case_types == defaults.form13.case_types);
  CHECK(example.form13.due_after == defaults.form13.due_after);
  CHECK(example.form13.sections == defaults.form13.sections);
  for (auto const& [severity, most] : example.check.max_open) CHECK(most == 0);
  CHECK(example.check.max_overdue_documents == defaults.check.max_overdue_documents);
  CHECK(example.check.max_form13_lacking == defaults.check.max_form13_lacking);
  CHECK(example.report.title == defaults.report.title);
  CHECK(example.report.time_zone == defaults.report.time_zone);
  REQUIRE(example.report.queries.size() == 10);
  for (auto const& [name, sql] : defaults.report.queries) {
    INFO(name);
    CHECK(words(example.report.queries.at(name)) == words(sql));
  }
  REQUIRE(example.queries.size() == 6);
  for (auto const& [name, sql] : defaults.queries) {
    INFO(name);
    CHECK(words(example.queries.at(name)) == words(sql));
  }
}

/// The commented section of that name.
std::string uncommented(const std::string& example, const std::string& name) {
  std::istringstream lines(example.substr(example.find("# " + name + ":\n")));
  std::string out;
  for (std::string line; std::getline(lines, line) && line.starts_with("# ");) out += line.substr(2) + "\n";
  return out;
}

TEST_CASE("what the example has in comments are the defaults too") {
  testing::TemporaryDirectory directory;
  directory.write("elasticsearch.password", "secret\n");
  auto const text = testing::read_text(FLEET_SOURCE_DIR "/exporters/compliance/compliance.yml");
  auto const file = directory.write(
      "compliance.yml", least + uncommented(text, "elasticsearch") + uncommented(text, "prometheus"));
  auto const config = read_config(config::Document::load(file));
  ElasticsearchConfig const events;
  REQUIRE(config.elasticsearch);
  CHECK(config.elasticsearch->index == events.index);
  CHECK(config.elasticsearch->window == events.window);
  CHECK(config.elasticsearch->framework_field == events.framework_field);
  CHECK(config.elasticsearch->time_field == events.time_field);
  CHECK(config.elasticsearch->server.timeout == events.server.timeout);
  CHECK(config.elasticsearch->server.authorization.reveal() == "Basic ZmxlZXRfbW9uaXRvcjpzZWNyZXQ=");
  PrometheusConfig const prometheus;
  REQUIRE(config.prometheus);
  CHECK(config.prometheus->availability == prometheus.availability);
  CHECK(config.prometheus->objective == prometheus.objective);
}

TEST_CASE("nothing but the database is required") {
  auto const config = read(least);
  CHECK_FALSE(config.monitor);
  CHECK(config.frameworks.size() == 4);
  CHECK(config.severities.size() == 4);
}

TEST_CASE("the bounds stand in the queries, wherever they are asked for") {
  auto const config =
      read(least + "response_time_bounds: [500ms, 1m]\nqueries: {resolve_times: '$bounds $bounds'}\n");
  CHECK(config.queries.at("resolve_times") == "ARRAY[0.5,60]::float8[] ARRAY[0.5,60]::float8[]");
  CHECK_THAT(config.queries.at("acknowledge_times"), Contains("ARRAY[0.5,60]::float8[]"));
  for (auto const& [name, sql] : config.queries) CHECK_THAT(sql, !Contains("$"));
}

TEST_CASE("a query can be switched off, but for the violations") {
  auto const config = read(least + "queries: {cases: off, retention: off}\n");
  CHECK(config.queries.size() == 4);
  CHECK_THROWS_WITH(read(least + "queries: {violations: off}\n"),
                    "test.yml:2:23: expected an SQL query; `violations` cannot be switched off");
}

}  // namespace
}  // namespace fleet::exporters::compliance
