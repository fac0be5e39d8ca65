#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "core/redis/connection_impl.hpp"

namespace fleet::redis {

struct Client::Impl {
  Impl(asio::any_io_executor executor, Options wanted)
      : options(std::move(wanted)), mutex(std::move(executor)) {}

  Options options;
  io::Mutex mutex;
  std::unique_ptr<Connection> kept;
  std::chrono::nanoseconds connect_time{0};
};

Client::Client(asio::any_io_executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}
Client::~Client() = default;
const Options& Client::options() const { return impl_->options; }
std::chrono::nanoseconds Client::connect_time() const { return impl_->connect_time; }

awaitable<Client::Replies> Client::run(Pipeline pipeline, Deadline deadline) {
  auto const impl = impl_;
  auto const lock = co_await impl->mutex.lock(deadline);
  // Taken out while in use: however this ends but well, by exception or by cancellation, it is gone.
  auto connection = std::move(impl->kept);
  if (connection && connection->impl_->closed_by_peer()) connection.reset();
  if (connection) {
    bool restarted = false;
    try {
      co_await connection->run(pipeline, deadline);
    } catch (const boost::system::system_error& error) {
      restarted = connection->impl_->received == 0 && error.code() != asio::error::operation_aborted;
      if (!restarted) throw;
    }
    if (restarted) connection.reset();
  }
  if (!connection) {
    auto const begin = Deadline::Clock::now();
    connection = co_await Connection::open(impl->options, deadline);
    impl->connect_time = Deadline::Clock::now() - begin;
    co_await connection->run(pipeline, deadline);
  }
  Replies replies;
  auto& arenas = connection->impl_->arenas;
  arenas.resize(pipeline.size());
  replies.arenas_ = std::move(arenas);
  arenas.clear();
  connection->impl_->replies.clear();
  for (auto const& arena : replies.arenas_) replies.roots_.emplace_back(arena.get(), 0);
  impl->kept = std::move(connection);
  co_return replies;
}

}  // namespace fleet::redis
