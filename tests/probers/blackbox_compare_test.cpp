// Side by side with Debian's blackbox_exporter: the same blackbox.yml, the same targets, the same
// probe_success, the same names and the same values of what both must read alike. Where we differ on purpose
// the difference stands in the case.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/probers/compared_cases.hpp"
#include "tests/probers/dns/scripted_dns_server.hpp"
#include "tests/servers/grpc_health_server.hpp"
#include "tests/servers/liar.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

/// A context of its own for servers that live on one.
class Background {
 public:
  Background() : thread_([this] { io_.run(); }) {}
  ~Background() {
    io_.stop();
    thread_.join();
  }
  asio::io_context& io() { return io_; }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
  std::thread thread_;
};

}  // namespace

TEST_CASE("tcp: banners and scripts") {
  ComparedExporters const exporters(
      "modules:\n" + module("connect", "tcp", "tls: false") + module("tls", "tcp", "tls: true") +
      module("ssh", "tcp", "query_response: [{expect: '^SSH-2.0-'}]") +
      module(
          "mail", "tcp",
          R"(query_response: [{expect: '^220 ([^ ]+) ESMTP', send: "EHLO ${1}"}, {expect: '^250 OK'}, {send: QUIT}])"));
  GarbageServer const shell("SSH-2.0-OpenSSH_9.2p1\r\n"), hangs_up("", GarbageServer::Then::close_at_once);
  SilentServer const silent;
  RawServer const ssh([](Peer& peer) {
    if (peer.send("SSH-2.0-OpenSSH_9.2p1\r\n")) peer.sees_close();
  });
  RawServer const split([](Peer& peer) {
    if (peer.send("SSH-")) ::usleep(20'000);
    if (peer.send("2.0-x\r\n")) peer.sees_close();
  });
  auto const speak = [](const std::string& answer) {
    return [answer](Peer& peer) {
      char line[256];
      peer.send("220 mail.example ESMTP\r\n");
      auto const count = ::recv(peer.fd(), line, sizeof line, 0);
      if (count > 0 && std::string(line, static_cast<std::size_t>(count)) == "EHLO mail.example\n")
        peer.send(answer);
      peer.sees_close();
    };
  };
  RawServer const mail(speak("250 OK\r\n")), full(speak("452 mailbox full\r\n"));
  auto const at = [](const RawServer& server) { return "127.0.0.1:" + std::to_string(server.port()); };
  compare_all(exporters, {
                             {"connect", silent.address(), 1},
                             {"connect", "127.0.0.1:" + std::to_string(free_port()), 0},
                             {"connect", "127.0.0.1", 0},
                             {"connect", "no-such-host.invalid:80", 0},
                             {"tls", silent.address(), 0},
                             {"tls", hangs_up.address(), 0},
                             {"tls", at(ssh), 0},
                             {"ssh", at(ssh), 1},
                             {"ssh", at(split), 1},
                             {"ssh", silent.address(), 0},
                             {"ssh", hangs_up.address(), 0},
                             {"ssh", at(mail), 0},
                             {"mail", at(mail), 1},
                             {"mail", at(full), 0},
                         });
}

TEST_CASE("dns: records, codes, silence") {
  auto const dns = [](const std::string& name, const std::string& options) {
    return module(name, "dns", "query_name: legalllm.example, query_type: A, " + options);
  };
  ComparedExporters const exporters(
      "modules:\n" + dns("a", "recursion_desired: true") + dns("a_tcp", "transport_protocol: tcp") +
      dns("nxdomain", "valid_rcodes: [NXDOMAIN]") +
      dns("right",
          R"(validate_answer_rrs: {fail_if_not_matches_regexp: ["legalllm.example.\t300\tIN\tA\t192.0.2.1"]})") +
      dns("wrong", R"(validate_answer_rrs: {fail_if_matches_regexp: ["192.0.2.1"]})") +
      dns("authority", R"(validate_authority_rrs: {fail_if_not_matches_regexp: ["ns"]})"));
  Background background;
  auto const address = record(1, 300, octets("c0 00 02 01"));
  ScriptedDnsServer answers(background.io(), [&](const std::string& query) {
    return std::vector<std::string>{response_to(query, 1, address)};
  });
  ScriptedDnsServer unknown(background.io(), [](const std::string& query) {
    return std::vector<std::string>{response_to(query, 0, "", 0x8183)};
  });
  ScriptedDnsServer silent(background.io(), [](const std::string&) { return std::vector<std::string>{}; });
  ScriptedDnsServer garbage(
      background.io(), [](const std::string& query) { return std::vector<std::string>{query.substr(0, 7)}; });
  compare_all(exporters, {
                             {"a", answers.target(), 1},
                             {"a_tcp", answers.target(), 1},
                             {"a", unknown.target(), 0},
                             {"nxdomain", unknown.target(), 1},
                             {"nxdomain", answers.target(), 0},
                             {"right", answers.target(), 1},
                             {"right", unknown.target(), 0},
                             {"wrong", answers.target(), 0},
                             {"authority", answers.target(), 0},
                             {"a", silent.target(), 0},
                             {"a_tcp", silent.target(), 0},
                             {"a", garbage.target(), 0},
                             {"a", "no-such-host.invalid", 0},
                             {"a", "127.0.0.1:" + std::to_string(free_port()), 0},
                             {"a_tcp", "127.0.0.1:" + std::to_string(free_port()), 0},
                         });
}

TEST_CASE("grpc: health") {
  Certificates const certificates;
  PemFile const authority(certificates.authority.pem());
  ComparedExporters const exporters(
      "modules:\n" + module("plain", "grpc", "tls: false, service: legalllm") +
      module("tls", "grpc", "tls: true, tls_config: {ca_file: " + authority.path() + "}"));
  GrpcHealthServer const well([](const GrpcRequest&) { return GrpcAnswer::serving(1); });
  GrpcHealthServer const ill([](const GrpcRequest&) { return GrpcAnswer::serving(2); });
  GrpcHealthServer const unknown([](const GrpcRequest&) { return GrpcAnswer::error(5, "no such service"); });
  GrpcHealthServer const bare([](const GrpcRequest&) { return GrpcAnswer::error(12, "no health here"); });
  GrpcHealthServer const secure([](const GrpcRequest&) { return GrpcAnswer::serving(1); }, &certificates.good);
  GrpcHealthServer const expired([](const GrpcRequest&) { return GrpcAnswer::serving(1); },
                                 &certificates.expired);
  compare_all(exporters, {
                             {"plain", well.target(), 1},
                             {"plain", ill.target(), 0},
                             {"plain", unknown.target(), 0},
                             {"plain", bare.target(), 0},
                             {"plain", "127.0.0.1:" + std::to_string(free_port()), 0},
                             {"tls",
                              secure.target(),
                              1,
                              {"+probe_ssl_last_chain_expiry_timestamp_seconds"},
                              "as http and tcp have it"},
                             {"tls", expired.target(), 0},
                             {"tls", well.target(), 0},
                         });
}

TEST_CASE("icmp: this machine answers") {
  ComparedExporters const exporters("modules:\n" + module("ping", "icmp", "payload_size: 100"));
  if (::geteuid() != 0) return;  // theirs would need a capability
  compare_all(exporters, {
                             {"ping",
                              "127.0.0.1",
                              1,
                              {"+probe_icmp_loss_ratio", "+probe_icmp_packets_received",
                               "+probe_icmp_packets_sent", "+probe_icmp_rtt_seconds{}"},
                              "several packets"},
                             {"ping", "no-such-host.invalid", 0},
                         });
}

TEST_CASE("requests that name no probe") {
  ComparedExporters const exporters("modules:\n" + module("page", "http", "method: GET"));
  CHECK(exporters.theirs("page", "").status == 400);
  CHECK(exporters.ours("page", "").status == 400);
  CHECK(exporters.ours("page", "").text == exporters.theirs("page", "").text);
  CHECK(exporters.theirs("pagee", "x").status == 400);
  CHECK(exporters.ours("pagee", "x").status == 400);
  CHECK(exporters.theirs("", "x").status == 400);
  CHECK(exporters.ours("", "x").status == 400);
}
