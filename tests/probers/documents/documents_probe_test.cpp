#include "probers/documents/documents_probe.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "probers/documents/documents_module.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/redis_server.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

/// A pipeline that works documents off a real Redis, on a thread of its own.
class Pipeline {
 public:
  Pipeline(const testing::RedisServer& redis, std::string sha256, int failing)
      : redis_(redis), sha256_(std::move(sha256)), failing_(failing), thread_([this] { run(); }) {}
  ~Pipeline() {
    stop_ = true;
    thread_.join();
  }
  std::set<std::string> documents;  // read it after the destructor of the thread's work: when the probe has ended

 private:
  void run() {
    int done = 0;
    while (!stop_) {
      auto const entry = redis_.command({"LPOP", "document_processing_queue"});
      if (entry.empty()) {
        std::this_thread::sleep_for(2ms);
        continue;
      }
      auto const document = boost::json::parse(entry).as_object();
      documents.insert(document.at("document_id").as_string().c_str());
      std::string const batch = document.at("batch_id").as_string().c_str();
      if (document.at("enqueued_at_us").to_number<double>() < 1e15) continue;
      if (++done < 5) continue;
      auto const failed = std::to_string(failing_), succeeded = std::to_string(5 - failing_);
      // Somebody else's batch ends first.
      redis_.command({"XADD", "documents:batches", "*", "event", "finished", "batch_id", "B1", "pipeline", "p", "size",
                      "9", "succeeded", "9", "failed", "0", "at_us", "1"});
      redis_.command({"XADD", "documents:batches", "*", "event", "finished", "batch_id", batch, "pipeline", "canary",
                      "size", "5", "succeeded", succeeded, "failed", failed, "at_us", "1", "sha256", sha256_});
    }
  }
  const testing::RedisServer& redis_;
  std::string sha256_;
  int failing_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

ProbeResult attempt(const std::string& address, const std::string& options, std::chrono::milliseconds timeout = 10s) {
  auto const value = config::Document::parse(options, "documents.yml").root();
  auto const probe = read_documents(value, value, ReadContext())->probe({address, ""});
  asio::io_context io;
  return testing::run_on(io, attempt_once(*probe, Deadline::after(timeout)));
}

}  // namespace

TEST_CASE("a batch goes through the queue and is finished") {
  testing::RedisServer const redis;
  Pipeline const pipeline(redis, std::string(64, 'a'), 0);
  auto const result = attempt(redis.address(), "{size: 5, golden_sha256: " + std::string(64, 'a') + "}");
  CAPTURE(result.detail);
  REQUIRE(result.outcome == Outcome::good);
  CHECK(pipeline.documents.size() == 5);
  CHECK(*result.facts.find(facts::documents_size) == 5);
  CHECK(*result.facts.find(facts::documents_failed) == 0);
  CHECK(*result.facts.find(facts::documents_throughput) > 0);
  auto const started = redis.command({"XRANGE", "documents:batches", "-", "+", "COUNT", "1"});
  CHECK(started.find("canary-") != std::string::npos);
  CHECK(started.find("started") != std::string::npos);
}

TEST_CASE("documents that fail, come out different or take too long") {
  testing::RedisServer const redis;
  {
    Pipeline const pipeline(redis, "", 2);
    auto const failed = attempt(redis.address(), "{size: 5}");
    CHECK(failed.reason == Reason::documents_failed);
    CHECK(failed.detail == "3 of 5 documents succeeded, 2 failed");
  }
  {
    Pipeline const pipeline(redis, std::string(64, 'b'), 0);
    auto const different = attempt(redis.address(), "{size: 5, golden_sha256: " + std::string(64, 'a') + "}");
    CHECK(different.reason == Reason::documents_hash);
  }
  {
    Pipeline const pipeline(redis, "", 0);
    auto const slow = attempt(redis.address(), "{size: 5, target_time: 1ms}");
    CHECK(slow.reason == Reason::slow);
  }
}

TEST_CASE("a pipeline that stands still, a Redis that is gone") {
  testing::RedisServer redis;
  auto const stuck = attempt(redis.address(), "{size: 3}", 2s);
  CHECK(stuck.reason == Reason::timeout);
  CHECK(stuck.step == "process");
  CHECK(stuck.detail == "timed out: the batch is not finished; 3 documents of all batches wait in the queue");
  redis.stop();
  CHECK(attempt(redis.address(), "{}").reason == Reason::refused);
}

TEST_CASE("a batch is judged: failures before the hash before the time") {
  DocumentsOptions options;
  options.size = 500;
  CHECK(judge_batch(options, {500, 0, ""}, 90s) == std::nullopt);
  CHECK(judge_batch(options, {500, 0, ""}, 90s + 1ns)->reason == Reason::slow);
  CHECK(judge_batch(options, {500, 0, ""}, 100s)->detail == "100.0 s, expected at most 90.0 s");
  CHECK(judge_batch(options, {499, 0, ""}, 1s)->reason == Reason::documents_failed);
  options.golden_sha256 = std::string(64, 'a');
  CHECK(judge_batch(options, {500, 0, ""}, 100s)->detail == "the pipeline told no sha256 of the batch");
}
