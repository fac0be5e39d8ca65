// Dockerfiles and compose files: who runs as whom, and what can be written, gained and reached.
#include <catch2/catch.hpp>
#include <set>

#include "tests/docker/documents.hpp"

using namespace fleet::testing;

namespace {

const std::set<std::string> kServices{
    "a2a_exporter",        "document_exporter", "pg_health_exporter", "redis_health_exporter",
    "compliance_exporter", "consent_exporter",  "slo_prober",         "legalllm_demo",
    "alert_receiver"};

/// Whether it is run without a shell: ["/usr/bin/..."...].
bool is_exec_form(const std::string& text) { return text.starts_with("[\"/") && text.ends_with(']'); }

}  // namespace

TEST_CASE("each program has a target that runs it as nobody in particular, without a shell") {
  auto const images = images_of(in_source("docker/Dockerfile"));
  for (std::string const& program : kServices) {
    CAPTURE(program);
    REQUIRE(images.contains(program));
    Image const& image = images.at(program);
    CHECK(image.user == "65532:65532");
    CHECK(image.title == program);
    CHECK(image.entrypoint == "[\"/usr/bin/" + program + "\"]");
    CHECK(image.healthcheck.find("CMD [\"/usr/bin/" + program + "\", \"--healthcheck\"]") != std::string::npos);
    CHECK_FALSE(image.ports.empty());
  }
  CHECK(images.at("slo_rules").user == "65532:65532");
  CHECK(images.size() == kServices.size() + 1);
}

TEST_CASE("the demo's servers have users of their own, and say whether they are well") {
  auto const images = images_of(in_source("docker/demo/Dockerfile"));
  CHECK(images.size() == 4);
  for (auto const& [name, image] : images) {
    CAPTURE(name);
    CHECK_FALSE(image.user.empty());
    CHECK(image.user != "root");
    CHECK(is_exec_form(image.entrypoint));
    CHECK(image.healthcheck.find("CMD [\"/") != std::string::npos);
  }
}

TEST_CASE("no service can write to its root, gain a right, or be reached from outside of this machine") {
  for (std::string const& file :
       {std::string("docker/compose.yml"), std::string("docker/compose.exporters.yml")}) {
    auto const services = documents_of(in_source(file)).at(0)["services"];
    CHECK(services.size() >= 7);
    for (auto const& entry : services) {
      auto const name = entry.first.as<std::string>();
      CAPTURE(file, name);
      auto const service = entry.second;
      CHECK(merged(service, "read_only").as<std::string>("") == "true");
      CHECK(texts(merged(service, "cap_drop")) == std::vector<std::string>{"ALL"});
      CHECK(texts(merged(service, "security_opt")) == std::vector<std::string>{"no-new-privileges:true"});
      CHECK_FALSE(merged(service, "privileged").IsDefined());
      CHECK_FALSE(merged(service, "user").IsDefined());
      for (auto const& port : texts(service["ports"]))
        CHECK((port.starts_with("127.0.0.1:") || port.starts_with("${LISTEN:-127.0.0.1}:")));
      for (auto const& volume : texts(merged(service, "volumes")))
        if (volume.starts_with('.')) CHECK(volume.ends_with(":ro"));
    }
  }
}

TEST_CASE("what compose builds is a target, under the image's name") {
  auto const programs = images_of(in_source("docker/Dockerfile"));
  auto const servers = images_of(in_source("docker/demo/Dockerfile"));
  std::set<std::string> built;
  for (auto const& entry : documents_of(in_source("docker/compose.yml")).at(0)["services"]) {
    auto const build = entry.second["build"];
    if (!build) continue;
    auto const target = build["target"].as<std::string>();
    bool const is_server = build["dockerfile"].as<std::string>() == "docker/demo/Dockerfile";
    CAPTURE(target);
    CHECK((is_server ? servers : programs).contains(target));
    CHECK(entry.second["image"].as<std::string>() ==
          "legalllm-fleet/" + std::string(is_server ? "demo-" : "") + target);
    if (!is_server) built.insert(target);
  }
  CHECK(built == kServices);
}
