#include "exporters/postgres/instance.hpp"

#include "core/app/logging.hpp"

namespace fleet::exporters::postgres {
namespace {

InstanceConfig in_database(InstanceConfig config, const std::string& database) {
  config.options.database = database;
  return config;
}

}  // namespace

Instance::Instance(asio::any_io_executor executor, InstanceConfig config)
    : executor_(std::move(executor)),
      config_(std::move(config)),
      client_(executor_, config_.options),
      server_(config_.options.server()),
      target_(server_) {}

Instance::Instance(asio::any_io_executor executor, InstanceConfig config, std::string database)
    : Instance(std::move(executor), in_database(std::move(config), database)) {
  target_ = server_ + "/" + database;
}

awaitable<int> Instance::version(Deadline deadline) {
  auto const session = co_await client_.session(deadline);
  co_return session->server_version();
}

awaitable<Rows> Instance::query(std::string sql, Deadline deadline) {
  return counted(client_.query(std::move(sql), deadline));
}

awaitable<Rows> Instance::query_unlimited(std::string sql, Deadline deadline) {
  fleet::postgres::Options options = client_.options();
  options.limited = false;
  return counted(ask_alone(std::move(options), std::move(sql), deadline));
}

awaitable<Rows> Instance::ask_alone(fleet::postgres::Options options, std::string sql, Deadline deadline) {
  auto const session = co_await fleet::postgres::Session::open(std::move(options), deadline);
  co_return co_await session->query(std::move(sql), deadline);
}

awaitable<Rows> Instance::counted(awaitable<Rows> question) {
  try {
    Rows rows = co_await std::move(question);
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
    logging::info("server answers again", {{"instance", name()}, {"server", server_}});
  } else {
    logging::warn("server does not answer", {{"instance", name()}, {"server", server_}, {"err", why}});
  }
}

}  // namespace fleet::exporters::postgres
