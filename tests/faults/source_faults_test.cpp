// Every source of every program through every fault: a scrape is answered in time, says which source is down,
// keeps the rest, and all is well again within seconds of the source, in the same process.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/faults/fault_parts.hpp"
#include "tests/faults/fault_run.hpp"
#include "tests/faults/fleet_programs.hpp"
#include "tests/faults/relay.hpp"

namespace fleet::testing {
namespace {

using namespace std::string_literals;
using Garbages = std::vector<std::pair<std::string, std::string>>;
using Programs = std::vector<std::unique_ptr<WatchedProgram>>;

std::string repeated(const std::string& text, int times) {
  std::string result;
  while (times-- > 0) result += text;
  return result;
}

const std::string http_error = "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\noops\n";

Garbages redis_garbages() {
  return {{"noise", noise(3000)},
          {"HTTP", http_error},
          {"+OK to everything", repeated("+OK\r\n", 12)},
          {"errors to everything", repeated("-ERR unknown command\r\n", 12)},
          {"loading to everything", repeated("-LOADING Redis is loading the dataset in memory\r\n", 12)},
          {"arrays to everything", repeated("*3\r\n$5\r\nhello\r\n:7\r\n$-1\r\n", 12)},
          {"a string to everything", repeated("$2\r\nhi\r\n", 12)},
          {"an integer to everything", repeated(":1\r\n", 12)},
          {"nothing to everything", repeated("*-1\r\n", 12)},
          {"empty lists to everything", repeated("*0\r\n", 12)},
          {"half a reply", "*2\r\n$10\r\n1700000000\r\n$500000000\r\nx"}};
}

Garbages postgres_garbages() {
  // R: authenticated; Z: ready. Then what no server sends.
  auto const ready = "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"s;
  return {
      {"noise", noise(3000)},
      {"HTTP", http_error},
      {"N and noise", "N" + noise(3000)},
      {"S and noise", "S" + noise(3000)},
      {"that it is starting up", "E\0\0\0\x37"s + "SFATAL\0C57P03\0Mthe database system is starting up\0\0"s},
      {"ready, to everything", ready},
      {"ready, then noise", ready + noise(3000)},
      {"a row of 2 GB", ready + "T\0\0\0\x06\0\0D\x7f\xff\xff\xff\0\x01"s},
      {"an error of version 2", "Esorry, too many clients already\n\0"s}};
}

Garbages http_garbages() {
  return {{"noise", noise(3000)},
          {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n"},
          {"RESP", "+OK\r\n$5\r\nhello\r\n"},
          {"HTTP 503", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"},
          {"half a page", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{\"status\":"},
          {"bad chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"},
          {"a head without end", "HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x')}};
}

/// Bad from the middle of a conversation on.
std::vector<Fault> relay_faults(Relay& relay, const Garbages& garbages) {
  auto const end = [&relay] { relay.honest(); };
  auto const turn = [&relay](Relay::Mode mode, const std::string& bytes) {
    return [&relay, mode, bytes] { relay.turn(mode, bytes); };
  };
  std::vector<Fault> faults;
  for (auto const& [name, bytes] : garbages) {
    faults.push_back({.name = "turns to " + name, .begin = turn(Relay::Mode::garbage, bytes), .end = end});
    auto const unasked = turn(Relay::Mode::idle_bytes, bytes);
    faults.push_back({.name = "says unasked: " + name, .begin = unasked, .end = end, .shows = Shows::unasked});
  }
  faults.push_back({.name = "turns silent", .begin = turn(Relay::Mode::garbage, ""), .end = end});
  faults.push_back({.name = "cuts its answers short", .begin = turn(Relay::Mode::cut, ""), .end = end});
  faults.push_back({.name = "spoils its answers", .begin = turn(Relay::Mode::spoiled, ""), .end = end});
  faults.push_back({.name = "resets connections", .begin = turn(Relay::Mode::reset, ""), .end = end});
  faults.push_back({.name = "answers a byte at a time", .begin = turn(Relay::Mode::slow, ""), .end = end});
  return faults;
}

std::vector<FaultCell> redis_cells() {
  RedisSource redis, other;
  Programs programs;
  programs.push_back(a2a_exporter(redis.address()));
  programs.push_back(document_exporter(redis.address()));
  programs.push_back(redis_health_exporter(redis.address(), other.address()));
  FaultRun run(
      "redis", [&] { redis.feed(); }, std::move(programs));
  auto faults = process_faults(redis, redis_garbages());
  faults.push_back({.name = "loading its data",
                    .begin = [&] { redis.load_slowly(); },
                    .end = [&] { redis.finish_loading(); }});
  return run.run(faults);
}

std::vector<FaultCell> redis_relay_cells() {
  RedisSource redis, other;
  Relay relay(redis.port());
  Programs programs;
  programs.push_back(a2a_exporter(relay.address()));
  programs.push_back(document_exporter(relay.address()));
  programs.push_back(redis_health_exporter(relay.address(), other.address()));
  FaultRun run(
      "redis", [&] { redis.feed(); }, std::move(programs));
  return run.run(relay_faults(relay, {{"noise", noise(3000)}, {"+OK, a dozen", repeated("+OK\r\n", 12)}}));
}

std::vector<FaultCell> postgres_cells() {
  PostgresSource postgres, other;
  SiteSource site;
  Programs programs;
  programs.push_back(pg_health_exporter(postgres.address(), other.address()));
  programs.push_back(compliance_exporter(postgres.address(), site.address(), Faulted::database));
  programs.push_back(consent_exporter(postgres.address()));
  FaultRun run(
      "postgres", [&] { postgres.feed(); }, std::move(programs));
  return run.run(process_faults(postgres, postgres_garbages()));
}

std::vector<FaultCell> postgres_relay_cells() {
  PostgresSource postgres, other;
  SiteSource site;
  Relay relay(postgres.port());
  Programs programs;
  programs.push_back(pg_health_exporter(relay.address(), other.address()));
  programs.push_back(compliance_exporter(relay.address(), site.address(), Faulted::database));
  programs.push_back(consent_exporter(relay.address()));
  FaultRun run(
      "postgres", [&] { postgres.feed(); }, std::move(programs));
  return run.run(
      relay_faults(relay, {{"noise", noise(3000)}, {"ready, a dozen", repeated("Z\0\0\0\x05I"s, 12)}}));
}

std::vector<FaultCell> site_cells() {
  SiteSource site, other;
  PostgresSource postgres;
  postgres.feed();
  Programs programs;
  programs.push_back(compliance_exporter(postgres.address(), site.address(), Faulted::monitor));
  programs.push_back(slo_prober(site.address(), other.address()));
  FaultRun run(
      "http", [] {}, std::move(programs));
  return run.run(process_faults(site, http_garbages()));
}

std::vector<FaultCell> site_relay_cells() {
  SiteSource site, other;
  PostgresSource postgres;
  postgres.feed();
  Relay relay(site.port());
  Programs programs;
  programs.push_back(compliance_exporter(postgres.address(), relay.address(), Faulted::monitor));
  programs.push_back(slo_prober(relay.address(), other.address()));
  FaultRun run(
      "http", [] {}, std::move(programs));
  return run.run(relay_faults(
      relay, {{"noise", noise(3000)}, {"HTTP 503", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"}}));
}

}  // namespace

TEST_CASE("whatever becomes of a source, its readers answer, say so, keep the rest and recover") {
  check_fault_table(
      {redis_cells, redis_relay_cells, postgres_cells, postgres_relay_cells, site_cells, site_relay_cells},
      120);
}

}  // namespace fleet::testing
