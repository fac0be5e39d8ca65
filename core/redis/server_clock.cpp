#include "core/redis/server_clock.hpp"

#include "core/io/parse_number.hpp"

namespace fleet::redis {
namespace {

std::int64_t time_us(const Reply& time) {
  auto const part = [&time](std::size_t n) {
    auto const value = parse_number<std::int64_t>(time[n].text());
    if (!value || *value < 0 || *value > 1'000'000'000'000)
      throw ProtocolError("redis sent a TIME that is none");
    return *value;
  };
  return part(0) * 1'000'000 + part(1);
}

}  // namespace

bool ServerClock::set(Reply time) {
  auto const told = time_us(time);
  bool const forward = known_us_ == 0 || told > now_us() - 2'000'000;
  known_us_ = told;
  at_ = Deadline::Clock::now();
  return forward;
}

std::int64_t ServerClock::now_us() const {
  if (known_us_ == 0) return 0;
  auto const since = Deadline::Clock::now() - at_;
  return known_us_ + std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

}  // namespace fleet::redis
