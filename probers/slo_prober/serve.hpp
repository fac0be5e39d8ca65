// The daemon: schedules, workers, discovery, membership, /probe.
#pragma once

#include <cstddef>
#include <string>

#include "core/app/daemon.hpp"

namespace fleet::probers {

struct ServeOptions {
  std::size_t workers = 1;
  bool realtime = false;  ///< workers' threads run before ordinary ones, see Crew::take_realtime()
  std::string shard;      ///< "": every target; "i/n"; "auto": among the replicas that meet in Redis
};

/// Runs until a signal; returns the exit status. Throws config::Error and app::UsageError for what cannot be
/// used.
int serve(const app::DaemonFlags& flags, const ServeOptions& options);

}  // namespace fleet::probers
