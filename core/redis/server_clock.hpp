// The server's clock between two answers.
#pragma once

#include <cstdint>

#include "core/io/deadline.hpp"
#include "core/redis/reply.hpp"

namespace fleet::redis {

/// The clock of the server, Redis TIME, carried on by the steady clock between two answers. Microseconds since
/// 1970.
class ServerClock {
 public:
  /// From the reply to TIME. Returns false if the clock was set back by more than 2 s.
  bool set(Reply time);
  /// 0 while never set.
  std::int64_t now_us() const;

 private:
  std::int64_t known_us_ = 0;
  Deadline::Clock::time_point at_;
};

}  // namespace fleet::redis
