// What could not be read of a server's keys.
#pragma once

#include <string>
#include <string_view>

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

}  // namespace fleet::exporters::redis_health
