#include "exporters/redis/config.hpp"

#include <catch2/catch.hpp>

#include "tests/servers/process.hpp"

namespace fleet::exporters::redis_health {
namespace {

Config read(const std::string& yaml) { return read_config(config::Document::parse(yaml, "x.yml")); }

TEST_CASE("the example is read, and its defaults are the program's") {
  auto const config = read_config(config::Document::load(FLEET_SOURCE_DIR "/exporters/redis/redis.yml"));
  REQUIRE(config.instances.size() == 1);
  CHECK(config.instances[0].name == "coordinator");
  CHECK(config.instances[0].options.address() == "127.0.0.1:6379");
  CHECK(config.instances[0].watched.keys == std::vector<KeyName>{{0, "a2a:*"}});
  CHECK(config.instances[0].watched.streams == std::vector<KeyName>{{0, "a2a:hops"}});
  CHECK_FALSE(config.targets);
  auto const least = read("instances: [{name: a, address: r}]");
  CHECK(config.limits.keys_per_pattern == least.limits.keys_per_pattern);
  CHECK(config.limits.scanned_keys == least.limits.scanned_keys);
  CHECK(config.limits.lag_entries == least.limits.lag_entries);
  CHECK(config.limits.consumers == least.limits.consumers);
  CHECK(config.limits.text_values == least.limits.text_values);
  CHECK(config.questions == least.questions);
}

TEST_CASE("targets with redis_exporter's file of passwords") {
  testing::TemporaryDirectory directory;
  auto const file = directory.write("passwords.json",
                                    R"({"redis://r1:6379": "one", "rediss://me@r2:7000": "two", "r3": ""})");
  auto const config = read("targets:\n  allow: r[0-9]:\\d+\n  username: watcher\n  passwords: " + file + "\n");
  REQUIRE(config.targets);
  CHECK(config.targets->access.username == "watcher");
  CHECK(config.targets->passwords.at("r1:6379").reveal() == "one");
  CHECK(config.targets->passwords.at("me@r2:7000").reveal() == "two");
  CHECK(config.targets->passwords.at("r3:6379").empty());
  CHECK(config.instances.empty());
}

}  // namespace
}  // namespace fleet::exporters::redis_health
