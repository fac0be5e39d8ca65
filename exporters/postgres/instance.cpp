#include "exporters/postgres/instance.hpp"

#include <boost/system/system_error.hpp>
#include <system_error>

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

bool connection_lost(const std::exception& error) {
  auto const* const refused = dynamic_cast<const fleet::postgres::Error*>(&error);
  if (!refused) {
    return dynamic_cast<const Timeout*>(&error) || dynamic_cast<const std::system_error*>(&error) ||
           dynamic_cast<const boost::system::system_error*>(&error);  // which is no std::system_error
  }
  std::string_view const state = refused->sqlstate();
  // 08: connection exceptions; 57P: the server is stopping, crashed or not up yet.
  return state.empty() || state.starts_with("08") || state.starts_with("57P");
}

}  // namespace fleet::exporters::postgres
