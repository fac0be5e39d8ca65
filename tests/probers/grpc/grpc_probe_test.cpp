// The grpc probe against a server of nghttp2's that is well, ill, or no gRPC server.
#include "probers/grpc/grpc_probe.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "probers/grpc/grpc_module.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/grpc_health_server.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

struct Bench {
  asio::io_context io;
  std::chrono::nanoseconds took{0};

  ProbeResult ask(const TargetSpec& target, const std::string& options = "{}",
                  std::chrono::milliseconds timeout = 5s) {
    auto const whole = config::Document::parse(options, "f").root();
    auto const probe = read_grpc(whole, whole, {})->probe(target);
    auto const begin = Deadline::Clock::now();
    auto result = run_on(io, attempt_once(*probe, Deadline::after(timeout)));
    took = Deadline::Clock::now() - begin;
    return result;
  }
};

Identity identity_of(const std::string& names) {
  CertificateWish wish;
  wish.common_name = "grpc";
  wish.names = names;
  wish.authority = true;
  return make_identity(wish);
}

}  // namespace

TEST_CASE("grpc: a server that serves") {
  GrpcHealthServer server([](const GrpcRequest&) { return GrpcAnswer::serving(1); });
  Bench bench;
  auto const result = bench.ask({server.target(), ""}, "service: legal.Search\nmetadata: {X-Tenant: a}");
  INFO(result.detail);
  CHECK(result.outcome == Outcome::good);
  CHECK(result.phase_kind == &grpc_duration);
  REQUIRE(result.phases.size() == 2);
  CHECK(result.phases[0].first == "resolve");
  CHECK(result.phases[1].first == "check");
  CHECK(result.phases[1].second > 0);
  CHECK(*result.facts.find(grpc_status_code) == 0);
  CHECK(*result.facts.find(grpc_ssl) == 0);
  CHECK(*result.facts.find(facts::ip_protocol) == 4);

  REQUIRE(server.requests().size() == 1);
  auto const request = server.requests()[0];
  CHECK(request.headers.at(":method") == "POST");
  CHECK(request.headers.at(":path") == "/grpc.health.v1.Health/Check");
  CHECK(request.headers.at(":scheme") == "http");
  CHECK(request.headers.at("content-type") == "application/grpc");
  CHECK(request.headers.at("te") == "trailers");
  CHECK(request.headers.at("x-tenant") == "a");
  CHECK(request.headers.at("traceparent") == result.trace.traceparent());
  auto const timeout = request.headers.at("grpc-timeout");
  CHECK(timeout.back() == 'u');
  CHECK(std::stol(timeout) > 1'000'000);
  CHECK(std::stol(timeout) <= 5'000'000);
  CHECK(request.body == std::string("\0\0\0\0\x0e\x0a\x0c", 7) + "legal.Search");
}

TEST_CASE("grpc: servers that do not serve, refuse, or say nothing of use") {
  GrpcAnswer answer;
  GrpcHealthServer server([&](const GrpcRequest&) { return answer; });
  Bench bench;
  TargetSpec const target{server.target(), ""};

  for (auto const status : {0, 2, 3, 9}) {
    answer = GrpcAnswer::serving(status);
    CHECK(bench.ask(target).reason == Reason::not_serving);
  }
  answer = GrpcAnswer::error(12, "unknown%20service");
  auto const unimplemented = bench.ask(target);
  CHECK(unimplemented.reason == Reason::grpc_status);
  CHECK(unimplemented.step == "check");
  CHECK(unimplemented.detail == "gRPC status UNIMPLEMENTED: unknown service");
  CHECK(*unimplemented.facts.find(grpc_status_code) == 12);

  answer = GrpcAnswer::serving(1);
  answer.trailers = {{"grpc-status", "14"}, {"grpc-message", "draining"}};
  CHECK(bench.ask(target).detail == "gRPC status UNAVAILABLE: draining");
  answer.trailers.clear();
  CHECK(bench.ask(target).reason == Reason::protocol);

  answer = {};
  answer.headers = {{":status", "502"}, {"content-type", "text/html"}};
  answer.body = "<html>";
  CHECK(bench.ask(target).detail == "not gRPC: HTTP status 502");

  answer = {};
  answer.then = GrpcAnswer::Then::reset;
  auto const reset = bench.ask(target);
  CHECK(reset.outcome == Outcome::bad);
  CHECK((reset.reason == Reason::reset || reset.reason == Reason::protocol));
  CHECK(*reset.facts.find(grpc_status_code) == 14);
  answer.then = GrpcAnswer::Then::hang_up;
  CHECK(bench.ask(target).reason == Reason::reset);

  answer = GrpcAnswer::serving(1);
  answer.body += std::string(1'000'000, 'x');
  CHECK(bench.ask(target).reason == Reason::too_large);
}

TEST_CASE("grpc: the deadline holds, whatever hangs") {
  Bench bench;
  GrpcHealthServer hanging([](const GrpcRequest&) {
    GrpcAnswer answer;
    answer.then = GrpcAnswer::Then::hang;
    return answer;
  });
  SilentServer silent;
  for (auto const& target : {hanging.target(), silent.address()}) {
    for (auto const* options : {"{}", "tls: true"}) {
      auto const result = bench.ask({target, ""}, options, 300ms);
      INFO(target << " " << options << " " << result.detail);
      CHECK(result.outcome == Outcome::bad);
      if (std::string(options) == "{}") {
        CHECK(result.reason == Reason::timeout);
        // Where this process itself stood still, attempt_once() was first, and knows no code.
        auto const* const code = result.facts.find(grpc_status_code);
        CHECK((code ? *code == 4 : result.detail == "timed out: the attempt"));
        CHECK(bench.took >= 300ms);
      }
      CHECK(bench.took < 3s);
    }
  }
}

TEST_CASE("grpc: not HTTP/2, nobody there, no such name") {
  Bench bench;
  GarbageServer http1("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  CHECK(bench.ask({http1.address(), ""}).reason == Reason::protocol);
  auto const refused = bench.ask({"127.0.0.1:" + std::to_string(free_port()), ""});
  CHECK(refused.reason == Reason::refused);
  CHECK(refused.step == "connect");
  CHECK(*refused.facts.find(grpc_status_code) == 14);
  CHECK(bench.ask({"no-such-host.invalid:1", ""}).reason == Reason::name);
}

TEST_CASE("grpc over TLS: trusted, not trusted, by another name, plain where TLS should be") {
  auto const identity = identity_of("DNS:grpc.example,IP:127.0.0.1");
  PemFile const authority(identity.pem());
  GrpcHealthServer server([](const GrpcRequest&) { return GrpcAnswer::serving(1); }, &identity);
  Bench bench;
  auto const options = "tls: true\ntls_config: {ca_file: " + authority.path() + "}";
  auto const good = bench.ask({server.target(), ""}, options);
  INFO(good.detail);
  CHECK(good.outcome == Outcome::good);
  CHECK(*good.facts.find(grpc_ssl) == 1);
  CHECK(good.facts.find(facts::earliest_cert_expiry));
  CHECK(good.facts.find(facts::tls_version_info));
  CHECK(good.facts.find(facts::last_chain_info));
  CHECK(server.requests().back().headers.at(":scheme") == "https");

  CHECK(bench.ask({server.target(), "grpc.example"}, options).outcome == Outcome::good);
  CHECK(server.requests().back().headers.at(":authority") == "grpc.example");
  auto const other = bench.ask({server.target(), "other.example"}, options);
  CHECK(other.reason == Reason::certificate);
  CHECK(other.step == "tls");
  CHECK(bench.ask({server.target(), ""}, "tls: true").reason == Reason::certificate);
  CHECK(bench.ask({server.target(), ""}, "{tls: true, tls_config: {insecure_skip_verify: true}}").outcome ==
        Outcome::good);
  CHECK(bench.ask({server.target(), ""}, "{}").outcome == Outcome::bad);
}
