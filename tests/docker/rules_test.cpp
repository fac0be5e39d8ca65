// Every rule and dashboard that is deployed equals its source.
#include <catch2/catch.hpp>
#include <set>

#include "tests/docker/documents.hpp"

using namespace fleet::testing;

TEST_CASE("each PrometheusRule holds the groups of its rule file, and no rule file is left out") {
  std::set<std::string> manifests;
  for (auto const& file : files_below("docker/kubernetes/components/operator/rules", ".yml")) {
    if (file.filename() == "kustomization.yml") continue;
    CAPTURE(file.string());
    auto const documents = documents_of(file);
    REQUIRE(documents.size() == 1);
    CHECK(documents[0]["kind"].as<std::string>() == "PrometheusRule");
    std::string const subject = file.stem();
    auto const source = documents_of(in_source("alert-rules/" + subject + ".rules.yml"));
    CHECK(YAML::Dump(documents[0]["spec"]) == YAML::Dump(source.at(0)));
    CHECK(documents[0]["spec"]["groups"].size() > 0);
    manifests.insert(file.filename());
  }
  std::set<std::string> sources;
  for (auto const& file : files_below("alert-rules", ".rules.yml"))
    sources.insert(file.stem().stem().string() + ".yml");
  CHECK(manifests == sources);

  auto const listed = texts(
      documents_of(in_source("docker/kubernetes/components/operator/rules/kustomization.yml"))[0]["resources"]);
  CHECK(std::set<std::string>(listed.begin(), listed.end()) == manifests);
}

TEST_CASE("the ConfigMaps of rules and dashboards list every file") {
  std::set<std::string> rules, listed;
  for (auto const& file : files_below("alert-rules", ".rules.yml")) rules.insert(file.filename());
  for (auto const& map : documents_of(in_source("alert-rules/kustomization.yml"))[0]["configMapGenerator"])
    for (auto const& file : texts(map["files"])) listed.insert(file);
  CHECK(listed == rules);

  if (!std::filesystem::exists(in_source("dashboards"))) return;
  std::set<std::string> dashboards;
  for (auto const& entry : std::filesystem::directory_iterator(in_source("dashboards")))
    if (entry.path().extension() == ".json") dashboards.insert(entry.path().filename());
  if (dashboards.empty()) return;
  listed.clear();
  for (auto const& map : documents_of(in_source("dashboards/kustomization.yml"))[0]["configMapGenerator"])
    for (auto const& file : texts(map["files"])) listed.insert(file);
  CHECK(listed == dashboards);
}
