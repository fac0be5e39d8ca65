#include "exporters/a2a/checkpoint.hpp"

#include <catch2/catch.hpp>

#include "tests/exporters/a2a/stream_reply.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::bulk;
using testing::MadeReply;

std::map<std::string, std::string> fields_of(const HopCounts& counts, const Changes& changes) {
  CheckpointFields const fields(counts, changes);
  std::vector<std::string_view> words;
  fields.append_to(words);
  std::map<std::string, std::string> out;
  for (std::size_t n = 0; n + 1 < words.size(); n += 2) out.emplace(words[n], words[n + 1]);
  return out;
}

std::optional<HopCounts> decode(const std::map<std::string, std::string>& hash) {
  std::string wire = "*" + std::to_string(2 * hash.size()) + "\r\n";
  for (auto const& [field, value] : hash) wire += bulk(field) + bulk(value);
  return decode_checkpoint(MadeReply(wire));
}

HopCounts some_counts() {
  HopCounts counts;
  auto& pair = counts.pairs[counts.pair("intake", "research", 500)];
  pair.by_outcome = {5, 2, 1};
  pair.started_base = 3;
  for (auto const us : {900, 50'000, 50'001, 200'000, 99'000'000}) pair.duration.observe(us);
  counts.pairs[counts.pair("cross exam", "d\xc3\xa9j\xc3\xa0:x", 500)].by_outcome = {1ULL << 63, 0, 0};
  auto& target = counts.targets[counts.target("research", 500)];
  target.queue.observe(7);
  target.processing.observe(123'456);
  counts.errors = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  counts.skipped = {1, 2, 3, 4, 5};
  counts.resets = {1, 2, 3, 4, 5, 6};
  counts.conflicts = 9;
  counts.position = {.sequence = 77,
                     .writer = "w1",
                     .last = {1'700'000'000'000, 5},
                     .counted_before = {1'600'000'000'000, 1},
                     .delivered = 1000,
                     .added_base = -44,
                     .lost = 6,
                     .newest_done_us = 1'700'000'000'123'456,
                     .recent_total = 900,
                     .recent_capacity = 800};
  return counts;
}

Changes all_of(const HopCounts& counts) {
  Changes changes;
  changes.everything(counts);
  return changes;
}

TEST_CASE("what is stored whole is restored whole") {
  auto const counts = some_counts();
  auto const hash = fields_of(counts, all_of(counts));
  auto const restored = decode(hash).value();
  CHECK(fields_of(restored, all_of(restored)) == hash);

  auto const& pair = restored.pairs[restored.find_pair("intake|research")];
  CHECK(pair.by_outcome == std::array<std::uint64_t, 3>{5, 2, 1});
  CHECK(pair.started_base == 3);
  CHECK(pair.duration.sum_us == 99'300'901);
  CHECK(pair.duration.counts == counts.pairs[0].duration.counts);
  CHECK(restored.pairs[restored.find_pair("cross exam", "d\xc3\xa9j\xc3\xa0:x")].by_outcome[0] == 1ULL << 63);
  CHECK(restored.targets[0].processing.sum_us == 123'456);
  CHECK(restored.errors == counts.errors);
  CHECK(restored.skipped == counts.skipped);
  CHECK(restored.resets == counts.resets);
  CHECK(restored.conflicts == 9);
  CHECK(restored.position.last == counts.position.last);
  CHECK(restored.position.counted_before == counts.position.counted_before);
  CHECK(restored.position.added_base == -44);
  CHECK(restored.position.newest_done_us == counts.position.newest_done_us);
}

TEST_CASE("pieces on top of each other make the whole") {
  auto counts = some_counts();
  auto hash = fields_of(counts, all_of(counts));
  Changes changes;
  auto const index = counts.pair("a", "b", 500);
  ++counts.pairs[index].by_outcome[0];
  counts.pairs[index].duration.observe(1);
  changes.pair(index);
  ++counts.skipped[0];
  counts.position.sequence = 78;
  auto const piece = fields_of(counts, changes);
  CHECK(piece.count("pair:a|b") == 1);
  CHECK(piece.count("pair:intake|research") == 0);
  CHECK(piece.count("bounds") == 0);
  for (auto const& [field, value] : piece) hash[field] = value;
  auto const restored = decode(hash).value();
  CHECK(fields_of(restored, all_of(restored)) == fields_of(restored, all_of(restored)));
  CHECK(restored.position.sequence == 78);
  CHECK(restored.skipped[0] == 2);
  CHECK(restored.pairs[restored.find_pair("a|b")].by_outcome[0] == 1);
  CHECK(restored.pairs[restored.find_pair("intake|research")].by_outcome[0] == 5);
}

TEST_CASE("an empty hash is no checkpoint, a foreign one is an error") {
  CHECK_FALSE(decode({}));
  CHECK_THROWS(decode({{"colour", "blue"}}));
  CHECK_THROWS(decode({{"position", "version=2 sequence=1"}}));
  CHECK_THROWS(decode({{"position", "garbage"}}));
  CHECK_THROWS(decode_checkpoint(MadeReply("-WRONGTYPE not a hash\r\n")));
  CHECK_THROWS_AS(decode_checkpoint(MadeReply("*1\r\n$8\r\nposition\r\n")), redis::ProtocolError);
}

TEST_CASE("what is damaged or unknown does not take the rest with it") {
  auto const counts = some_counts();
  auto hash = fields_of(counts, all_of(counts));
  hash["pair:x|y"] = "not numbers";
  hash["pair:no bar"] = "1 2 3 0 0";
  hash["later"] = "unknown";
  hash["skipped"] += " someday=5";
  auto const restored = decode(hash).value();
  CHECK(restored.find_pair("x|y") == HopCounts::none);
  CHECK(restored.pairs.size() == 2);
  CHECK(restored.skipped == counts.skipped);
}

TEST_CASE("a histogram of other bounds starts anew, its counters do not") {
  auto const counts = some_counts();
  auto hash = fields_of(counts, all_of(counts));
  hash["bounds"] = "1 2 3";
  auto const restored = decode(hash).value();
  auto const& pair = restored.pairs[restored.find_pair("intake|research")];
  CHECK(pair.finished() == 8);
  CHECK(pair.duration.data().count() == 0);
  CHECK(pair.duration.sum_us == 0);
}

TEST_CASE("bucket bounds are inclusive, and the objectives are among them") {
  DurationCounts at, above;
  for (auto const objective : {50'000, 200'000}) {
    auto const bucket = at.observe(objective);
    CHECK(latency_bounds_us()[bucket] == objective);
    CHECK(above.observe(objective + 1) == bucket + 1);
  }
}

TEST_CASE("pairs beyond the limit are one") {
  HopCounts counts;
  for (int n = 0; n < 10; ++n) counts.pair("s" + std::to_string(n), "t", 3);
  REQUIRE(counts.pairs.size() == 4);
  CHECK(counts.pairs[3].source == "other");
  CHECK(counts.pairs[3].target == "other");
  CHECK(counts.pair("s0", "t", 3) == 0);
  CHECK(counts.pair("s9", "t", 3) == 3);
}

}  // namespace
}  // namespace fleet::exporters::a2a
