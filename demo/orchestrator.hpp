// Messages between the agents through Redis: a sender, and a worker for each agent that takes, works and
// records the hop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/metrics/instruments.hpp"
#include "core/redis/connection.hpp"
#include "demo/agents.hpp"
#include "demo/faults.hpp"
#include "demo/hop_message.hpp"
#include "demo/outage_log.hpp"

namespace fleet::demo {

/// Sends `rate` messages a second along the routes that matters take through the agents, plus those of the
/// fault hops-burst. A message that fails is sent again under the same hop id with the next attempt, at most
/// twice. A message that waited for more than 30 s (its agent was down) ends as `timeout`. Nothing is sent
/// while Redis is away. Lives on one io thread.
class Orchestrator : public std::enable_shared_from_this<Orchestrator> {
 public:
  struct Options {
    redis::Options redis;
    double rate = 40;
    std::uint64_t seed = 1;
  };
  Orchestrator(asio::io_context& io, Options options, Agents& agents, Faults& faults, Instruments& instruments);

  /// Starts the loops; they keep this object alive until stop() or the end of `io`.
  void start();
  void stop() { stopping_ = true; }
  /// Whether Redis answered the last time.
  bool redis_up() const { return outage_.up(); }

 private:
  using Self = std::shared_ptr<Orchestrator>;
  static awaitable<void> begin(Self self);
  static awaitable<void> send_loop(Self self);
  static awaitable<void> work_loop(Self self, std::size_t agent);
  static awaitable<void> expire(Self self, std::string queue);
  static awaitable<void> work(Self self, std::size_t agent, std::string entry, std::int64_t dequeued_us);
  static awaitable<void> record(Self self, std::vector<std::string> fields);

  HopMessage next_message();
  void add_to(redis::Pipeline& pipeline, const HopMessage& message) const;
  std::string hex(int digits);
  double uniform();

  asio::io_context& io_;
  Options options_;
  Agents& agents_;
  Faults& faults_;
  redis::Client redis_;
  OutageLog outage_;
  std::mt19937_64 random_;
  Counter& sent_;
  Counter& finished_;
  std::vector<HopMessage> retries_;
  std::size_t route_ = 0, step_ = 0;  // the hop that comes next
  std::string trace_id_;
  bool stopping_ = false;
};

}  // namespace fleet::demo
