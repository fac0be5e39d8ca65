// The workers of one prober: each with its own thread, its own probes, its own share of the targets.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/metrics/instruments.hpp"
#include "probers/schedule.hpp"
#include "probers/sharding/shard.hpp"
#include "probers/slo_prober/config.hpp"

namespace fleet::probers {

/// What is to be probed: handed to every worker, which takes its share. Immutable once published.
struct Assignment {
  config::Document document;  ///< each worker reads its own modules and probes from it
  std::map<std::string, std::vector<DiscoveredTarget>> discovered;  ///< by probe name
  Shard shard;
};

/// Whoever wants to know what the workers do; each is called on the worker's thread, and may be empty.
struct Watcher {
  /// What it probes from now on.
  std::function<void(std::size_t worker, const std::vector<ScheduledProbe>&)> share;
  Schedule::Observer attempt;
};

/// Workers share nothing but the metrics. Worker 0 is the daemon's own thread, where all members are called; the others run
/// threads of their own from construction to stop(). A target goes to the worker that a hash of its
/// identity names; exclusive probes all go to worker 0, where their leases are kept.
class Crew {
 public:
  /// The gate is asked on any worker's thread. Must outlive the Crew: home, instruments.
  Crew(asio::io_context& home, Instruments& instruments, std::size_t workers, Schedule::Gate gate,
       Watcher watcher = {});
  ~Crew();

  /// Reads the assignment on each worker and schedules its share. Worker 0's part is done, and its errors thrown
  /// (config::Error), before the others are told. The change is worker 0's; the others log theirs.
  void assign(std::shared_ptr<const Assignment> assignment);
  /// Asks the kernel to run every worker's thread before ordinary ones; the log says whether it did.
  void take_realtime();
  /// Ends every schedule, then (wait_for_stopped in the destructor) the threads.
  void stop();
  /// Each schedule's readings. A worker that does not answer by the deadline is left out.
  awaitable<void> collect(Deadline deadline, Families& out);
  /// The exclusive probes of this replica's share, "probe/target".
  std::vector<std::string> exclusive() const;
  /// What worker 0 has read; null before the first assign().
  const FleetConfig* fleet() const;

 private:
  struct Worker;
  std::vector<std::shared_ptr<Worker>> workers_;
  asio::io_context& home_;
};

}  // namespace fleet::probers
