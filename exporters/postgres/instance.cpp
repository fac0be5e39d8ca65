#include "exporters/postgres/instance.hpp"

#include "core/app/logging.hpp"

namespace fleet::exporters::postgres {

Instance::Instance(asio::any_io_executor executor, InstanceConfig config)
    : name_(std::move(config.name)),
      client_(std::move(executor), std::move(config.options)),
      server_(client_.options().server()) {}

awaitable<int> Instance::version(Deadline deadline) {
  auto const session = co_await client_.session(deadline);
  co_return session->server_version();
}

awaitable<Rows> Instance::query(std::string sql, Deadline deadline) {
  try {
    Rows rows = co_await client_.query(std::move(sql), deadline);
    last_answer_ = Deadline::Clock::now();
    co_return rows;
  } catch (const std::exception& error) {
    ++failed_statements_;
    if (!connection_lost(error)) last_answer_ = Deadline::Clock::now();
    throw;
  }
}

void Instance::note_reachable(bool reachable, const std::string& why) {
  if (reachable == reachable_) return;
  reachable_ = reachable;
  if (reachable) {
    logging::info("server answers again", {{"instance", name_}, {"server", server_}});
  } else {
    logging::warn("server does not answer", {{"instance", name_}, {"server", server_}, {"err", why}});
  }
}

}  // namespace fleet::exporters::postgres
