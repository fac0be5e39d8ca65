// Requests to a server behind a web configuration: users, the rate limit, headers of answers.
#include <catch2/catch.hpp>

#include "tests/core/web/gated_site.hpp"
#include "tests/core/web/raw_connection.hpp"

using namespace fleet::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("users: who may, and what it costs to find out") {
  GatedSite const site("basic_auth_users:\n  dave: " + bcrypt("dave123") + "\n  \"a:b\": " + bcrypt("never") +
                       "\n  empty: " + bcrypt("") + "\nauth_excluded_paths: [/-/healthy]\n");
  auto const as = [&](const std::string& user, const std::string& path = "/hello") {
    return site.get({"-u", user}, "http", path);
  };
  CHECK(as("dave:dave123") == well);
  CHECK(as("dave:dave123") == well);
  CHECK(as("empty:") == well);
  for (auto const* const user :
       {"dave:dave124", "dave:", "mallory:dave123", ":", "dave:dave123x", "Dave:dave123"}) {
    INFO(user);
    CHECK(as(user) == "Unauthorized\n401");
    CHECK(as(user) == "Unauthorized\n401");
  }
  CHECK(site.get({}, "http") == "Unauthorized\n401");
  CHECK(site.get({}, "http", "/nowhere") == "Unauthorized\n401");
  CHECK(site.get({}, "http", "/-/healthy") == well);
  CHECK(site.get({}, "http", "/-/healthy/") == "Unauthorized\n401");
  CHECK(site.get({}, "http", "/-/healthy/x") == "Unauthorized\n401");
  auto const bare = ask(site.port(), "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK_THAT(bare, Contains("\r\nWWW-Authenticate: Basic"));
  // crypt() would stop at the NUL.
  auto const cut = ask(site.port(),
                       "GET /hello HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ZGF2ZTpkYXZlMTIzAHg=\r\n"
                       "Connection: close\r\n\r\n");
  CHECK_THAT(cut, StartsWith("HTTP/1.1 401"));
}

TEST_CASE("users: an answer that is remembered is that of its hash and its password") {
  auto const hash = bcrypt("dave123");
  GatedSite const site("basic_auth_users: {dave: " + hash + "}\n");
  auto const as = [&](const std::string& user) { return site.get({"-u", user}, "http"); };
  CHECK(as("dave:dave123") == well);
  for (auto const& user :
       {"dave" + hash + ":dave123", "dave:" + hash + "dave123", std::string("mallory:dave123")})
    CHECK(as(user) == "Unauthorized\n401");
}

TEST_CASE("users: more at once than may wait, with answers that are remembered") {
  GatedSite const site("basic_auth_users: {dave: " + bcrypt("dave123") + "}\n");
  std::string const head = "GET /hello HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ";
  std::string const right = head + "ZGF2ZTpkYXZlMTIz\r\n\r\n", wrong = head + "ZGF2ZTp3cm9uZw==\r\n\r\n";
  std::vector<RawConnection> clients;
  for (int n = 0; n < 80; ++n) clients.emplace_back(site.port());
  auto const request = [&](std::size_t n) { return n % 2 == 0 ? right : wrong; };
  for (std::size_t n = 0; n < 2; ++n) {
    clients[n].send(request(n));
    clients[n].read_response();
  }
  for (std::size_t n = 0; n < clients.size(); ++n) clients[n].send(request(n));
  for (std::size_t n = 0; n < clients.size(); ++n)
    CHECK_THAT(clients[n].read_response(), StartsWith(n % 2 == 0 ? "HTTP/1.1 200" : "HTTP/1.1 401"));
}

TEST_CASE("users: a client that goes while its password is checked") {
  GatedSite const site("basic_auth_users: {dave: $2y$10$" + std::string(53, 'a') + "}\n");
  for (int n = 0; n < 40; ++n) {
    RawConnection client(site.port());
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ZGF2ZTpA" + std::to_string(1000 + n) +
                "\r\n\r\n");
  }
  SUCCEED("closed with checks queued");
}

TEST_CASE("a rate limit comes before everything else") {
  GatedSite const site("rate_limit: {interval: 1h, burst: 3}\nbasic_auth_users: {dave: " + bcrypt("dave123") +
                       "}\n");
  CHECK(site.get({}, "http") == "Unauthorized\n401");
  CHECK(site.get({"-u", "dave:dave123"}, "http") == well);
  CHECK(site.get({"-u", "dave:dave123"}, "http") == well);
  CHECK(site.get({"-u", "dave:dave123"}, "http") == "Too Many Requests\n429");
  CHECK(site.get({}, "http") == "Too Many Requests\n429");
}

TEST_CASE("a rate limit with a burst of 0 lets nobody in") {
  GatedSite const site("rate_limit: {interval: 1ms, burst: 0}\n");
  for (int n = 0; n < 3; ++n) CHECK(site.get({}, "http") == "Too Many Requests\n429");
}

TEST_CASE("a rate limit that comes while it runs begins with its burst") {
  std::string const none = "http_server_config: {}\n", limit = "rate_limit: {interval: 1h, burst: 2}\n";
  GatedSite const site(none);
  auto const get = [&] { return site.get({}, "http"); };
  REQUIRE(get() == well);
  for (int n = 0; n < 2; ++n) {
    site.write("web.yml", limit);
    CHECK(get() == well);
    CHECK(get() == well);
    CHECK(get() == "Too Many Requests\n429");
    site.write("web.yml", limit + "# the same\n");
    CHECK(get() == "Too Many Requests\n429");
    site.write("web.yml", none);
    CHECK(get() == well);
  }
}

TEST_CASE("headers are on every answer") {
  GatedSite const site(
      "http_server_config: {headers: {X-Frame-Options: deny, Strict-Transport-Security: max-age=600}}\n"
      "basic_auth_users: {dave: " +
      bcrypt("dave123") + "}\n");
  for (auto const* const user : {"dave:dave123", "dave:no"}) {
    auto const answer = site.get({"-i", "-u", user}, "http");
    CHECK_THAT(answer, Contains("\nX-Frame-Options: deny\r\n") &&
                           Contains("\nStrict-Transport-Security: max-age=600\r\n"));
  }
  CHECK_THAT(site.get({"-i", "-u", "dave:dave123"}, "http", "/nowhere"),
             Contains(" 404 ") && Contains("\nX-Frame-Options: deny\r\n"));
}
