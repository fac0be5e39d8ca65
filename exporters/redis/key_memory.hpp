// What a reading of keys leaves for the next one.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "exporters/redis/group_lag.hpp"
#include "exporters/redis/key_names.hpp"

namespace fleet::exporters::redis_health {

/// What was found last, so that the next reading asks for all of it in one exchange, and counts no lag again
/// that it can work out. A guess of what to ask, never an answer: what the server says in the same exchange
/// decides whether the guess was good, and what it missed is asked then.
struct KeyMemory {
  std::map<KeyName, std::string> types;
  /// The groups of each stream, with the lag where one was counted.
  std::map<KeyName, std::map<std::string, std::optional<CountedLag>, std::less<>>> groups;
};

}  // namespace fleet::exporters::redis_health
