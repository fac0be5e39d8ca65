// validate documents and validate recovery as they are run, against a real Redis and a real PostgreSQL cluster.
#include <atomic>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <thread>

#include "tests/servers/postgres_server.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

const std::string program = FLEET_BIN_DIR "/slo_prober";

/// A pipeline that works batches of `size` documents off the queue, the first `failing` of each without
/// success.
class Pipeline {
 public:
  Pipeline(const RedisServer& redis, int size, int failing)
      : redis_(redis), size_(size), failing_(failing), thread_([this] { run(); }) {}
  ~Pipeline() {
    stop_ = true;
    thread_.join();
  }

 private:
  void run() {
    std::map<std::string, int> done;
    while (!stop_) {
      auto const entry = redis_.command({"LPOP", "document_processing_queue"});
      if (entry.empty()) {
        std::this_thread::sleep_for(2ms);
        continue;
      }
      std::string const batch = boost::json::parse(entry).at("batch_id").as_string().c_str();
      if (++done[batch] < size_) continue;
      redis_.command({"XADD", "documents:batches", "*", "event", "finished", "batch_id", batch, "pipeline",
                      "canary", "size", std::to_string(size_), "succeeded", std::to_string(size_ - failing_),
                      "failed", std::to_string(failing_), "at_us", "1"});
    }
  }
  const RedisServer& redis_;
  int size_, failing_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// The program in `directory`, its two outputs in files of their own.
class Command {
 public:
  Command(const TemporaryDirectory& directory, const std::string& arguments)
      : out_(directory.path() / "out"), err_(directory.path() / "err") {
    Launch launch;
    launch.command = {"sh", "-c",
                      "exec " + program + " " + arguments + " >" + out_.string() + " 2>" + err_.string()};
    launch.directory = directory.path();
    process_.emplace(std::move(launch));
  }
  int wait() { return process_->wait(30s); }
  std::string out() const { return read_text(out_); }
  std::string err() const { return read_text(err_); }

 private:
  std::filesystem::path out_, err_;
  std::optional<Process> process_;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("validate documents sends a batch of the size asked for and judges its time") {
  RedisServer redis;
  TemporaryDirectory directory;
  directory.write("prober.yml",
                  "probes:\n- name: documents\n  type: documents\n  interval: 1m\n  timeout: 30s\n  targets:\n "
                  " - {name: queue, address: '" +
                      redis.address() + "'}\n  documents: {size: 2, golden_sha256: " + std::string(64, 'a') +
                      "}\n");
  {
    Pipeline const pipeline(redis, 25, 0);
    Command met(directory, "validate documents --target-docs 25 --target-time 20");
    auto const exit = met.wait();
    CAPTURE(met.out(), met.err());
    CHECK(exit == 0);
    CHECK(has(met.out(), "25 documents within 20.00 s: 1 of 1 target well"));
    CHECK(has(met.out(), "the golden hash was not judged"));
    Command slow(directory, "validate documents --target-docs 25 --target-time 1ms --timeout 20 --output json");
    CHECK(slow.wait() == 1);
    auto const row = boost::json::parse(slow.out()).at("rows").at(0);
    CHECK(row.at("reason") == "slow");
    CHECK(has(row.at("detail").as_string().c_str(), " over"));
    CHECK(row.at("measures").at("documents") == 25);
    CHECK(row.at("measures").at("batch_seconds").to_number<double>() > 0.001);
  }
  {
    Pipeline const pipeline(redis, 25, 3);
    Command failing(directory, "validate documents --target-docs 25 --target-time 20");
    CHECK(failing.wait() == 1);
    CHECK(has(failing.out(), "22 of 25 documents succeeded, 3 failed"));
  }
  Command stuck(directory, "validate documents --target-docs 25 --target-time 300ms");
  CHECK(stuck.wait() == 1);
  CHECK(has(stuck.out(), "timeout"));
  CHECK(has(stuck.out(), "wanted within 300 ms"));
  redis.stop();
  Command gone(directory, "validate documents --target-docs 25 --target-time 1");
  CHECK(gone.wait() == 1);
  CHECK(has(gone.out(), "refused"));
}

TEST_CASE("validate recovery measures a real failover") {
  PostgresServer primary;
  auto const replica = primary.create_replica();
  TemporaryDirectory directory;
  directory.write("prober.yml",
                  "probes:\n- name: database\n  type: postgres\n  interval: 10s\n  timeout: 5s\n  targets:\n  "
                  "- {name: cluster, address: '" +
                      primary.address() +
                      "'}\n  postgres:\n    check: canary\n    create_table: true\n    nodes: ['" +
                      primary.address() + "', '" + replica->address() + "']\n");
  {
    Command steady(directory, "validate recovery --steady --duration 1");
    auto const exit = steady.wait();
    CAPTURE(steady.out(), steady.err());
    CHECK(exit == 0);
    CHECK(has(steady.out(), "nothing failed over; replicas are at most"));
  }
  {
    Command idle(directory, "validate recovery --duration 500ms");
    CHECK(idle.wait() == 3);
    CHECK(has(idle.out(), "nothing failed over within"));
  }
  auto const canaries = [&] { return std::stoi(replica->value("SELECT count(*) FROM slo_prober_canary")); };
  auto const before = canaries();
  Command drill(directory,
                "validate recovery --rto 20 --rpo 20 --duration 25 --interval 50ms --progress --output json");
  REQUIRE(wait_until([&] { return canaries() >= before + 5; }));
  primary.stop(PostgresServer::Stop::immediate);
  REQUIRE(wait_until([&] { return has(drill.err(), "bad "); }));
  replica->promote();
  auto const exit = drill.wait();
  CAPTURE(drill.out(), drill.err());
  CHECK(exit == 0);
  auto const row = boost::json::parse(drill.out()).at("rows").at(0);
  CHECK(row.at("outcome") == "good");
  CHECK(has(row.at("detail").as_string().c_str(),
            "moved from " + primary.address() + " to " + replica->address()));
  auto const& measures = row.at("measures").as_object();
  auto const at_most = measures.at("rto_at_most_seconds").to_number<double>();
  CHECK(at_most > 0);
  CHECK(at_most < 20);
  // Null if no attempt failed that had begun after the last confirmation: where each takes a second.
  auto const& rto = measures.at("rto_seconds");
  if (!rto.is_null()) CHECK((rto.to_number<double>() > 0 && rto.to_number<double>() <= at_most));
  CHECK(measures.at("checked").to_number<double>() >= 3);

  // The old primary is gone for good: what is left takes no part in the verdict on the failover, but in that on
  // the present.
  Command present(directory, "validate recovery --steady --duration 500ms");
  CHECK(present.wait() == 1);
  CHECK(has(present.out(), "replicas"));
}

TEST_CASE("validate recovery: an outage longer than the RTO is bad while it lasts") {
  PostgresServer server;
  TemporaryDirectory directory;
  directory.write("prober.yml",
                  "probes:\n- name: database\n  type: postgres\n  interval: 10s\n  timeout: 2s\n  targets: ['" +
                      server.address() + "']\n  postgres: {check: canary, create_table: true}\n");
  Command drill(directory, "validate recovery --rto 1 --duration 12 --interval 50ms --progress");
  REQUIRE(wait_until([&] { return has(drill.err(), "good"); }));
  server.stop(PostgresServer::Stop::immediate);
  CHECK(drill.wait() == 1);
  CHECK(has(drill.out(), "over 1.00 s and it still lasts"));
  Command never(directory, "validate recovery --steady --duration 300ms");
  CHECK(never.wait() == 1);
  CHECK(has(never.out(), "no write was confirmed within"));
}
