// --web.config.file and --web.systemd-socket of a program.
#include <crypt.h>

#include <catch2/catch.hpp>

#include "tests/core/app/toy.hpp"

using namespace fleet::testing;
using Catch::Matchers::Contains;

namespace {

const std::string toys = "toys: [{name: a, value: 1}]\n";
const std::map<std::string, std::string> dave{{"Authorization", "Basic ZGF2ZTpkYXZlMTIz"}};

std::string users_file() {
  crypt_data data{};
  return std::string("basic_auth_users: {dave: ") + crypt_r("dave123", "$2y$04$abcdefghijklmnopqrstuu", &data) +
         "}\nauth_excluded_paths: [/-/healthy]\n";
}

/// A command that ends by itself.
class Ended {
 public:
  explicit Ended(std::vector<std::string> command)
      : process_({.command = std::move(command),
                  .output = directory_.path() / "log",
                  .environment = {},
                  .user = {},
                  .directory = {}}),
        code_(process_.wait()) {}
  int code() const { return code_; }
  std::string output() const { return process_.output(); }

 private:
  TemporaryDirectory directory_;
  Process process_;
  int code_;
};

}  // namespace

TEST_CASE("users of a program, from a file that is read again") {
  TemporaryDirectory directory;
  auto const file = directory.write("web.yml", users_file());
  Toy const toy(toys, {"--web.config.file=" + file});
  CHECK(toy.metrics().status == 401);
  auto const page = toy.metrics(dave);
  CHECK(page.status == 200);
  CHECK(has_line(page.body, "toy_exporter_web_config_last_reload_successful 1"));
  CHECK(http_get(toy.port(), "/-/healthy").status == 200);
  directory.write("web.yml", "users: {}\n");
  CHECK(wait_until(
      [&] { return has_line(toy.metrics(dave).body, "toy_exporter_web_config_last_reload_successful 0"); }));
  CHECK(toy.metrics().status == 401);
}

TEST_CASE("a web configuration that is of no use ends a program before it listens") {
  TemporaryDirectory directory;
  auto const config = directory.write("toy.yml", toys);
  auto const file =
      directory.write("web.yml", "tls_server_config:\n  cert_file: none.crt\n  key_file: none.key\n");
  for (std::string const flag : {"--config.check", "--no-once"}) {
    Ended const toy({TOY_SERVICE, "--config.file=" + config, "--web.config.file=" + file, flag,
                     "--web.listen-address=127.0.0.1:" + std::to_string(free_port())});
    CHECK(toy.code() == 2);
    CHECK_THAT(toy.output(), Contains(file + ":2:14: cannot read the server certificate from"));
    CHECK_THAT(toy.output(), !Contains("listening"));
  }
  Ended const good({TOY_SERVICE, "--config.file=" + config, "--config.check",
                    "--web.config.file=" + directory.write("good.yml", users_file())});
  CHECK(good.code() == 0);
}

TEST_CASE("a program serves on the socket that was opened for it") {
  TemporaryDirectory directory;
  auto const config = directory.write("toy.yml", toys);
  auto const port = free_port();
  std::string const script =
      "$^F = 10; socket(S, PF_INET, SOCK_STREAM, 0) or die; setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);"
      "bind(S, sockaddr_in(" +
      std::to_string(port) +
      ", INADDR_LOOPBACK)) or die; listen(S, 16) or die;"
      "die if fileno(S) != 3; $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; exec @ARGV";
  Process toy({.command = {"perl", "-MSocket", "-e", script, TOY_SERVICE, "--config.file=" + config,
                           "--web.systemd-socket"},
               .output = directory.path() / "log",
               .environment = {},
               .user = {},
               .directory = {}});
  // The socket takes connections before the program does.
  REQUIRE(wait_until([&] { return accepts(port) || !toy.running(); }));
  CHECK(has_line(http_get(port, "/metrics", {}, std::chrono::seconds(20)).body, "toy_value{name=\"a\"} 1"));
  CHECK(toy.stop() == 0);

  Ended const without({TOY_SERVICE, "--config.file=" + config, "--web.systemd-socket"});
  CHECK(without.code() == 2);
  CHECK_THAT(without.output(), Contains("systemd passed no socket to this process"));
}
