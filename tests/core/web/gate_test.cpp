// A server behind a web configuration, asked by curl.
#include "core/web/gate.hpp"

#include <crypt.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/core/http/certificates.hpp"
#include "tests/core/web/captured_log.hpp"
#include "tests/core/web/raw_connection.hpp"
#include "tests/core/web/running_server.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string bcrypt(const std::string& password) {
  crypt_data data{};
  return crypt_r(password.c_str(), "$2y$04$abcdefghijklmnopqrstuu", &data);
}

awaitable<web::Response> hello(const web::Request&) {
  web::Response response;
  response.body = "hello\n";
  co_return response;
}

/// A site with its files, and clients with theirs.
class Site {
 public:
  explicit Site(const std::string& text)
      : file_(write_files(text)), gate_(std::make_shared<web::Gate>(file_)), server_([this](web::Server& to) {
          to.set_gate(gate_);
          to.route("GET", "/hello", hello);
          to.route("GET", "/-/healthy", hello);
        }) {}
  ~Site() {
    server_.call([this] {
      server_.server.reset();
      return 0;
    });
    server_.halt();
    gate_->close();
  }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) const { directory_.write(name, text); }
  std::uint16_t port() const { return server_.port; }
  /// What curl makes of it: "hello\n200", or "curl 35: " and what else it says.
  std::string get(std::vector<std::string> options, const std::string& scheme = "https",
                  const std::string& path = "/hello") const {
    auto const output = directory_.path() / "curl.txt";
    std::filesystem::remove(output);
    std::vector<std::string> command{"curl",       "-sS",
                                     "--noproxy",  "*",
                                     "--max-time", "10",
                                     "--cacert",   this->path("ca.crt"),
                                     "--resolve",  "localhost:" + std::to_string(port()) + ":127.0.0.1",
                                     "-w",         "%{http_code}"};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(scheme + "://localhost:" + std::to_string(port()) + path);
    Process curl({.command = command, .output = output, .environment = {}, .user = {}, .directory = {}});
    auto const code = curl.wait(std::chrono::seconds(20));
    return code == 0 ? read_text(output) : "curl " + std::to_string(code) + ": " + read_text(output);
  }
  /// The identities of servers and clients.
  Identity authority, server, renewed, known, stranger;

 private:
  static Identity named(const std::string& name, const std::string& names, const Identity* issuer) {
    CertificateWish wish;
    wish.common_name = name;
    wish.names = names;
    wish.authority = issuer == nullptr;
    return make_identity(wish, issuer);
  }
  std::string write_files(const std::string& text) {
    authority = named("test authority", "", nullptr);
    server = named("localhost", "DNS:localhost,IP:127.0.0.1", &authority);
    renewed = named("renewed", "DNS:localhost", &authority);
    known = named("scraper",
                  "DNS:scraper.legalllm.test,email:ops@legalllm.test,IP:10.1.2.3,URI:spiffe://legalllm/scraper",
                  &authority);
    stranger = named("stranger", "DNS:stranger.test", nullptr);
    write("ca.crt", authority.pem());
    write("server.crt", server.pem());
    write("server.key", server.key_pem());
    write("known.crt", known.pem());
    write("known.key", known.key_pem());
    write("stranger.crt", stranger.pem());
    write("stranger.key", stranger.key_pem());
    return directory_.write("web.yml", text);
  }

  TemporaryDirectory directory_;
  std::string file_;
  std::shared_ptr<web::Gate> gate_;
  RunningServer server_;
};

const std::string tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
const std::string well = "hello\n200";

std::vector<std::string> with_certificate(const Site& site, const std::string& name) {
  return {"--cert", site.path(name + ".crt"), "--key", site.path(name + ".key")};
}

bool refused(const std::string& answer) { return answer.starts_with("curl "); }

}  // namespace

TEST_CASE("TLS: versions, ciphers and curves as configured") {
  SECTION("the default") {
    Site const site(tls);
    CHECK(site.get({}) == well);
    CHECK(site.get({"--tls-max", "1.2"}) == well);
    CHECK(site.get({"--tlsv1.3"}) == well);
    CHECK(refused(site.get({"--tls-max", "1.1", "--tlsv1.0", "--ciphers", "DEFAULT:@SECLEVEL=0"})));
    CHECK(refused(site.get({"--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES256-SHA"})));
    // Many requests on a connection, and a body of several records.
    CHECK(site.get({"https://localhost:" + std::to_string(site.port()) + "/hello"}) == well + well);
  }
  SECTION("plain HTTP is told") {
    Site const site(tls);
    auto const answer = ask(site.port(), "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK_THAT(answer, StartsWith("HTTP/1.0 400 Bad Request\r\n") && Contains("HTTPS"));
    // A whole record, so that the refusal does not wait for the rest of one.
    CHECK_THAT(ask(site.port(), std::string_view("\x16\x03\x01\0\x08nonsense", 13)), !Contains("hello"));
    CHECK(site.get({}) == well);
  }
  SECTION("TLS to a server without is no answer") {
    Site const site("");
    CHECK(refused(site.get({})));
    CHECK(site.get({}, "http") == well);
  }
  SECTION("a newest version") {
    Site const site(tls + "  max_version: TLS12\n");
    CHECK(site.get({}) == well);
    CHECK(refused(site.get({"--tlsv1.3"})));
  }
  SECTION("some ciphers") {
    Site const site(tls + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n  max_version: TLS12\n");
    CHECK(site.get({"--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"}) == well);
    CHECK(refused(site.get({"--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"})));
  }
  SECTION("suites of TLS 1.3 alone leave nothing to older versions") {
    Site const site(tls + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\nhttp_server_config: {http2: false}\n");
    CHECK(site.get({}) == well);
    CHECK(refused(site.get({"--tls-max", "1.2"})));
  }
  SECTION("some curves") {
    Site const site(tls + "  curve_preferences: [CurveP521]\n");
    CHECK(site.get({"--curves", "P-521"}) == well);
    CHECK(refused(site.get({"--curves", "P-384"})));
  }
  SECTION("finite fields cost the server too much") {
    Site const site(tls);
    CHECK(site.get({"--tlsv1.3", "--curves", "P-384"}) == well);
    CHECK_THAT(site.get({"--tlsv1.3", "--curves", "ffdhe2048"}), Contains("handshake failure"));
  }
  SECTION("whose order of ciphers counts") {
    std::string const suites =
        "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n";
    auto const chosen = [&](const std::string& more) {
      Site const site(tls + suites + more);
      return site.get({"-v", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"});
    };
    CHECK_THAT(chosen(""), Contains("/ ECDHE-ECDSA-AES256-GCM-SHA384"));
    CHECK_THAT(chosen("  prefer_server_cipher_suites: false\n"), Contains("/ ECDHE-ECDSA-AES128-GCM-SHA256"));
  }
  SECTION("an oldest version before 1.2: forward secrecy even there") {
    Site const site(tls + "  min_version: TLS10\n");
    auto const old = [&](const std::string& cipher) {
      return site.get({"--tlsv1.0", "--tls-max", "1.0", "--ciphers", cipher + ":@SECLEVEL=0"});
    };
    CHECK(old("ECDHE-ECDSA-AES128-SHA") == well);
    CHECK(refused(old("AES128-SHA")));
  }
  SECTION("certificate and key inline") {
    CertificateWish wish;
    wish.common_name = "inline";
    wish.names = "DNS:localhost";
    auto const own = make_identity(wish);
    auto const block = [](const std::string& pem) {
      std::string out = "|\n    ";
      for (char const c : pem) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
      return out + "\n";
    };
    Site const site("tls_server_config:\n  cert: " + block(own.pem()) + "  key: " + block(own.key_pem()));
    site.write("inline.crt", own.pem());
    CHECK(site.get({"--cacert", site.path("inline.crt")}) == well);
    CHECK(refused(site.get({})));
  }
}

TEST_CASE("TLS: certificates of clients") {
  struct Expectation {
    bool none, of_known, of_stranger;
  };
  auto const check = [](const std::string& rules, Expectation expected) {
    INFO(rules);
    Site const site(tls + rules);
    CHECK((site.get({}) == well) == expected.none);
    CHECK((site.get(with_certificate(site, "known")) == well) == expected.of_known);
    CHECK((site.get(with_certificate(site, "stranger")) == well) == expected.of_stranger);
  };
  auto const type = [](const std::string& name) { return "  client_auth_type: " + name + "\n"; };
  std::string const authority = "  client_ca_file: ca.crt\n";
  check(type("NoClientCert"), {true, true, true});
  check(type("RequestClientCert"), {true, true, true});
  check(type("RequireAnyClientCert"), {false, true, true});
  check(type("VerifyClientCertIfGiven") + authority, {true, true, false});
  check(type("RequireAndVerifyClientCert") + authority, {false, true, false});
  check(type("RequireAndVerifyClientCert"), {false, false, false});  // by the system's authorities
  auto const sans = [&](const std::string& names) {
    return type("RequireAndVerifyClientCert") + authority + "  client_allowed_sans: [" + names + "]\n";
  };
  for (auto const* const name :
       {"scraper.legalllm.test", "ops@legalllm.test", "10.1.2.3", "\"spiffe://legalllm/scraper\""})
    check(sans("someone.else, " + std::string(name)), {false, true, false});
  check(sans("someone.else, legalllm.test"), {false, false, false});
  for (auto const* const newest : {"1.2", "1.3"}) {
    Site const site(tls + sans("someone.else"));
    auto options = with_certificate(site, "known");
    options.insert(options.end(), {"--tls-max", newest});
    CHECK_THAT(site.get(options), Contains("bad certificate"));
  }
  check(type("RequireAnyClientCert") + "  client_allowed_sans: [stranger.test]\n", {false, false, true});
}

TEST_CASE("users: who may, and what it costs to find out") {
  Site const site("basic_auth_users:\n  dave: " + bcrypt("dave123") + "\n  \"a:b\": " + bcrypt("never") +
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
  Site const site("basic_auth_users: {dave: " + hash + "}\n");
  auto const as = [&](const std::string& user) { return site.get({"-u", user}, "http"); };
  CHECK(as("dave:dave123") == well);
  for (auto const& user :
       {"dave" + hash + ":dave123", "dave:" + hash + "dave123", std::string("mallory:dave123")})
    CHECK(as(user) == "Unauthorized\n401");
}

TEST_CASE("users: more at once than may wait, with answers that are remembered") {
  Site const site("basic_auth_users: {dave: " + bcrypt("dave123") + "}\n");
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
  Site const site("basic_auth_users: {dave: $2y$10$" + std::string(53, 'a') + "}\n");
  for (int n = 0; n < 40; ++n) {
    RawConnection client(site.port());
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ZGF2ZTpA" + std::to_string(1000 + n) +
                "\r\n\r\n");
  }
  SUCCEED("closed with checks queued");
}

TEST_CASE("a rate limit comes before everything else") {
  Site const site("rate_limit: {interval: 1h, burst: 3}\nbasic_auth_users: {dave: " + bcrypt("dave123") +
                  "}\n");
  CHECK(site.get({}, "http") == "Unauthorized\n401");
  CHECK(site.get({"-u", "dave:dave123"}, "http") == well);
  CHECK(site.get({"-u", "dave:dave123"}, "http") == well);
  CHECK(site.get({"-u", "dave:dave123"}, "http") == "Too Many Requests\n429");
  CHECK(site.get({}, "http") == "Too Many Requests\n429");
}

TEST_CASE("a rate limit with a burst of 0 lets nobody in") {
  Site const site("rate_limit: {interval: 1ms, burst: 0}\n");
  for (int n = 0; n < 3; ++n) CHECK(site.get({}, "http") == "Too Many Requests\n429");
}

TEST_CASE("a rate limit that comes while it runs begins with its burst") {
  std::string const none = "http_server_config: {}\n", limit = "rate_limit: {interval: 1h, burst: 2}\n";
  Site const site(none);
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
  Site const site(
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

TEST_CASE("rules for clients' certificates are read again") {
  Site const site(tls + "  client_auth_type: RequireAndVerifyClientCert\n");
  CHECK(refused(site.get({})));
  site.write("web.yml", tls + "  client_auth_type: VerifyClientCertIfGiven\n");
  CHECK(site.get({}) == well);
  CHECK(refused(site.get(with_certificate(site, "stranger"))));
}

TEST_CASE("files are read again while it runs, and only if they can be used") {
  CapturedLog log;
  Site const site(tls + "basic_auth_users: {dave: " + bcrypt("old") + "}\n");
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
