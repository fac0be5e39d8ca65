#include "exporters/a2a/coordinator_collector.hpp"

#include "core/app/logging.hpp"
#include "core/redis/server_metrics.hpp"
#include "exporters/answer_by.hpp"

namespace fleet::exporters::a2a {
namespace {

constexpr std::chrono::milliseconds redis_limit{3000};

}  // namespace

awaitable<void> CoordinatorCollector::collect(Deadline deadline, Families& out) {
  auto const limit = answer_by(deadline).or_after(redis_limit);
  std::string failure;
  try {
    redis::Pipeline info;
    info.add({"INFO"});
    auto const told = co_await client_->run(info, limit);
    // On the connection that INFO has just used, so that the time holds no connecting.
    redis::Pipeline ping;
    ping.add({"PING"});
    auto const begin = Deadline::Clock::now();
    auto const pong = co_await client_->run(ping, limit);
    auto const took = Deadline::Clock::now() - begin;
    pong[0].checked();
    redis::add_server_metrics(told[0].checked().text(), out);
    redis::add_ping_time(took, out);
  } catch (const std::exception& error) {
    failure = *error.what() != '\0' ? error.what() : "failed without a reason";
  }
  if (!failure.empty()) redis::add_server_down(out);
  if (failure == last_failure_) co_return;
  logging::Field const address{"redis", client_->options().address()};
  if (failure.empty()) {
    logging::info("coordinator recovered", {address});
  } else {
    logging::warn("coordinator does not answer", {address, {"err", failure}});
  }
  last_failure_ = failure;
}

}  // namespace fleet::exporters::a2a
