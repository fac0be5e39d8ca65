#include "probers/postgres/canary_arrival.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>

namespace fleet::probers {

namespace {

using Clock = Deadline::Clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{2};
constexpr milliseconds longest_pause{50};

}  // namespace

awaitable<Arrival> await_canary(std::shared_ptr<postgres::Session> replica, CanaryTable table,
                                CanaryOwner owner, Canary canary, Clock::time_point confirmed,
                                milliseconds max_lag, Deadline deadline) {
  Arrival arrival;
  auto const limit = deadline.or_after(confirmed + max_lag - Clock::now());
  asio::steady_timer pause(co_await asio::this_coro::executor);
  milliseconds length = first_pause;
  std::optional<Trouble> refusal;
  while (!limit.expired() && !replica->broken()) {
    try {
      auto const token = co_await table.read(replica, owner, canary.sequence, limit);
      if (token && *token == canary.token) {
        arrival.lag = Clock::now() - confirmed;
        co_return arrival;
      }
      refusal.reset();
    } catch (const std::exception& error) {
      refusal = trouble_of(error);
      if (!refusal) throw;
    }
    if (replica->broken()) break;
    pause.expires_at(std::min(Clock::now() + length, limit.when()));
    co_await pause.async_wait(asio::use_awaitable);
    length = std::min(length * 2, longest_pause);
  }
  bool const gave_up = replica->broken() && limit.expired();  // that refusal is our own
  if (refusal && !gave_up) {
    arrival.trouble = std::move(*refusal);
    co_return arrival;
  }
  auto const waited = std::chrono::duration_cast<milliseconds>(Clock::now() - confirmed).count();
  bool const late = limit.when() < deadline.when();
  arrival.trouble.reason = late ? Reason::canary_late : Reason::timeout;
  arrival.trouble.detail = "the canary was not there after " + std::to_string(waited) + " ms" +
                           (late ? "" : ", when the attempt had to end");
  co_return arrival;
}

}  // namespace fleet::probers
