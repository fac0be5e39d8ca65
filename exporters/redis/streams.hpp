// Streams, their groups and consumers, under redis_exporter's names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/redis/server/page.hpp"
#include "exporters/redis/database_pipeline.hpp"
#include "exporters/redis/group_lag.hpp"
#include "exporters/redis/key_names.hpp"
#include "exporters/redis/key_problems.hpp"

namespace fleet::exporters::redis_health {

/// A consumer group as far as it has been read.
struct StreamGroup {
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  std::string name;
  GroupPosition position;
  std::optional<std::uint64_t> lag;
  std::size_t consumers_place = nowhere, entries_place = nowhere;  // of the replies asked for it
};

/// A stream with its groups.
struct WatchedStream {
  KeyName key;
  StreamExtent extent;
  std::vector<StreamGroup> groups;
};

/// Adds redis_stream_*{db,stream} and redis_stream_group_*{db,group,stream}, among them redis_stream_group_lag
/// as group_lag.hpp computes it. A stream that does not exist has length 0 and nothing else. In two rounds, as
/// KeySizes: each take() reads the answers to the pipeline into which the ask() before it has put its
/// questions. Page and problems must outlive it.
class StreamReadings {
 public:
  StreamReadings(std::vector<KeyName> names, KeyLimits limits, fleet::redis::ServerPage& page,
                 KeyProblems& problems);

  void ask(DatabasePipeline& pipeline);
  void take(const DatabasePipeline::Replies& replies);
  /// Asks for what the first round did not tell: consumers, and entries where a lag has to be counted.
  void ask_groups(DatabasePipeline& pipeline);
  /// Null if there was nothing to ask, by anyone.
  void take_groups(const DatabasePipeline::Replies* replies);

 private:
  std::vector<KeyName> names_;
  std::size_t first_place_ = 0;
  std::vector<WatchedStream> streams_;
  KeyLimits limits_;
  fleet::redis::ServerPage& page_;
  KeyProblems& problems_;
};

}  // namespace fleet::exporters::redis_health
