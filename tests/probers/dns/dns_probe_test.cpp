// The dns probe against servers that answer well, badly, and not at all.
#include "probers/dns/dns_probe.hpp"

#include <catch2/catch.hpp>

#include "probers/dns/dns_module.hpp"
#include "tests/probers/dns/scripted_dns_server.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

struct Bench {
  asio::io_context io;
  ReadContext context;
  std::chrono::nanoseconds took{0};

  ProbeResult ask(const std::string& target, const std::string& options, std::chrono::milliseconds timeout = 5s,
                  Notes* notes = nullptr) {
    auto const whole = config::Document::parse(options, "options").root();
    auto const probe = read_dns(whole, whole, context)->probe({target, ""});
    auto const begin = Deadline::Clock::now();
    auto result = run_on(io, attempt_once(*probe, Deadline::after(timeout), notes));
    took = Deadline::Clock::now() - begin;
    return result;
  }
};

const std::string address_record = record(1, 300, octets("c0000201"));

std::vector<std::string> one_address(const std::string& query) {
  return {response_to(query, 1, address_record)};
}

}  // namespace

TEST_CASE("dns: a good answer over UDP and TCP") {
  Bench bench;
  ScriptedDnsServer server(bench.io, one_address);
  auto const transport = GENERATE(as<std::string>(), "udp", "tcp");
  auto const options = "query_name: example.com\nquery_type: A\ntransport_protocol: " + transport +
                       "\nvalidate_answer_rrs:\n  fail_if_not_matches_regexp: "
                       "['^example\\.com\\.\\t300\\tIN\\tA\\t192\\.0\\.2\\.1$']\n";
  Notes notes;
  auto const result = bench.ask(server.target(), options, 5s, &notes);
  INFO(result.detail);
  CHECK(result.outcome == Outcome::good);
  CHECK(result.phase_kind == &dns_duration);
  REQUIRE(result.phases.size() == 3);
  CHECK(result.phases[0].first == "resolve");
  CHECK(result.phases[1].first == "connect");
  CHECK(result.phases[2].first == "request");
  CHECK(result.phases[2].second > 0);
  CHECK(*result.facts.find(dns_query_succeeded) == 1);
  CHECK(*result.facts.find(dns_answer_rrs) == 1);
  CHECK(*result.facts.find(facts::ip_protocol) == 4);
  REQUIRE(server.queries.size() == 1);
  CHECK(server.queries[0].substr(2) ==
        octets("0100 0001 0000 0000 0000") + plain_name("example.com") + octets("0001 0001"));
  REQUIRE(notes.lines().size() == 3);
  CHECK(notes.lines()[2].second == "answer: example.com.\t300\tIN\tA\t192.0.2.1");
}

TEST_CASE("dns: ids differ from query to query, the recursion flag is as asked") {
  Bench bench;
  ScriptedDnsServer server(bench.io, one_address);
  for (int i = 0; i < 4; ++i) {
    CHECK(bench.ask(server.target(), "query_name: a.b\nquery_type: A\nrecursion_desired: false").outcome ==
          Outcome::good);
  }
  REQUIRE(server.queries.size() == 4);
  CHECK(server.queries[0].substr(2, 2) == octets("0000"));
  int same = 0;
  for (int i = 1; i < 4; ++i)
    same += server.queries[0].substr(0, 2) == server.queries[static_cast<std::size_t>(i)].substr(0, 2);
  CHECK(same < 3);
}

TEST_CASE("dns: what does not answer the query is ignored over UDP, what does is taken") {
  Bench bench;
  ScriptedDnsServer server(bench.io, [](const std::string& query) -> std::vector<std::string> {
    auto wrong_id = response_to(query, 1, record(1, 1, octets("7f000001")));
    wrong_id[0] = static_cast<char>(wrong_id[0] ^ 1);
    auto wrong_question = response_to(query, 1, record(1, 1, octets("7f000001")));
    wrong_question[13] = 'X';
    return {"", wrong_id, wrong_id + "noise", wrong_question, response_to(query, 1, address_record)};
  });
  auto const result =
      bench.ask(server.target(),
                "query_name: example.com\nquery_type: A\nvalidate_answer_rrs: {fail_if_matches_regexp: "
                "['127']}");
  INFO(result.detail);
  CHECK(result.outcome == Outcome::good);
  CHECK(*result.facts.find(dns_answer_rrs) == 1);
}

TEST_CASE("dns: silence, wrong ids and answers from elsewhere end at the deadline") {
  Bench bench;
  ScriptedDnsServer wrong(bench.io, [](const std::string& query) -> std::vector<std::string> {
    auto answer = response_to(query, 1, address_record);
    answer[1] = static_cast<char>(answer[1] + 1);
    return {answer, answer};
  });
  auto const spoofed = bench.ask(wrong.target(), "query_name: a.b\nquery_type: A", 300ms);
  CHECK(spoofed.reason == Reason::timeout);
  CHECK(spoofed.step == "request");
  CHECK(spoofed.detail.ends_with(", ignored 2 with another id or question"));
  CHECK(*spoofed.facts.find(dns_query_succeeded) == 0);
  CHECK(*spoofed.facts.find(facts::ip_protocol) == 4);

  ScriptedDnsServer elsewhere(bench.io, one_address);
  elsewhere.from_elsewhere = true;
  CHECK(bench.ask(elsewhere.target(), "query_name: a.b\nquery_type: A", 300ms).reason == Reason::timeout);
  CHECK(elsewhere.queries.size() == 1);

  ScriptedDnsServer silent(bench.io, [](const std::string&) { return std::vector<std::string>(); });
  for (auto const* transport : {"udp", "tcp"}) {
    auto const result =
        bench.ask(silent.target(), std::string("query_name: a.b\ntransport_protocol: ") + transport, 300ms);
    CHECK(result.outcome == Outcome::bad);
    CHECK(result.reason == Reason::timeout);
    CHECK(result.step == "request");
    CHECK(result.phases[2].second > 0.25);
    CHECK(bench.took >= 300ms);
  }
}

TEST_CASE("dns: a server that floods us with noise does not hold the thread beyond the deadline") {
  Bench bench;
  ScriptedDnsServer server(bench.io, [](const std::string& query) {
    auto noise = query;
    noise[0] = static_cast<char>(noise[0] ^ 1);
    return std::vector<std::string>(200, noise);
  });
  int ticks = 0;
  asio::steady_timer timer(bench.io);
  std::function<void(const boost::system::error_code&)> const tick =
      [&](const boost::system::error_code& error) {
        if (error) return;
        ++ticks;
        timer.expires_after(10ms);
        timer.async_wait(tick);
      };
  timer.expires_after(10ms);
  timer.async_wait(tick);
  auto const result = bench.ask(server.target(), "query_name: a.b\nquery_type: A", 300ms);
  CHECK(result.reason == Reason::timeout);
  CHECK(ticks > 3);
}

TEST_CASE("dns: malformed and foolish answers are protocol failures at once") {
  Bench bench;
  std::string kind;
  ScriptedDnsServer server(bench.io, [&](const std::string& query) -> std::vector<std::string> {
    if (kind == "loop") {
      return {query.substr(0, 2) + octets("8180 0000 0001 0000 0000 c00c 0001 0001 00000001 0004 01020304")};
    }
    if (kind == "cut") return {response_to(query, 1, address_record.substr(0, 9))};
    if (kind == "echo") return {query};
    return {query.substr(0, 4)};
  });
  for (auto const* one : {"loop", "cut", "echo", "short"}) {
    for (auto const* transport : {"udp", "tcp"}) {
      kind = one;
      INFO(kind << " " << transport);
      auto const result = bench.ask(
          server.target(), std::string("query_name: a.b\nquery_type: A\ntransport_protocol: ") + transport);
      CHECK(result.reason == Reason::protocol);
      CHECK(result.step == "request");
    }
  }
}

TEST_CASE("dns: over TCP another id or question is a failure at once, and so is a closed connection") {
  Bench bench;
  ScriptedDnsServer server(bench.io, [](const std::string& query) -> std::vector<std::string> {
    auto answer = response_to(query, 1, address_record);
    answer[1] = static_cast<char>(answer[1] + 1);
    return {answer};
  });
  auto const options = "query_name: a.b\nquery_type: A\ntransport_protocol: tcp";
  CHECK(bench.ask(server.target(), options).reason == Reason::protocol);
  server.hang_up = true;
  CHECK(bench.ask(server.target(), options).reason == Reason::reset);
}

TEST_CASE("dns: response codes, and errors that do not repeat the question") {
  Bench bench;
  bool header_only = false;
  ScriptedDnsServer server(bench.io, [&](const std::string& query) -> std::vector<std::string> {
    if (header_only) return {query.substr(0, 2) + octets("8185 0000 0000 0000 0000")};
    return {response_to(query, 0, "", 0x8183)};
  });
  auto const denied = bench.ask(server.target(), "query_name: a.b");
  CHECK(denied.reason == Reason::dns_rcode);
  CHECK(denied.detail == "response code NXDOMAIN");
  CHECK(*denied.facts.find(dns_query_succeeded) == 1);
  CHECK(bench.ask(server.target(), "query_name: a.b\nvalid_rcodes: [NXDOMAIN]").outcome == Outcome::good);
  header_only = true;
  CHECK(bench.ask(server.target(), "query_name: a.b").detail == "response code REFUSED");
}

TEST_CASE("dns: a truncated answer is taken as it is") {
  Bench bench;
  ScriptedDnsServer server(bench.io, [](const std::string& query) -> std::vector<std::string> {
    return {response_to(query, 5, address_record, 0x8380)};
  });
  Notes notes;
  auto const result = bench.ask(server.target(), "query_name: a.b\nquery_type: A", 5s, &notes);
  CHECK(result.outcome == Outcome::good);
  CHECK(*result.facts.find(dns_answer_rrs) == 1);
  CHECK(notes.lines()[1].second.find("truncated") != std::string::npos);
  auto const missed = bench.ask(server.target(),
                                "query_name: a.b\nvalidate_authority_rrs: {fail_if_none_matches_regexp: [ns]}");
  CHECK(missed.reason == Reason::dns_records);
  CHECK(missed.detail.ends_with("(the response is truncated)"));
}

TEST_CASE("dns: the serial of a zone") {
  Bench bench;
  ScriptedDnsServer server(bench.io, [](const std::string& query) -> std::vector<std::string> {
    return {
        response_to(query, 1, record(6, 60, octets("c00c c00c 7896382d 00000001 00000002 00000003 00000004")))};
  });
  auto const result = bench.ask(server.target(), "query_name: a.b\nquery_type: SOA");
  REQUIRE(result.facts.find(dns_serial));
  CHECK(*result.facts.find(dns_serial) == 2023110701);
}

TEST_CASE("dns: nobody there, not allowed there, not even a name") {
  Bench bench;
  std::string gone;
  {
    ScriptedDnsServer server(bench.io, one_address);
    gone = server.target();
  }
  auto const udp = bench.ask(gone, "query_name: a.b");
  CHECK(udp.reason == Reason::refused);
  CHECK(udp.step == "request");
  auto const tcp = bench.ask(gone, "query_name: a.b\ntransport_protocol: tcp");
  CHECK(tcp.reason == Reason::refused);
  CHECK(tcp.step == "connect");
  CHECK(*tcp.facts.find(facts::ip_protocol) == 4);
  CHECK(*tcp.facts.find(dns_query_succeeded) == 0);
  auto const tls = bench.ask(gone, "query_name: a.b\ndns_over_tls: true");
  CHECK(tls.reason == Reason::refused);

  auto const name = bench.ask("no-such-host.invalid", "query_name: a.b");
  CHECK(name.reason == Reason::name);
  CHECK(name.step == "resolve");
  bench.context.allowed = std::make_shared<net::Networks>(std::vector<std::string>{"10.0.0.0/8"});
  CHECK(bench.ask(gone, "query_name: a.b").reason == Reason::forbidden);
}

TEST_CASE("dns: where the first address refuses, the next is asked, unless only one may be") {
  Bench bench;
  ScriptedDnsServer server(bench.io, one_address);  // on 127.0.0.1 only, where localhost may be ::1 first
  auto const port = server.target().substr(server.target().find(':'));
  auto const result = bench.ask("localhost" + port, "query_name: a.b\nquery_type: A\ntry_all_addresses: true");
  INFO(result.detail);
  CHECK(result.outcome == Outcome::good);
  CHECK(*result.facts.find(facts::ip_protocol) == 4);
  auto const only = bench.ask("[::1]" + port, "query_name: a.b\nquery_type: A");
  CHECK(only.reason != Reason::none);
}
