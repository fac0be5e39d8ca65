// Sizes and values of keys, in rounds that share their pipelines with others'.
#pragma once

#include <string>
#include <vector>

#include "core/redis/server/page.hpp"
#include "exporters/redis/database_pipeline.hpp"
#include "exporters/redis/key_names.hpp"
#include "exporters/redis/key_problems.hpp"

namespace fleet::exporters::redis_health {

/// Adds redis_key_size{db,key} for each key, 0 if it does not exist, redis_key_value for numbers and, if the
/// limits want it, redis_key_value_as_string for other short strings. Each ask() puts questions into a
/// pipeline, the take() of that name reads the answers of that same pipeline; each round needs the one before.
/// Page and problems must outlive it.
class KeySizes {
 public:
  KeySizes(std::vector<KeyName> keys, KeyLimits limits, fleet::redis::ServerPage& page, KeyProblems& problems);

  void ask_types(DatabasePipeline& pipeline);
  void take_types(const DatabasePipeline::Replies& replies);
  void ask_sizes(DatabasePipeline& pipeline);
  void take_sizes(const DatabasePipeline::Replies& replies);
  /// What HyperLogLogs count: asked only of strings that are one, as others refuse and count an error.
  void ask_distinct(DatabasePipeline& pipeline);
  void take_distinct(const DatabasePipeline::Replies& replies);

 private:
  struct Key {
    KeyName name;
    std::string type;
    std::size_t place = 0, value_place = 0;  // of the replies to the last questions
  };
  void add_size(const KeyName& key, double size);
  void add_value(const KeyName& key, std::string_view text);

  std::vector<Key> keys_;      // of which something is still to be asked
  std::vector<Key> distinct_;  // HyperLogLogs
  KeyLimits limits_;
  fleet::redis::ServerPage& page_;
  KeyProblems& problems_;
};

}  // namespace fleet::exporters::redis_health
