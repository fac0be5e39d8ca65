// The feed against a real Redis: what is stored, what survives.
#include <catch2/catch.hpp>

#include "exporters/documents/exporter.hpp"
#include "tests/exporters/page.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace fleet::exporters;
using namespace std::chrono_literals;

namespace {

const std::string ok_batches = R"(document_batches_finished_total{pipeline="p",outcome="ok"})";

class Exporter {
 public:
  explicit Exporter(const RedisServer& redis, Purpose purpose = Purpose::serve)
      : description_(documents::describe()) {
    auto const text = "redis:\n  address: " + redis.address() + "\n  connect_timeout: 500ms\n";
    auto const build = description_.parse(config::Document::parse(text, "documents.yml"));
    set_ = std::make_shared<CollectorSet>("document_exporter", build(io_.get_executor(), purpose));
  }
  Page page(std::chrono::milliseconds time = 2s) { return collect(io_, set_, time); }
  bool reaches(const std::string& series, double value) {
    return wait_until([&] { return page().value(series) == value; }, 10s);
  }

 private:
  ExporterDescription description_;
  asio::io_context io_;
  std::shared_ptr<CollectorSet> set_;
};

void add(const RedisServer& redis, const std::string& event, const std::string& id, const std::string& at_us,
         const std::string& size = "500") {
  redis.command({"XADD", "documents:batches", "*", "event", event, "batch_id", id, "pipeline", "p", "size",
                 size, "succeeded", size, "failed", "0", "at_us", at_us});
}

void add_whole_batch(const RedisServer& redis, const std::string& id) {
  add(redis, "started", id, "1000000");
  add(redis, "finished", id, "2000000");
}

}  // namespace

TEST_CASE("batches and queue appear; an exporter that starts anew goes on from the checkpoint") {
  RedisServer redis;
  redis.command(
      {"RPUSH", "document_processing_queue", R"({"batch_id":"b","document_id":"d","enqueued_at_us":1})", "x"});
  {
    Exporter exporter(redis);
    add_whole_batch(redis, "one");
    REQUIRE(exporter.reaches(ok_batches, 1));
    auto const page = exporter.page();
    CHECK(page.all_succeeded);
    CHECK(page.value("redis_up") == 1.0);
    CHECK(page.value("document_queue_depth") == 2.0);
    CHECK(*page.value("document_queue_oldest_age_seconds") > 1.6e9);
    CHECK(page.value("document_queue_stuck_entries") == 1.0);
    CHECK(page.value(R"(document_queue_poison_entries{reason="unparsable"})") == 1.0);
    CHECK(page.value("document_queue_scanned_entries") == 2.0);
    CHECK(page.value(R"(documents_started_total{pipeline="p"})") == 500.0);
  }
  add_whole_batch(redis, "two");
  Exporter exporter(redis);
  REQUIRE(exporter.reaches(ok_batches, 2));
}

TEST_CASE("a record that was taken but not acknowledged is counted once") {
  RedisServer redis;
  add_whole_batch(redis, "one");
  redis.command({"XGROUP", "CREATE", "documents:batches", "document-exporter", "0"});
  redis.command(
      {"XREADGROUP", "GROUP", "document-exporter", "document-exporter", "STREAMS", "documents:batches", ">"});
  Exporter exporter(redis);
  REQUIRE(exporter.reaches(ok_batches, 1));
  CHECK(redis.command({"XPENDING", "documents:batches", "document-exporter"}).starts_with("0"));
}

TEST_CASE("the stream is deleted, the database flushed: the counts stay and go on") {
  RedisServer redis;
  Exporter exporter(redis);
  add_whole_batch(redis, "one");
  REQUIRE(exporter.reaches(ok_batches, 1));

  redis.command({"DEL", "documents:batches"});
  add_whole_batch(redis, "two");
  REQUIRE(exporter.reaches(ok_batches, 2));

  redis.command({"FLUSHALL"});
  add_whole_batch(redis, "three");
  REQUIRE(exporter.reaches(ok_batches, 3));
  CHECK(redis.command({"HGET", "documents:batches:checkpoint:document-exporter", "position"}) != "");
}

TEST_CASE("a restart of Redis loses nothing and is recovered from") {
  RedisOptions options;
  options.append_only = true;
  RedisServer redis(options);
  Exporter exporter(redis);
  add_whole_batch(redis, "one");
  REQUIRE(exporter.reaches(ok_batches, 1));
  redis.stop();
  auto const down = exporter.page();
  CHECK(down.value("redis_up") == 0.0);
  CHECK(down.value(ok_batches) == 1.0);
  redis.start();
  add_whole_batch(redis, "two");
  REQUIRE(exporter.reaches(ok_batches, 2));
  REQUIRE(exporter.reaches("redis_up", 1));
}

TEST_CASE("what another reader of the group has stored meanwhile is taken over, not overwritten") {
  RedisServer redis;
  Exporter exporter(redis);
  add_whole_batch(redis, "one");
  REQUIRE(exporter.reaches(ok_batches, 1));
  std::string const checkpoint = "documents:batches:checkpoint:document-exporter";
  auto state = redis.command({"HGET", checkpoint, "state"});
  auto const count = state.find("\"started\":1");
  REQUIRE(count != std::string::npos);
  state.replace(count, 11, "\"started\":5");
  redis.command({"HSET", checkpoint, "state", state, "sequence", "1000"});
  add_whole_batch(redis, "two");
  bool overwritten = false;
  CHECK(wait_until(
      [&] {
        auto const started = exporter.page().value(R"(document_batches_started_total{pipeline="p"})");
        overwritten = overwritten || started == 2.0;
        return started == 6.0;
      },
      10s));
  CHECK_FALSE(overwritten);
}

TEST_CASE("a group that is gone is made anew, and what was counted is not counted again") {
  RedisServer redis;
  Exporter exporter(redis);
  redis.command({"XADD", "documents:batches", "*", "event", "nonsense"});
  add_whole_batch(redis, "one");
  REQUIRE(exporter.reaches(ok_batches, 1));
  redis.command({"XGROUP", "DESTROY", "documents:batches", "document-exporter"});
  add_whole_batch(redis, "two");
  REQUIRE(exporter.reaches(ok_batches, 2));
  auto const page = exporter.page();
  CHECK(page.value(R"(document_records_skipped_total{reason="malformed"})") == 1.0);
  CHECK(page.value(R"(document_records_skipped_total{reason="duplicate"})") == 0.0);
}

TEST_CASE("a Redis that refuses the password is down") {
  RedisOptions options;
  options.arguments = {"--requirepass", "secret"};
  RedisServer redis(options);
  Exporter exporter(redis);
  auto const page = exporter.page();
  CHECK(page.value("redis_up") == 0.0);
  CHECK(page.value("document_feed_up") == 0.0);
  CHECK(page.all_succeeded);
}

TEST_CASE("a queue of another type fails alone, and is no Redis that is down") {
  RedisServer redis;
  redis.command({"SET", "document_processing_queue", "x"});
  Exporter exporter(redis);
  auto const page = exporter.page();
  CHECK_FALSE(page.all_succeeded);
  CHECK(page.value(R"(document_exporter_collector_success{collector="queue"})") == 0.0);
  CHECK(page.value("redis_up") == 1.0);
  CHECK(page.has_family("redis_memory_used_bytes"));
}

TEST_CASE("a frozen Redis: the page comes in time and keeps the counts") {
  RedisServer redis;
  Exporter exporter(redis);
  add_whole_batch(redis, "one");
  REQUIRE(exporter.reaches(ok_batches, 1));
  redis.freeze();
  auto const begin = Deadline::Clock::now();
  auto const page = exporter.page(1s);
  CHECK(Deadline::Clock::now() - begin < 1200ms);
  CHECK(page.value("redis_up") == 0.0);
  CHECK(page.value(ok_batches) == 1.0);
  redis.thaw();
  REQUIRE(exporter.reaches("redis_up", 1));
}

TEST_CASE("a look counts what is there and writes nothing") {
  RedisServer redis;
  add_whole_batch(redis, "one");
  Exporter look(redis, Purpose::look);
  CHECK(look.page().value(ok_batches) == 1.0);
  CHECK(redis.command({"KEYS", "*"}) == "documents:batches");
  CHECK(redis.command({"XINFO", "GROUPS", "documents:batches"}) == "");
}

TEST_CASE("a queue of another type fails alone and is named") {
  RedisServer redis;
  redis.command({"SET", "document_processing_queue", "x"});
  Exporter exporter(redis);
  add_whole_batch(redis, "one");
  REQUIRE(exporter.reaches(ok_batches, 1));
  auto const page = exporter.page();
  CHECK(page.value(R"(document_exporter_collector_success{collector="queue"})") == 0.0);
  CHECK(page.value(R"(document_exporter_collector_success{collector="batches"})") == 1.0);
}
