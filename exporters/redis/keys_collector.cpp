#include "exporters/redis/keys_collector.hpp"

#include <exception>
#include <utility>

#include "core/app/logging.hpp"
#include "exporters/answer_by.hpp"

namespace fleet::exporters::redis_health {

KeysCollector::KeysCollector(std::shared_ptr<fleet::redis::Client> client, WatchedKeys watched,
                             KeyLimits limits, std::string target, std::string addr)
    : client_(std::move(client)),
      watched_(std::move(watched)),
      limits_(limits),
      target_(std::move(target)),
      addr_(std::move(addr)) {}

awaitable<void> KeysCollector::collect(Deadline deadline, Families& out) {
  Families found;
  fleet::redis::ServerPage page(found, addr_);
  KeyProblems problems;
  auto unreadable = watched_.keys.size() + watched_.streams.size() + watched_.counts.size();
  std::string problem;
  bool answered = false;
  try {
    co_await read_keys(*client_, watched_, limits_, answer_by(deadline), &page, &problems, &memory_);
    answered = true;
    unreadable = problems.count();
    problem = problems.of_server() ? last_problem_ : problems.text();
  } catch (const std::exception&) {  // the connection's
    problem = last_problem_;         // what is the server's RedisHealth tells
  }
  if (answered) out.merge(std::move(found));
  fleet::redis::ServerPage own(out, addr_);
  own.named(MetricType::gauge, "redis_health_exporter_unreadable_keys",
            "Keys, streams and patterns of the configuration that could not be read; the log says why.")
      .add(static_cast<double>(unreadable));
  if (problem == last_problem_) co_return;
  if (problem.empty()) {
    logging::info("keys can be read again", {{"instance", target_}});
  } else {
    logging::warn("keys cannot be read", {{"instance", target_}, {"err", problem}});
  }
  last_problem_ = problem;
}

}  // namespace fleet::exporters::redis_health
