// Streams, their groups and consumers, under redis_exporter's names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/redis/server/page.hpp"
#include "exporters/redis/database_pipeline.hpp"
#include "exporters/redis/group_lag.hpp"
#include "exporters/redis/key_memory.hpp"
#include "exporters/redis/key_names.hpp"
#include "exporters/redis/key_problems.hpp"

namespace fleet::exporters::redis_health {

/// A consumer group as far as it has been read.
struct StreamGroup {
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  std::string name;
  GroupPosition position;
  std::optional<std::uint64_t> lag;
  bool counted = false;          // the lag is exact, and was not known without counting
  bool consumers_known = false;  // and published
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
/// questions; the second round asks nothing if the groups are as `memory` has them. Page, problems and memory
/// must outlive it.
class StreamReadings {
 public:
  StreamReadings(std::vector<KeyName> names, KeyLimits limits, fleet::redis::ServerPage& page,
                 KeyProblems& problems, KeyMemory& memory);

  void ask(DatabasePipeline& pipeline);
  void take(const DatabasePipeline::Replies& replies);
  /// Asks for what the first round did not tell: consumers, and entries where a lag has to be counted.
  void ask_groups(DatabasePipeline& pipeline);
  /// Null if there was nothing to ask, by anyone. What was found is then in the memory.
  void take_groups(const DatabasePipeline::Replies* replies);

 private:
  struct Asked {
    KeyName key;
    std::size_t info_place = 0, groups_place = 0;
    std::map<std::string, std::size_t, std::less<>> consumers_places;  // by group
  };
  void take_consumers(const Asked& asked, const DatabasePipeline::Replies& replies, WatchedStream& stream);
  void find_lag(const WatchedStream& stream, StreamGroup& group) const;
  void remember();

  std::vector<Asked> asked_;
  std::vector<WatchedStream> streams_;
  KeyLimits limits_;
  fleet::redis::ServerPage& page_;
  KeyProblems& problems_;
  KeyMemory& memory_;
};

}  // namespace fleet::exporters::redis_health
