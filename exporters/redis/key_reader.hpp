// Sizes and values of keys, under redis_exporter's names.
#pragma once

#include <string>
#include <vector>

#include "core/redis/connection.hpp"
#include "core/redis/server/page.hpp"
#include "exporters/redis/key_names.hpp"

namespace fleet::exporters::redis_health {

/// Keys that could not be read, and why: "db0 queue (WRONGTYPE ...)".
class KeyProblems {
 public:
  void add(const KeyName& key, std::string_view why);
  std::size_t count() const { return count_; }
  /// The first of them, as one line.
  std::string text() const;
  /// Whether the server answers nothing now: it loads its data, is busy with a script, or wants a password.
  bool of_server() const { return of_server_; }

 private:
  std::size_t count_ = 0;
  bool of_server_ = false;
  std::string first_;
};

/// Adds redis_key_size{db,key} for each key, redis_key_value for numbers (redis_key_value_as_string for other
/// short strings if the limits want it), streams, and redis_keys_count. A key that does not exist has size 0.
/// Patterns are looked up first. What cannot be read is a problem and takes nothing else with it. Throws as
/// redis::Client::run().
awaitable<void> read_keys(fleet::redis::Client& client, WatchedKeys watched, KeyLimits limits,
                          Deadline deadline, fleet::redis::ServerPage* page, KeyProblems* problems);

}  // namespace fleet::exporters::redis_health
