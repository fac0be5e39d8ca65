#include "core/redis/server_clock.hpp"

#include <catch2/catch.hpp>

#include "core/redis/reply_reader.hpp"

using namespace fleet;

namespace {

/// The reply to TIME of these two texts.
redis::Reply time_of(const std::string& seconds, const std::string& microseconds) {
  static redis::ReplyArena arena;
  redis::ReplyReader reader;
  reader.feed("*2\r\n$" + std::to_string(seconds.size()) + "\r\n" + seconds + "\r\n$" +
              std::to_string(microseconds.size()) + "\r\n" + microseconds + "\r\n");
  REQUIRE(reader.next(arena));
  return redis::Reply(&arena, 0);
}

}  // namespace

TEST_CASE("the server's clock is its TIME in microseconds, and goes on") {
  redis::ServerClock clock;
  CHECK(clock.now_us() == 0);
  CHECK(clock.set(time_of("1700000000", "123456")));
  auto const now = clock.now_us();
  CHECK(now >= 1'700'000'000'123'456);
  CHECK(now < 1'700'000'060'000'000);
}

TEST_CASE("a clock that is set back by more than two seconds is told from one that drifts") {
  redis::ServerClock clock;
  clock.set(time_of("1700000000", "0"));
  CHECK(clock.set(time_of("1699999999", "0")));
  CHECK_FALSE(clock.set(time_of("1699999990", "0")));
  CHECK(clock.now_us() < 1'699'999'999'000'000);
}

TEST_CASE("what is no TIME is refused") {
  redis::ServerClock clock;
  CHECK_THROWS_AS(clock.set(time_of("x", "0")), redis::ProtocolError);
  CHECK_THROWS_AS(clock.set(time_of("-1", "0")), redis::ProtocolError);
  CHECK_THROWS_AS(clock.set(time_of("9223372036854775807", "0")), redis::ProtocolError);
  CHECK(clock.now_us() == 0);
}
