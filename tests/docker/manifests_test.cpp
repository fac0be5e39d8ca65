// The Kubernetes base: what its parts take for granted of each other.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/docker/documents.hpp"

using namespace fleet::testing;

namespace {

std::string text(const YAML::Node& node) { return node ? node.as<std::string>() : std::string(); }

/// Objects of the base by kind and name.
std::map<std::string, std::map<std::string, YAML::Node>> objects() {
  std::map<std::string, std::map<std::string, YAML::Node>> found;
  auto const listed =
      texts(documents_of(in_source("docker/kubernetes/base/kustomization.yml"))[0]["resources"]);
  for (auto const& file : listed) {
    if (!file.ends_with(".yml")) continue;
    for (auto const& object : documents_of(in_source("docker/kubernetes/base/" + file)))
      found[text(object["kind"])][text(object["metadata"]["name"])] = object;
  }
  return found;
}

/// The files of each ConfigMap of docker/config.
std::map<std::string, std::set<std::string>> config_maps() {
  std::map<std::string, std::set<std::string>> maps;
  for (auto const& map : documents_of(in_source("docker/config/kustomization.yml"))[0]["configMapGenerator"]) {
    auto const files = texts(map["files"]);
    maps[text(map["name"])] = {files.begin(), files.end()};
  }
  return maps;
}

}  // namespace

TEST_CASE("every YAML file of docker/ is one") {
  std::size_t count = 0;
  for (auto const& ending : {".yml", ".json"}) {
    for (auto const& file : files_below("docker", ending)) {
      CAPTURE(file.string());
      CHECK_NOTHROW(documents_of(file));
      ++count;
    }
  }
  CHECK(count > 30);
}

TEST_CASE("the patch of every Deployment confines the container that each of them has") {
  auto const patch = documents_of(in_source("docker/kubernetes/base/every-program.yml")).at(0);
  auto const pod = patch["spec"]["template"]["spec"];
  CHECK(text(pod["automountServiceAccountToken"]) == "false");
  CHECK(text(pod["securityContext"]["runAsNonRoot"]) == "true");
  CHECK(text(pod["securityContext"]["seccompProfile"]["type"]) == "RuntimeDefault");
  auto const container = pod["containers"][0];
  CHECK(text(container["name"]) == "program");
  CHECK(text(container["securityContext"]["readOnlyRootFilesystem"]) == "true");
  CHECK(text(container["securityContext"]["allowPrivilegeEscalation"]) == "false");
  CHECK(texts(container["securityContext"]["capabilities"]["drop"]) == std::vector<std::string>{"ALL"});
  auto const patches = documents_of(in_source("docker/kubernetes/base/kustomization.yml"))[0]["patches"];
  REQUIRE(patches.size() == 1);
  CHECK(text(patches[0]["path"]) == "every-program.yml");
  CHECK(text(patches[0]["target"]["kind"]) == "Deployment");
}

TEST_CASE(
    "each Deployment runs an image of the Dockerfile on its port, with its configuration, its account and its "
    "limits") {
  auto const images = images_of(in_source("docker/Dockerfile"));
  auto const all = objects();
  auto const maps = config_maps();
  CHECK(all.at("Deployment").size() == 7);
  for (auto const& [name, deployment] : all.at("Deployment")) {
    CAPTURE(name);
    auto const pod = deployment["spec"]["template"]["spec"];
    REQUIRE(pod["containers"].size() == 1);
    auto const container = pod["containers"][0];
    CHECK(text(container["name"]) == "program");
    std::string const image = text(container["image"]);
    REQUIRE(image.starts_with("legalllm-fleet/"));
    REQUIRE(images.contains(image.substr(15)));
    CHECK(images.at(image.substr(15)).ports ==
          std::vector<std::string>{text(container["ports"][0]["containerPort"])});

    CHECK(text(pod["serviceAccountName"]) == name);
    CHECK(all.at("ServiceAccount").contains(name));
    auto const service = all.at("Service").at(name + "-svc");
    CHECK(text(service["spec"]["selector"]["app.kubernetes.io/name"]) == name);
    CHECK(text(service["spec"]["ports"][0]["name"]) == "metrics");
    CHECK(text(service["metadata"]["labels"]["app.kubernetes.io/name"]) == name);  // becomes the job

    std::string const config =
        texts(container["args"]).at(0).substr(std::string("--config.file=/etc/legalllm-fleet/").size());
    CHECK(maps.at(name).contains(config));
    CHECK(images.at(image.substr(15)).command.find("/" + config + "\"") != std::string::npos);
    CHECK(text(container["resources"]["requests"]["cpu"]).ends_with("m"));
    CHECK_FALSE(text(container["resources"]["requests"]["memory"]).empty());
    CHECK_FALSE(text(container["resources"]["limits"]["memory"]).empty());
  }
}

TEST_CASE("the secrets that a configuration reads are mounted where it is") {
  auto const all = objects();
  auto const maps = config_maps();
  for (auto const& [name, deployment] : all.at("Deployment")) {
    std::set<std::string> mounted, read;
    for (auto const& volume : deployment["spec"]["template"]["spec"]["volumes"]) {
      auto const secret = volume["secret"];
      if (!secret) continue;
      for (auto const& item : secret["items"]) mounted.insert(text(item["path"]));
    }
    std::string const mark = "${FLEET_SECRETS}/";
    for (auto const& file : maps.at(name)) {
      auto const config = text_of(in_source("docker/config/" + file));
      for (auto at = config.find(mark); at != std::string::npos; at = config.find(mark, at + 1)) {
        auto const begin = at + mark.size();
        read.insert(config.substr(begin, config.find_first_of("\"\n", begin) - begin));
      }
    }
    CAPTURE(name);
    CHECK_FALSE(read.empty());
    CHECK(mounted == read);
  }
}

TEST_CASE("who reads a Redis stream, and so may run once only, is never two") {
  auto const all = objects();
  for (auto const& [name, deployment] : all.at("Deployment")) {
    if (name == "slo-prober") continue;
    CAPTURE(name);
    CHECK(text(deployment["spec"]["replicas"]) == "1");
    CHECK(text(deployment["spec"]["strategy"]["type"]) == "Recreate");
  }
}

TEST_CASE("the jobs that rules ask for are the Services' names") {
  auto const services = objects().at("Service");
  auto const rules = text_of(in_source("alert-rules/fleet.rules.yml"));
  std::string const mark = "absent(up{job=\"";
  std::size_t count = 0;
  for (auto at = rules.find(mark); at != std::string::npos; at = rules.find(mark, at + 1), ++count) {
    auto const begin = at + mark.size();
    auto const job = rules.substr(begin, rules.find('"', begin) - begin);
    CAPTURE(job);
    CHECK(services.contains(job + "-svc"));
  }
  CHECK(count == services.size());
}
