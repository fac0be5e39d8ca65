#include "exporters/redis_health.hpp"

#include <utility>

#include "core/app/logging.hpp"
#include "exporters/answer_by.hpp"

namespace fleet::exporters {

RedisHealth::RedisHealth(std::string name, std::shared_ptr<redis::Client> client,
                         redis::ServerQuestions questions, std::string target, std::string addr)
    : name_(std::move(name)),
      target_(std::move(target)),
      address_(client->options().address()),
      reader_(std::move(client), questions, std::move(addr)) {}

awaitable<void> RedisHealth::collect(Deadline deadline, Families& out) {
  auto const outcome = co_await reader_.read(answer_by(deadline), out);
  note(outcome);
}

void RedisHealth::note(const redis::ServerReader::Outcome& outcome) {
  logging::Field const address{"redis", address_};
  if (outcome.failure != last_.failure) {
    if (outcome.failure.empty()) {
      logging::info("redis is back", {address});
    } else {
      logging::warn("redis does not answer", {address, {"err", outcome.failure}});
    }
    last_.failure = outcome.failure;
  }
  if (!outcome.failure.empty() || outcome.refused == last_.refused) return;
  if (!outcome.refused.empty())
    logging::warn("redis refuses commands", {address, {"refused", outcome.refused}});
  last_.refused = outcome.refused;
}

}  // namespace fleet::exporters
