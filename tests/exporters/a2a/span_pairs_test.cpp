// Which spans become a hop, which wait, and which are given up.
#include "exporters/a2a/otlp/span_pairs.hpp"

#include <catch2/catch.hpp>

namespace fleet::exporters::a2a {
namespace {

using namespace std::chrono_literals;

struct Told : PairSink {
  void paired(const HopSpan& caller, const HopSpan& callee) override {
    text += caller.agent + ">" + callee.agent + " ";
  }
  void unpaired(const HopSpan& span) override { text += "unpaired:" + span.agent + " "; }
  void dropped(const HopSpan& span) override { text += "dropped:" + span.agent + " "; }
  std::string take() { return std::exchange(text, ""); }
  std::string text;
};

HopSpan span(SpanKind kind, std::uint64_t edge, std::string agent, bool matches = true) {
  static std::uint64_t ids = 1000;
  HopSpan made;
  made.trace = {1, 2};
  made.kind = kind;
  bool const caller = kind == SpanKind::client || kind == SpanKind::producer;
  made.id = caller ? edge : ++ids;
  made.parent = caller ? 7 : edge;
  made.matches = matches;
  made.agent = std::move(agent);
  return made;
}

SpanPairs::Time const start{};
constexpr auto client = SpanKind::client, server = SpanKind::server, producer = SpanKind::producer,
               consumer = SpanKind::consumer;

TEST_CASE("caller and callee are paired in either order, once") {
  SpanPairs pairs(30s, 100);
  Told told;
  pairs.add(span(client, 1, "a"), start, told);
  CHECK(pairs.waiting() == 1);
  pairs.add(span(server, 1, "b"), start, told);
  pairs.add(span(server, 2, "c"), start, told);
  pairs.add(span(client, 2, "a"), start, told);
  CHECK(told.take() == "a>b a>c ");
  CHECK(pairs.waiting() == 0);
  pairs.expire(start + 1h, told);
  CHECK(told.take().empty());
}

TEST_CASE("spans of other traces are never paired") {
  SpanPairs pairs(30s, 100);
  Told told;
  auto other = span(server, 1, "b");
  other.trace = {1, 3};
  pairs.add(span(client, 1, "a"), start, told);
  pairs.add(other, start, told);
  CHECK(told.take().empty());
  CHECK(pairs.waiting() == 2);
}

TEST_CASE("what stays alone is given up after its time, not before") {
  SpanPairs pairs(30s, 100);
  Told told;
  pairs.add(span(client, 1, "a"), start, told);
  pairs.add(span(server, 2, "b"), start + 10s, told);
  pairs.expire(start + 29s, told);
  CHECK(told.take().empty());
  pairs.expire(start + 30s, told);
  CHECK(told.take() == "unpaired:a ");
  pairs.add(span(server, 1, "late"), start + 31s, told);
  pairs.expire(start + 40s, told);
  CHECK(told.take() == "unpaired:b ");
  pairs.expire(start + 61s, told);
  CHECK(told.take() == "unpaired:late ");
  CHECK(pairs.waiting() == 0);
}

TEST_CASE("a callee without a caller is alone from the start") {
  SpanPairs pairs(30s, 100);
  Told told;
  pairs.add(span(server, 0, "door"), start, told);
  pairs.add(span(server, 0, "other", false), start, told);
  CHECK(told.take() == "unpaired:door ");
  CHECK(pairs.waiting() == 0);
}

TEST_CASE("one side that meets a rule makes the hop, none makes nothing") {
  SpanPairs pairs(30s, 100);
  Told told;
  pairs.add(span(client, 1, "a", false), start, told);
  pairs.add(span(server, 1, "b", true), start, told);
  pairs.add(span(client, 2, "a", true), start, told);
  pairs.add(span(server, 2, "b", false), start, told);
  CHECK(told.take() == "a>b a>b ");
  pairs.add(span(client, 3, "a", false), start, told);
  pairs.add(span(server, 3, "b", false), start, told);
  pairs.add(span(client, 4, "a", false), start, told);
  pairs.expire(start + 1h, told);
  CHECK(told.take().empty());
}

TEST_CASE("a message is paired with every consumer, a request with one server") {
  SpanPairs pairs(30s, 100);
  Told told;
  pairs.add(span(consumer, 1, "early"), start, told);
  pairs.add(span(consumer, 1, "earlier"), start, told);
  pairs.add(span(producer, 1, "a"), start, told);
  pairs.add(span(consumer, 1, "late"), start + 1s, told);
  CHECK(told.take() == "a>early a>earlier a>late ");
  CHECK(pairs.waiting() == 1);
  pairs.expire(start + 31s, told);
  CHECK(told.take().empty());

  pairs.add(span(server, 2, "first"), start, told);
  pairs.add(span(server, 2, "second"), start, told);
  pairs.add(span(client, 2, "a"), start, told);
  CHECK(told.take() == "a>first unpaired:second ");
  CHECK(pairs.waiting() == 0);
}

TEST_CASE("no more wait than may, the oldest goes") {
  SpanPairs pairs(30s, 3);
  Told told;
  for (std::uint64_t n = 1; n <= 5; ++n) pairs.add(span(client, n, std::to_string(n)), start, told);
  CHECK(told.take() == "dropped:1 dropped:2 ");
  CHECK(pairs.waiting() == 3);
  pairs.add(span(server, 2, "b"), start, told);
  CHECK(told.take() == "dropped:3 ");
  pairs.add(span(server, 5, "b"), start, told);
  CHECK(told.take() == "5>b ");
}

TEST_CASE("a key that is used again is not given up by its predecessor's time") {
  SpanPairs pairs(30s, 100);
  Told told;
  pairs.add(span(client, 1, "a"), start, told);
  pairs.add(span(server, 1, "b"), start, told);
  pairs.add(span(server, 1, "again"), start + 20s, told);
  told.take();
  pairs.expire(start + 30s, told);
  CHECK(told.take().empty());
  pairs.expire(start + 50s, told);
  CHECK(told.take() == "unpaired:again ");
}

}  // namespace
}  // namespace fleet::exporters::a2a
