// A web configuration and its files that change while the server runs.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/core/web/captured_log.hpp"
#include "tests/core/web/gated_site.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;
using Catch::Matchers::Contains;

TEST_CASE("rules for clients' certificates are read again") {
  GatedSite const site(tls + "  client_auth_type: RequireAndVerifyClientCert\n");
  CHECK(refused(site.get({})));
  site.write("web.yml", tls + "  client_auth_type: VerifyClientCertIfGiven\n");
  CHECK(site.get({}) == well);
  CHECK(refused(site.get(with_certificate(site, "stranger"))));
}

TEST_CASE("files are read again while it runs, and only if they can be used") {
  CapturedLog log;
  GatedSite const site(tls + "basic_auth_users: {dave: " + bcrypt("old") + "}\n");
  auto const as = [&](const std::string& user) { return site.get({"-u", user}); };
  auto const subject = [&] { return site.get({"-v", "-u", "dave:new"}); };
  REQUIRE(as("dave:old") == well);
  site.write("web.yml", tls + "basic_auth_users: {dave: " + bcrypt("new") + "}\n");
  CHECK(as("dave:new") == well);
  CHECK(as("dave:old") == "Unauthorized\n401");

  // A certificate comes before its key: until both are there the old pair is shown.
  site.write("server.crt", site.renewed.pem());
  CHECK_THAT(subject(), Contains("CN=localhost"));
  site.write("server.key", site.renewed.key_pem());
  CHECK(wait_until([&] { return subject().find("CN=renewed") != std::string::npos; }));

  for (auto const* const bad : {"basic_auth_users: {dave: none}\n", "nonsense\n", "http_server_config: {}\n"}) {
    site.write("web.yml", bad);
    CHECK(as("dave:new") == well);
  }
  auto const logged = [&](const std::string& part) { return log.text().find(part) != std::string::npos; };
  CHECK(wait_until(
      [&] { return as("dave:new") == well && logged("TLS can be turned on and off by a restart only"); }));
  std::filesystem::remove(site.path("web.yml"));
  CHECK(as("dave:new") == well);
  site.write("web.yml", tls);
  CHECK(wait_until([&] { return site.get({}) == well; }));
  CHECK(logged("web configuration cannot be used, the one before stays"));
  CHECK(logged("web configuration read again"));
  CHECK_FALSE(logged("$2y$04$"));
}
