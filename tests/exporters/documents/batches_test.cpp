#include "exporters/documents/batches.hpp"

#include <catch2/catch.hpp>

#include "tests/exporters/page.hpp"

using namespace fleet;
using namespace fleet::exporters::documents;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t t0 = 1'700'000'000 * second;

BatchRecord started(std::string_view id, std::int64_t at, std::int64_t size = 500,
                    std::string_view pipeline = "p") {
  return {BatchEvent::started, id, pipeline, size, 0, 0, at};
}

BatchRecord finished(std::string_view id, std::int64_t at, std::int64_t succeeded = 500,
                     std::int64_t failed = 0) {
  return {BatchEvent::finished, id, "p", succeeded + failed, succeeded, failed, at};
}

BatchRecord stage(std::string_view id, std::string_view name, std::int64_t began, std::int64_t ended,
                  std::int64_t failed = 0) {
  BatchRecord record{BatchEvent::stage, id, "p", 0, 0, failed, ended};
  record.stage = name;
  record.began_us = began;
  return record;
}

testing::Page page(const Batches& batches, std::int64_t now) {
  Families families;
  batches.add_families(now, families);
  return {Exposition::render(families, Format::text_0_0_4), true};
}

std::optional<double> time_of(const Batches& batches, std::int64_t now) {
  return page(batches, now).value(R"(document_processing_time_seconds{pipeline="p"})");
}

std::optional<double> size_of(const Batches& batches, std::int64_t now) {
  return page(batches, now).value(R"(document_batch_size{pipeline="p"})");
}

}  // namespace

TEST_CASE("a batch in flight is judged while it runs, not when it ends") {
  Batches batches({});
  batches.apply(started("a", t0, 520));
  CHECK(time_of(batches, t0 + 91 * second) == 91.0);
  CHECK(size_of(batches, t0 + 91 * second) == 520.0);
  CHECK(time_of(batches, t0 - second) == 0.0);  // a clock set back
}

TEST_CASE("of several in flight the oldest counts, whatever came last; both gauges tell the same batch") {
  Batches batches({});
  // By id the young one comes first: order of time must not be order of names.
  batches.apply(started("a young one", t0 + 10 * second, 700));
  batches.apply(started("old", t0, 500));
  CHECK(time_of(batches, t0 + 60 * second) == 60.0);
  CHECK(size_of(batches, t0 + 60 * second) == 500.0);
  batches.apply(finished("old", t0 + 61 * second));
  CHECK(time_of(batches, t0 + 62 * second) == 52.0);
  CHECK(size_of(batches, t0 + 62 * second) == 700.0);
}

TEST_CASE("a finished batch stays for 5 minutes, to the microsecond, then both gauges are absent") {
  Batches batches({});
  batches.apply(started("a", t0));
  batches.apply(finished("a", t0 + 95 * second));
  auto const end = t0 + 95 * second;
  CHECK(time_of(batches, end + 299 * second) == 95.0);
  CHECK(size_of(batches, end + 300 * second - 1) == 500.0);
  CHECK(time_of(batches, end + 300 * second) == std::nullopt);
  CHECK(size_of(batches, end + 300 * second) == std::nullopt);
}

TEST_CASE("outcomes, documents and the histogram of large and small batches") {
  Batches batches({});
  batches.apply(started("ok", t0, 500));
  batches.apply(finished("ok", t0 + 90 * second));
  batches.apply(started("partial", t0, 500));
  batches.apply(finished("partial", t0 + 90 * second + 1, 490, 10));
  batches.apply(started("failed", t0, 499));
  batches.apply(finished("failed", t0 + second, 0, 499));
  auto const now = page(batches, t0 + 100 * second);
  auto const count = [&](const std::string& outcome) {
    return now.value(R"(document_batches_finished_total{pipeline="p",outcome=")" + outcome + "\"}");
  };
  CHECK(count("ok") == 1.0);
  CHECK(count("partial") == 1.0);
  CHECK(count("failed") == 1.0);
  CHECK(now.value(R"(documents_processed_total{pipeline="p",outcome="failed"})") == 509.0);
  CHECK(now.value(R"(documents_processed_total{pipeline="p",outcome="succeeded"})") == 990.0);
  // 90 s is within the objective, a microsecond more is not.
  CHECK(now.value(R"(document_batch_duration_seconds_bucket{pipeline="p",size_class="large",le="90"})") == 1.0);
  CHECK(now.value(R"(document_batch_duration_seconds_count{pipeline="p",size_class="large"})") == 2.0);
  CHECK(now.value(R"(document_batch_duration_seconds_count{pipeline="p",size_class="small"})") == 1.0);
  CHECK(now.value(R"(document_last_batch_failed_ratio{pipeline="p"})") == 1.0);
}

TEST_CASE("what is repeated, out of order or unpaired is counted by reason and does no harm") {
  Batches batches({});
  batches.apply(started("a", t0));
  batches.apply(started("a", t0 + second));
  batches.apply(finished("a", t0 + 10 * second));
  batches.apply(finished("a", t0 + 20 * second));
  batches.apply(started("a", t0 + 30 * second));
  batches.apply(finished("stranger", t0));
  batches.skip(Skip::trimmed);
  auto const now = page(batches, t0 + 40 * second);
  auto const skipped = [&](const std::string& reason) {
    return now.value(R"(document_records_skipped_total{reason=")" + reason + "\"}");
  };
  CHECK(skipped("duplicate") == 3.0);
  CHECK(skipped("negative") == 0.0);
  CHECK(skipped("unpaired") == 1.0);
  CHECK(skipped("trimmed") == 1.0);
  CHECK(skipped("malformed") == 0.0);
  CHECK(now.value(R"(document_batches_started_total{pipeline="p"})") == 1.0);
  CHECK(now.value(R"(document_batches_finished_total{pipeline="p",outcome="ok"})") == 2.0);
  CHECK(now.value(R"(document_batch_duration_seconds_count{pipeline="p",size_class="large"})") == 1.0);
}

TEST_CASE("a batch that ended before it began has ended: it is not in flight for a day") {
  Batches batches({});
  batches.apply(started("a", t0));
  batches.apply(finished("a", t0 - second));
  auto const now = page(batches, t0 + 40 * second);
  CHECK(now.value(R"(document_records_skipped_total{reason="negative"})") == 1.0);
  CHECK(now.value(R"(document_batches_in_flight{pipeline="p"})") == 0.0);
  CHECK(now.value(R"(document_batches_finished_total{pipeline="p",outcome="ok"})") == 1.0);
  CHECK(now.value(R"(document_batch_duration_seconds_count{pipeline="p",size_class="large"})") == 0.0);
  CHECK(time_of(batches, t0 + 40 * second) == std::nullopt);
}

TEST_CASE("stuck after 10 minutes, given up after a day") {
  Batches batches({});
  batches.apply(started("a", t0));
  CHECK(page(batches, t0 + 600 * second).value(R"(document_batches_stuck{pipeline="p"})") == 0.0);
  CHECK(page(batches, t0 + 600 * second + 1).value(R"(document_batches_stuck{pipeline="p"})") == 1.0);
  batches.give_up_old(t0 + 86400 * second);
  CHECK(page(batches, t0).value(R"(document_batches_in_flight{pipeline="p"})") == 1.0);
  batches.give_up_old(t0 + 86400 * second + 1);
  CHECK(page(batches, t0).value(R"(document_batches_in_flight{pipeline="p"})") == 0.0);
  CHECK(page(batches, t0).value(R"(document_batches_finished_total{pipeline="p",outcome="abandoned"})") == 1.0);
}

TEST_CASE("pipelines beyond the limit become other") {
  BatchRules rules;
  rules.max_pipelines = 1;
  Batches batches(rules);
  batches.apply(started("a", t0, 500, "p"));
  batches.apply(started("b", t0, 500, "q"));
  batches.apply(started("c", t0, 500, "r"));
  auto const now = page(batches, t0);
  CHECK(now.value(R"(document_batches_in_flight{pipeline="p"})") == 1.0);
  CHECK(now.value(R"(document_batches_in_flight{pipeline="other"})") == 2.0);
  CHECK(now.text.find("pipeline=\"q\"") == std::string::npos);
}

TEST_CASE("stages of a batch are measured once each") {
  BatchRules rules;
  rules.max_stages = 2;
  Batches batches(rules);
  batches.apply(stage("a", "early", t0, t0 + second));
  batches.apply(started("a", t0));
  batches.apply(stage("a", "ocr", t0, t0 + 8 * second, 3));
  batches.apply(stage("a", "ocr", t0, t0 + 8 * second, 3));
  batches.apply(stage("a", "index", t0 + 8 * second, t0 + 9 * second));
  batches.apply(stage("a", "file", t0 + 9 * second, t0 + 10 * second));
  batches.apply(finished("a", t0 + 10 * second));
  batches.apply(stage("a", "late", t0, t0 + second));
  auto const now = page(batches, t0 + 11 * second);
  auto const label = [](const std::string& name) { return "{pipeline=\"p\",stage=\"" + name + "\"}"; };
  CHECK(now.value("document_stage_duration_seconds_sum" + label("ocr")) == 8.0);
  CHECK(now.value("document_stage_duration_seconds_count" + label("ocr")) == 1.0);
  CHECK(now.value("document_stage_duration_seconds_count" + label("index")) == 1.0);
  CHECK(now.value("document_stage_duration_seconds_sum" + label("other")) == 1.0);
  CHECK(now.value(R"(document_stage_documents_total{pipeline="p",stage="ocr",outcome="failed"})") == 3.0);
  CHECK(now.text.find("document_stage_documents_total{pipeline=\"p\",stage=\"index\"") == std::string::npos);
  CHECK(now.value(R"(document_records_skipped_total{reason="duplicate"})") == 2.0);
  CHECK(now.value(R"(document_records_skipped_total{reason="unpaired"})") == 1.0);
  CHECK(now.value(R"(document_batches_finished_total{pipeline="p",outcome="ok"})") == 1.0);
}

TEST_CASE("throughput and failures of the last batches, until they are long ago") {
  BatchRules rules;
  rules.recent_batches = 2;
  Batches batches(rules);
  auto const value = [&](const std::string& name, std::int64_t at) {
    return page(batches, at).value(name + R"({pipeline="p"})");
  };
  batches.apply(started("a", t0));
  CHECK(value("document_recent_batches", t0) == 0.0);
  CHECK_FALSE(value("document_recent_failed_ratio", t0));
  CHECK_FALSE(value("document_throughput_objective_ratio", t0));
  batches.apply(finished("a", t0 + 45 * second, 0, 500));
  CHECK(value("document_throughput_objective_ratio", t0 + 45 * second) == 2.0);
  CHECK(value("document_recent_failed_ratio", t0 + 45 * second) == 1.0);
  batches.apply(started("b", t0 + 50 * second, 500));
  batches.apply(finished("b", t0 + 185 * second, 500, 0));
  CHECK(value("document_throughput_objective_ratio", t0 + 185 * second) == 1.0);
  CHECK(value("document_recent_failed_ratio", t0 + 185 * second) == 0.5);
  // Small ones have no objective, but their failures count; the first batch is no longer among the last two.
  batches.apply(started("c", t0 + 186 * second, 100));
  batches.apply(finished("c", t0 + 187 * second, 0, 100));
  CHECK(value("document_throughput_objective_ratio", t0 + 187 * second) == Approx(90.0 / 135));
  CHECK(value("document_recent_failed_ratio", t0 + 187 * second) == Approx(1.0 / 6));
  CHECK(value("document_recent_batches", t0 + 187 * second) == 2.0);
  CHECK(value("document_recent_batches", t0 + 186 * second + 1800 * second) == 1.0);
  CHECK_FALSE(value("document_throughput_objective_ratio", t0 + 186 * second + 1800 * second));
  CHECK_FALSE(value("document_recent_failed_ratio", t0 + 187 * second + 1800 * second));
}

TEST_CASE("a checkpoint of an older version is read") {
  auto const* const old =
      R"({"version":1,"pipelines":{"p":{"started":4,"ok":3,"partial":0,"failed":0,"abandoned":0,)"
      R"("documents_succeeded":1500,"documents_failed":0,)"
      R"("large":{"counts":[0,0,0,3,0,0,0,0,0,0,0,0,0,0],"sum":60.0},)"
      R"("small":{"counts":[0,0,0,0,0,0,0,0,0,0,0,0,0,0],"sum":0},)"
      R"("last_finished_us":5,"last_duration_us":4,"last_size":500,"last_failed":0}},)"
      R"("in_flight":{"x":{"pipeline":"p","size":500,"started_us":7}},"finished_ids":["w"],"skipped":[1,0,0,0,0]})";
  auto const batches = Batches::decode(old, {});
  REQUIRE(batches);
  auto const now = page(*batches, 9);
  CHECK(now.value(R"(document_batches_started_total{pipeline="p"})") == 4.0);
  CHECK(now.value(R"(document_batches_in_flight{pipeline="p"})") == 1.0);
  CHECK(now.value(R"(documents_started_total{pipeline="p"})") == 0.0);
  CHECK(now.value(R"(document_recent_batches{pipeline="p"})") == 0.0);
  CHECK_FALSE(now.has_family("document_stage_duration_seconds"));
}

TEST_CASE("the checkpoint's text carries everything") {
  Batches batches({});
  batches.apply(started("a \"quoted\"", t0));
  batches.apply(started("b", t0 + second, 10));
  batches.apply(stage("b", "ocr", t0 + second, t0 + 2 * second, 1));
  batches.apply(finished("b", t0 + 3 * second, 9, 1));
  batches.apply(stage("a \"quoted\"", "o\"cr", t0 + second, t0 + 2 * second));
  batches.skip(Skip::malformed);
  auto const copy = Batches::decode(batches.encode(), {});
  REQUIRE(copy);
  CHECK(page(*copy, t0 + 5 * second).text == page(batches, t0 + 5 * second).text);
  CHECK(copy->encode() == batches.encode());
  auto again = *copy;
  again.apply(finished("b", t0 + 9 * second));
  again.apply(stage("a \"quoted\"", "o\"cr", t0 + second, t0 + 2 * second));
  CHECK(page(again, t0).value(R"(document_records_skipped_total{reason="duplicate"})") == 2.0);

  CHECK_FALSE(Batches::decode("", {}));
  CHECK_FALSE(Batches::decode("{}", {}));
  CHECK_FALSE(Batches::decode(R"({"version":2})", {}));
  CHECK_FALSE(Batches::decode(batches.encode().substr(1), {}));
}

TEST_CASE("the page is the golden page") {
  Batches batches({});
  batches.apply(started("one", t0, 520));
  batches.apply(stage("one", "ocr", t0, t0 + 15 * second, 3));
  batches.apply(stage("one", "index", t0 + 15 * second, t0 + 20 * second));
  batches.apply(finished("one", t0 + 21 * second, 517, 3));
  batches.apply(started("two", t0 + 60 * second, 500));
  batches.apply(started("small", t0 + 61 * second, 12, "letters"));
  batches.skip(Skip::malformed);
  auto const text = page(batches, t0 + 90 * second).text;
  CHECK(text == testing::golden("documents/batches.prom", text));
}
