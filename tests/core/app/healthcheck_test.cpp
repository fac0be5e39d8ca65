// What a container's HEALTHCHECK asks.
#include "core/app/healthcheck.hpp"

#include <crypt.h>

#include <catch2/catch.hpp>

#include "tests/core/app/toy.hpp"
#include "tests/core/http/certificates.hpp"

using namespace fleet::testing;
using namespace std::chrono_literals;
using fleet::app::healthcheck;

namespace {

struct Ended {
  int status;
  std::string output;
};

Ended ask(const std::string& listen_address) {
  TemporaryDirectory const directory;
  Launch launch;
  // No configuration: the question is about another process.
  launch.command = {TOY_SERVICE, "--healthcheck", "--config.file=/nonexistent",
                    "--web.listen-address=" + listen_address};
  launch.output = directory.path() / "log";
  Process process(launch);
  int const status = process.wait(20s);
  return {status, process.output()};
}

}  // namespace

TEST_CASE("--healthcheck asks the running program, over loopback where it listens everywhere") {
  Toy toy("toys: [{value: 1}]\n");
  std::string const port = std::to_string(toy.port());
  for (std::string const host : {"127.0.0.1", "", "0.0.0.0", "[::]", "localhost"}) {
    auto const ended = ask(host + ":" + port);
    CAPTURE(host, ended.output);
    CHECK(ended.status == 0);
    CHECK(ended.output.empty());
  }
}

TEST_CASE("--healthcheck is 1 and one line when nobody listens") {
  auto const ended = ask("127.0.0.1:" + std::to_string(free_port()));
  CHECK(ended.status == 1);
  CHECK(ended.output.find("not healthy: ") != std::string::npos);
  CHECK(ended.output.find("refused") != std::string::npos);
  CHECK(occurrences(ended.output, "\n") == 1);
}

TEST_CASE("a program that accepts and does not answer is not healthy") {
  Toy toy("toys: [{value: 1}]\n");
  std::string const address = "127.0.0.1:" + std::to_string(toy.port());
  CHECK(healthcheck("toy", address, "/-/healthy") == 0);
  toy.process().signal(SIGSTOP);
  CHECK(healthcheck("toy", address, "/-/healthy", 300ms) == 1);
  toy.process().signal(SIGCONT);
  CHECK(healthcheck("toy", address, "/-/healthy") == 0);
}

TEST_CASE("any answer but 200 is not healthy, and neither is an address that is none") {
  Toy toy("toys: [{value: 1}]\n");
  CHECK(healthcheck("toy", "127.0.0.1:" + std::to_string(toy.port()), "/-/nothing") == 1);
  CHECK(healthcheck("toy", "nonsense", "/-/healthy") == 1);
}

TEST_CASE("a program that wants TLS, a user or a certificate is well when it says so") {
  TemporaryDirectory const directory;
  auto const identity = make_identity({.common_name = "elsewhere", .names = "DNS:elsewhere"});
  directory.write("server.crt", identity.pem());
  directory.write("server.key", identity.key_pem());
  std::string const tls = "tls_server_config: {cert_file: server.crt, key_file: server.key";
  crypt_data data{};
  std::string const users = std::string("basic_auth_users: {dave: ") +
                            crypt_r("dave123", "$2y$04$abcdefghijklmnopqrstuu", &data) + "}\n";
  for (std::string const& text :
       {tls + "}\n", users, tls + "}\n" + users,
        tls + ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: server.crt}\n"}) {
    CAPTURE(text);
    Toy toy("toys: [{value: 1}]\n", {"--web.config.file=" + directory.write("web.yml", text)});
    std::string const address = "127.0.0.1:" + std::to_string(toy.port());
    auto const ended = ask(address);
    CAPTURE(ended.output);
    CHECK(ended.status == 0);
    toy.process().signal(SIGSTOP);
    CHECK(healthcheck("toy", address, "/-/healthy", 300ms) == 1);
    toy.process().signal(SIGCONT);
  }
}
