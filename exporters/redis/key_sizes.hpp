// Sizes and values of keys, in rounds that share their pipelines with others'.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/redis/server/page.hpp"
#include "exporters/redis/database_pipeline.hpp"
#include "exporters/redis/key_names.hpp"
#include "exporters/redis/key_problems.hpp"

namespace fleet::exporters::redis_health {

/// Adds redis_key_size{db,key} for each key, 0 if it does not exist, redis_key_value for numbers and, if the
/// limits want it, redis_key_value_as_string for other short strings. Each ask() puts questions into a
/// pipeline, the take() of that name reads the answers of that same pipeline; each round needs the one before,
/// and asks nothing if all types are as they were expected. Page and problems must outlive it.
class KeySizes {
 public:
  KeySizes(std::vector<KeyName> keys, KeyLimits limits, fleet::redis::ServerPage& page, KeyProblems& problems);

  /// Asks for the sizes too, of keys whose type is `expected`.
  void ask_types(DatabasePipeline& pipeline, const std::map<KeyName, std::string>& expected);
  void take_types(const DatabasePipeline::Replies& replies);
  void ask_sizes(DatabasePipeline& pipeline);
  void take_sizes(const DatabasePipeline::Replies& replies);
  /// What HyperLogLogs count: asked only of strings that are one, as others refuse and count an error.
  void ask_distinct(DatabasePipeline& pipeline);
  void take_distinct(const DatabasePipeline::Replies& replies);
  /// Of the keys that exist, once take_types() has run.
  std::map<KeyName, std::string> types() { return std::move(types_); }

 private:
  struct Key {
    KeyName name;
    std::string type;                                        // expected or known
    std::size_t type_place = 0, place = 0, value_place = 0;  // of the replies to the last questions
  };
  static void ask_size(DatabasePipeline& pipeline, Key& key);
  void take_size(const DatabasePipeline::Replies& replies, Key key);
  void add_size(const KeyName& key, double size);
  void add_value(const KeyName& key, std::string_view text);

  std::vector<Key> keys_;      // of which something is still to be asked
  std::vector<Key> distinct_;  // HyperLogLogs
  std::map<KeyName, std::string> types_;
  KeyLimits limits_;
  fleet::redis::ServerPage& page_;
  KeyProblems& problems_;
};

}  // namespace fleet::exporters::redis_health
