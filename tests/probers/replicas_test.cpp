// Three replicas of slo_prober that share their targets through a real Redis: one is killed, one frozen, Redis restarted.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/web/server.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// How long to freeze, and the lease: short by default; FLEET_REPLICAS_FULL=1 takes the fleet's own 8 s and 60 s.
bool full() { return std::getenv("FLEET_REPLICAS_FULL") != nullptr; }
std::chrono::milliseconds lease() { return full() ? 8s : 2s; }
std::chrono::milliseconds freeze_length() { return full() ? 60s : 6s; }
/// Within this every target is probed again: a lease, a quarter, an interval, and room for a loaded machine.
std::chrono::milliseconds takeover() { return full() ? 15s : 8s; }

constexpr int target_count = 30;
constexpr std::chrono::milliseconds interval{500};

/// The target of all: remembers who asked for what, when.
class Journal {
 public:
  struct Visit {
    Clock::time_point at;
    std::string replica;
  };

  Journal() {
    for (int i = 0; i < target_count; ++i) {
      auto const path = "/t" + std::to_string(i);
      server_.route("GET", path, [this, path](const web::Request& request) {
        std::lock_guard const lock(mutex_);
        visits_[path].push_back({Clock::now(), std::string(request.header("X-Replica"))});
        return answer();
      });
    }
    server_.listen("127.0.0.1:0");
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Journal() {
    io_.stop();
    thread_.join();
  }
  std::string base() const { return "http://" + server_.addresses().at(0); }

  std::map<std::string, std::vector<Visit>> visits() const {
    std::lock_guard const lock(mutex_);
    return visits_;
  }
  /// Whether every target was visited after `when`, by one of these replicas if any are given.
  bool all_visited_since(Clock::time_point when, const std::string& not_by = "") const {
    std::lock_guard const lock(mutex_);
    return visits_.size() == target_count && std::all_of(visits_.begin(), visits_.end(), [&](auto const& entry) {
             return std::any_of(entry.second.rbegin(), entry.second.rend(),
                                [&](auto const& visit) { return visit.at > when && visit.replica != not_by; });
           });
  }

 private:
  static awaitable<web::Response> answer() {
    web::Response response;
    response.body = "ok";
    co_return response;
  }
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Visit>> visits_;
  asio::io_context io_;
  web::Server server_{io_};
  std::thread thread_;
};

class Replica {
 public:
  Replica(const std::string& name, const Journal& journal, const testing::RedisServer& redis) {
    std::string config = "vantage: " + name + "\nfleet:\n  redis: {address: \"" + redis.address() +
                         "\"}\n  lease: " + std::to_string(lease().count()) +
                         "ms\nprobes:\n  - name: p\n    type: http\n    interval: 500ms\n    timeout: 400ms\n"
                         "    http: {headers: {X-Replica: " + name + "}}\n    targets:\n";
    for (int i = 0; i < target_count; ++i) {
      auto const n = std::to_string(i);
      config += "      - {name: t" + n + ", url: \"" + journal.base() + "/t" + n + "\"}\n";
    }
    testing::Launch launch;
    launch.command = {FLEET_BIN_DIR "/slo_prober", "--config.file=" + directory_.write("prober.yml", config),
                      "--shard=auto", "--web.listen-address=127.0.0.1:" + std::to_string(testing::free_port())};
    launch.output = directory_.path() / "log";
    process_.emplace(std::move(launch));
  }
  testing::Process& process() { return *process_; }

 private:
  testing::TemporaryDirectory directory_;
  std::optional<testing::Process> process_;
};

/// Who visited a target when, for people.
std::string story(const std::vector<Journal::Visit>& visits) {
  std::string text;
  for (auto const& visit : visits) {
    auto const since = std::chrono::duration<double>(visit.at - visits.front().at).count();
    text += visit.replica + "@" + std::to_string(since).substr(0, 5) + " ";
  }
  return text;
}

/// The longest time for which two replicas both went on probing one target: from the first visit of a newcomer that lies
/// between visits of another, to the last visit that does.
Clock::duration longest_overlap(const std::map<std::string, std::vector<Journal::Visit>>& all, std::string& worst) {
  Clock::duration longest{0};
  for (auto const& [target, visits] : all) {
    // A change of hands is A A A B B B, and B may soon hand back. While one goes on at its pace with another in between (A B A),
    // two are at it.
    std::optional<Clock::time_point> begin;
    for (std::size_t i = 2; i < visits.size(); ++i) {
      bool const alternates = visits[i].replica != visits[i - 1].replica &&
                              visits[i].replica == visits[i - 2].replica &&
                              visits[i].at - visits[i - 2].at < 3 * interval;
      if (alternates) {
        if (!begin) begin = visits[i - 1].at;
        // The visit before this one is the last that lies between two of another.
        if (visits[i - 1].at - *begin > longest) worst = story(visits);
        longest = std::max(longest, visits[i - 1].at - *begin);
      } else if (visits[i].replica == visits[i - 1].replica) {
        begin.reset();
      }
    }
  }
  return longest;
}

}  // namespace

TEST_CASE("three replicas: one is killed, one frozen, Redis restarted; every target goes on being probed, by one") {
  testing::RedisServer redis;
  Journal journal;
  Replica a("a", journal, redis), b("b", journal, redis), c("c", journal, redis);
  auto const shares = [&] {
    std::map<std::string, int> last;
    for (auto const& [target, visits] : journal.visits()) ++last[visits.back().replica];
    return last;
  };
  REQUIRE(testing::wait_until([&] { return shares().size() == 3 && journal.all_visited_since({}); }, 30s));

  auto const killed_at = Clock::now();
  c.process().kill9();
  REQUIRE(testing::wait_until([&] { return journal.all_visited_since(killed_at, "c"); }, takeover()));

  auto const frozen_at = Clock::now();
  b.process().signal(SIGSTOP);
  CHECK(testing::wait_until([&] { return journal.all_visited_since(frozen_at, "b"); }, takeover()));
  testing::wait_until([&] { return Clock::now() - frozen_at > freeze_length(); }, freeze_length() + 1s);
  b.process().signal(SIGCONT);
  REQUIRE(testing::wait_until([&] { return shares().size() == 2; }, takeover()));

  auto const restarted_at = Clock::now();
  redis.restart();
  CHECK(testing::wait_until([&] { return journal.all_visited_since(restarted_at); }, takeover()));
  testing::wait_until([&] { return Clock::now() - restarted_at > 2 * lease(); }, 3 * lease());
  CHECK(journal.all_visited_since(Clock::now() - 2s));

  std::string worst;
  auto const overlap = longest_overlap(journal.visits(), worst);
  CAPTURE(worst);
  // A visit is seen when it arrives, not when it was begun.
  CHECK(overlap <= lease() + interval / 5);
  CHECK(a.process().stop() == 0);
  CHECK(b.process().stop() == 0);
}
