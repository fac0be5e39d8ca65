#include "probers/tcp/tcp_module.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace fleet;
using namespace fleet::probers;

namespace {

std::shared_ptr<const Module> read(const std::string& yaml) {
  auto const root = config::Document::parse(yaml, "probe.yml").root();
  return read_tcp(root, root, {});
}

}  // namespace

TEST_CASE("a module as blackbox_exporter's own examples have it") {
  auto const module = read(R"yaml(
preferred_ip_protocol: ip4
source_ip_address: 127.0.0.1
query_response:
  - send: "NICK prober"
  - send: "USER prober prober prober :prober"
  - expect: "PING :([^ ]+)"
    send: "PONG ${1}"
  - expect: "^:[^ ]+ 001"
  - expect: "^SSH-2.0-([^ -]+)(?: (.*))?$"
    labels:
    - name: ssh_version
      value: "${1}"
    - name: ssh_comments
      value: "$2"
  - send: "STARTTLS"
  - expect: "^220"
  - starttls: true
  - expect_bytes: "+PONG"
tls: false
tls_config:
  insecure_skip_verify: true
)yaml");
  CHECK(module->probe({"db.example:5432", ""}));
  CHECK_THROWS_AS(module->probe({"tcp://db.example:5432", ""}), BadTarget);
  CHECK(read_tcp({}, config::Document::parse("{}", "probe.yml").root(), {})->probe({"[::1]:80", ""}));
}

TEST_CASE("what is wrong with a script is said where it is wrong") {
  CHECK_THROWS_WITH(read("query_response:\n- expect: '('\n"),
                    Catch::StartsWith("probe.yml:2:11: expected a regular expression"));
  CHECK_THROWS_WITH(read("query_response:\n- expects: x\n"), Catch::Contains("did you mean `expect`?"));
  CHECK_THROWS_WITH(read("query_response:\n- send: x\n  labels: [{name: a, value: b}]\n"),
                    Catch::StartsWith("probe.yml:3:11: expected `expect` beside `labels`"));
  CHECK_THROWS_WITH(read("query_response:\n- expect: x\n  labels: [{name: a-b, value: b}]\n"),
                    "probe.yml:3:19: expected a label name, got `a-b`");
  CHECK_THROWS_WITH(
      read("query_response:\n- expect: x\n  labels: [{name: a, value: b}, {name: a, value: c}]\n"),
      Catch::StartsWith("probe.yml:3:40: expected each label once"));
  CHECK_THROWS_WITH(read("query_response:\n- expect: x\n  labels: [{name: a}]\n"),
                    "probe.yml:3:12: missing key `value`");
  CHECK_THROWS_WITH(read("tls: yes\n"), Catch::StartsWith("probe.yml:1:6: expected `true` or `false`"));
  CHECK_THROWS_WITH(read("query: []\n"), Catch::Contains("query"));
}

TEST_CASE("in a template, braces are a group's if there is one, else the environment's") {
  ::setenv("TCP_MODULE_TEST_WORD", "a$1", 1);
  ::unsetenv("TCP_MODULE_TEST_NOTHING");
  CHECK_NOTHROW(read(
      "query_response:\n- expect: '(?P<word>x)'\n  send: 'PASS ${word} ${TCP_MODULE_TEST_WORD} ${1} $$'\n"));
  CHECK_NOTHROW(read("query_response:\n- send: 'PASS ${TCP_MODULE_TEST_WORD}'\n"));
  CHECK_THROWS_WITH(
      read("query_response:\n- expect: x\n  send: '${TCP_MODULE_TEST_NOTHING}'\n"),
      "probe.yml:3:9: expected `TCP_MODULE_TEST_NOTHING` to be a group of `expect` or an environment "
      "variable that is set");
}
