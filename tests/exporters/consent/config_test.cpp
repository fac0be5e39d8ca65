#include "exporters/consent/config.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/servers/process.hpp"

namespace fleet::exporters::consent {
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
  auto const path =
      directory.write("consent.yml", testing::read_text(FLEET_SOURCE_DIR "/exporters/consent/consent.yml"));
  directory.write("fleet_monitor.password", "secret\n");
  auto const example = read_config(config::Document::load(path));
  auto const defaults = read(least);
  CHECK(example.database.host == "postgresql-primary-svc");
  CHECK(example.database.password.reveal() == "secret");
  CHECK(example.consent_types.size() == 4);
  CHECK(example.label_limit == defaults.label_limit);
  REQUIRE(example.queries.size() == 3);
  for (auto const& [name, sql] : defaults.queries) {
    INFO(name);
    CHECK(words(example.queries.at(name)) == words(sql));
  }
}

TEST_CASE("durations stand in the queries as intervals") {
  auto const config = read(least + "expiring_within: 1w\nprocessing_window: 1s500ms\n");
  CHECK_THAT(config.queries.at("consents"), Contains("now() + interval '604800 seconds'"));
  CHECK_THAT(config.queries.at("processing"), Contains("now() - interval '1.5 seconds'"));
  for (auto const& [name, sql] : config.queries) CHECK_THAT(sql, !Contains("$"));
}

TEST_CASE("a query can be switched off, but for the consents") {
  CHECK(read(least + "queries: {processing: off}\n").queries.size() == 2);
  CHECK_THROWS_WITH(read(least + "queries: {consents: off}\n"),
                    "test.yml:2:21: expected an SQL query; `consents` cannot be switched off");
}

}  // namespace
}  // namespace fleet::exporters::consent
