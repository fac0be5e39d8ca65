#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "exporters/a2a/hops_collector.hpp"
#include "tests/exporters/a2a/stream_reply.hpp"
#include "tests/exporters/page.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::hop_fields;
using testing::MadeEntries;
using testing::MadeReply;

constexpr std::int64_t now = 1'700'000'000'000'000;

/// A ledger that has counted a bit of everything.
void fill(HopLedger& ledger) {
  redis::StreamState stream{.exists = true,
                            .length = 9,
                            .first = {1, 0},
                            .last_generated = {9, 0},
                            .entries_added = 9,
                            .group_delivered = redis::StreamId{}};
  ledger.adopt(std::nullopt, false, "", stream, now);
  ledger.transaction();
  ledger.settle(now);
  auto const reply =
      MadeEntries()
          .add("1-0", hop_fields("1", now - 50'000, now))
          .add("2-0", hop_fields("2", now - 200'001, now, {{"trace_id", "0123456789abcdef0123456789abcdef"}}))
          .add("3-0", hop_fields("3", now - 3'000, now, {{"outcome", "error"}, {"err", "-32601"}}))
          .add(
              "4-0",
              hop_fields(
                  "4", now - 3'000, now,
                  {{"src", "research"}, {"dst", "a \"quoted\\ one"}, {"outcome", "timeout"}, {"t_deq_us", ""}}))
          .add("5-0", hop_fields("1", now - 50'000, now))
          .add("6-0", hop_fields("6", now, now - 1))
          .add("7-0", hop_fields("7", now - 90'000'000, now - 89'000'000, {{"src", "quiet"}}))
          .reply();
  ledger.take(reply, HopLedger::Reading::fresh);
  ledger.transaction();
  ledger.settle(now);
  ledger.note_stream(stream);
}

std::string page(Format format) {
  HopLedger ledger({.writer = "w", .recent_hops = 1000, .max_pairs = 500, .window = std::chrono::seconds(60)});
  fill(ledger);
  Families families;
  add_hop_families(ledger, PageSettings{}, now, families);
  auto const hash = "*6\r\n" + testing::bulk("intake|research") + testing::bulk("7") +
                    testing::bulk("intake|drafting") + testing::bulk("2") + testing::bulk("nonsense") +
                    testing::bulk("4");
  add_started_families(ledger, 500, MadeReply(hash), families);
  return Exposition::render(families, format);
}

TEST_CASE("started hops of which a pair has no count are refused") {
  HopLedger ledger({.writer = "w", .recent_hops = 1000, .max_pairs = 500, .window = std::chrono::seconds(60)});
  Families families;
  auto const odd = "*1\r\n" + testing::bulk("intake|research");
  CHECK_THROWS_AS(add_started_families(ledger, 500, MadeReply(odd), families), redis::ProtocolError);
}

TEST_CASE("the page of hops, text 0.0.4") {
  auto const text = page(Format::text_0_0_4);
  CHECK(text == testing::golden("a2a/hops.txt", text));
}

TEST_CASE("the page of hops, OpenMetrics 1.0 with exemplars") {
  auto const text = page(Format::openmetrics_1_0);
  CHECK(text == testing::golden("a2a/hops.openmetrics", text));
}

TEST_CASE("a pair that went quiet keeps its counters and has no latency") {
  auto const text = page(Format::text_0_0_4);
  CHECK(text.find("a2a_hops_total{outcome=\"ok\",source=\"quiet\",target=\"research\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("a2a_protocol_latency_ms{source=\"quiet\"") == std::string::npos);
  CHECK(text.find("a2a_protocol_latency_ms{source=\"intake\",target=\"research\"} 200.001\n") !=
        std::string::npos);
}

}  // namespace
}  // namespace fleet::exporters::a2a
