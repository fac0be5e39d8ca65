#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

#include "core/redis/connection_impl.hpp"

namespace fleet::redis {
namespace {

// As much as is kept for the next pipeline: more than an exporter's usual page needs.
constexpr std::size_t most_spare_replies = 64, most_spare_bytes = 64 * 1024;

// Of two deadlines that are meant to be one, but were worked out one after the other.
constexpr std::chrono::milliseconds same_deadline{50};

}  // namespace

struct Client::Impl {
  // What several callers send at once. The first of them runs the exchange, the others wait for it.
  struct Batch {
    struct Part {
      Part(const asio::any_io_executor& executor, std::size_t size, Deadline deadline)
          : commands(size), wake(executor, deadline.when()) {}
      std::size_t commands;
      asio::steady_timer wake;  // cancelled when the exchange has ended
      std::optional<Replies> replies;
    };

    explicit Batch(Deadline limit) : deadline(limit) {}
    void end() {
      for (auto const& part : parts) part->wake.cancel();
    }
    /// To be called with the replies behind the first caller's own.
    void deal(Replies all) {
      for (auto const& part : parts) part->replies = all.take(part->commands);
    }
    bool failed_for(Deadline other) const { return failure && other.when() <= deadline.when() + same_deadline; }

    Pipeline pipeline;
    Deadline deadline;
    std::vector<std::shared_ptr<Part>> parts;  // of those who joined
    std::exception_ptr failure;                // none also if the first caller was cancelled
  };

  Impl(asio::any_io_executor executor, Options wanted)
      : options(std::move(wanted)), mutex(std::move(executor)) {
    spare->reserve(most_spare_replies);  // so that giving back cannot fail
  }

  // Static where the client may go meanwhile.
  static awaitable<Replies> run(std::shared_ptr<Impl> impl, Pipeline pipeline, Deadline deadline);
  static awaitable<Replies> run_together(std::shared_ptr<Impl> impl, Pipeline pipeline, Deadline deadline);
  static awaitable<std::optional<Replies>> join(std::shared_ptr<Impl> impl, std::shared_ptr<Batch> batch,
                                                const Pipeline& pipeline, Deadline deadline);
  /// Runs the pipeline in memory that earlier replies have given back.
  awaitable<void> run_on(Connection* connection, const Pipeline& pipeline, Deadline deadline);

  Options options;
  io::Mutex mutex;
  std::unique_ptr<Connection> kept;
  std::shared_ptr<Batch> gathering;  // which may be joined still
  std::shared_ptr<Replies::Arenas> spare = std::make_shared<Replies::Arenas>();
  std::chrono::nanoseconds connect_time{0};
};

Client::Client(asio::any_io_executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}
Client::~Client() = default;

awaitable<void> Client::Impl::run_on(Connection* connection, const Pipeline& pipeline, Deadline deadline) {
  auto& arenas = connection->impl_->arenas;
  while (arenas.size() < pipeline.size() && !spare->empty()) {
    arenas.push_back(std::move(spare->back()));
    spare->pop_back();
  }
  co_await connection->run(pipeline, deadline);
}

Client::Replies::~Replies() {
  auto const spare = spare_.lock();
  if (!spare) return;
  for (auto& arena : arenas_) {
    auto const bytes = arena->bytes.capacity() + arena->elements.capacity() * sizeof(ReplyArena::Element);
    if (spare->size() < most_spare_replies && bytes <= most_spare_bytes) spare->push_back(std::move(arena));
  }
}

const Options& Client::options() const { return impl_->options; }
std::chrono::nanoseconds Client::connect_time() const { return impl_->connect_time; }

awaitable<Client::Replies> Client::run(Pipeline pipeline, Deadline deadline) {
  return Impl::run(impl_, std::move(pipeline), deadline);
}
awaitable<Client::Replies> Client::run_together(Pipeline pipeline, Deadline deadline) {
  return Impl::run_together(impl_, std::move(pipeline), deadline);
}

awaitable<Client::Replies> Client::Impl::run(std::shared_ptr<Impl> impl, Pipeline pipeline, Deadline deadline) {
  auto const lock = co_await impl->mutex.lock(deadline);
  // Taken out while in use: however this ends but well, by exception or by cancellation, it is gone.
  auto connection = std::move(impl->kept);
  if (connection && connection->impl_->closed_by_peer()) connection.reset();
  if (connection) {
    bool restarted = false;
    try {
      co_await impl->run_on(connection.get(), pipeline, deadline);
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
    co_await impl->run_on(connection.get(), pipeline, deadline);
  }
  Replies replies;
  auto& arenas = connection->impl_->arenas;
  arenas.resize(pipeline.size());
  replies.arenas_ = std::move(arenas);
  replies.spare_ = impl->spare;
  arenas.clear();
  connection->impl_->replies.clear();
  for (auto const& arena : replies.arenas_) replies.roots_.emplace_back(arena.get(), 0);
  impl->kept = std::move(connection);
  co_return replies;
}

Client::Replies Client::Replies::take(std::size_t count) {
  Replies taken;
  auto const last = arenas_.begin() + static_cast<std::ptrdiff_t>(count);
  taken.arenas_.assign(std::make_move_iterator(arenas_.begin()), std::make_move_iterator(last));
  arenas_.erase(arenas_.begin(), last);
  taken.roots_.assign(roots_.begin(), roots_.begin() + static_cast<std::ptrdiff_t>(count));
  roots_.erase(roots_.begin(), roots_.begin() + static_cast<std::ptrdiff_t>(count));
  taken.spare_ = spare_;
  return taken;
}

awaitable<Client::Replies> Client::Impl::run_together(std::shared_ptr<Impl> impl, Pipeline pipeline,
                                                      Deadline deadline) {
  if (impl->gathering) {
    auto joined = co_await join(impl, impl->gathering, pipeline, deadline);
    if (joined) co_return std::move(*joined);
    co_return co_await run(impl, std::move(pipeline), deadline);
  }
  auto const batch = std::make_shared<Batch>(deadline);
  impl->gathering = batch;
  // However this ends, by the destruction of this frame too.
  struct End {
    Impl& impl;
    Batch& batch;
    ~End() {
      if (impl.gathering.get() == &batch) impl.gathering.reset();
      batch.end();
    }
  } const end{*impl, *batch};
  auto const own = pipeline.size();
  batch->pipeline = std::move(pipeline);
  co_await asio::post(asio::use_awaitable);
  impl->gathering.reset();
  try {
    auto all = co_await run(impl, batch->pipeline, deadline);
    auto replies = all.take(own);
    batch->deal(std::move(all));
    co_return replies;
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) batch->failure = std::current_exception();
    throw;
  } catch (...) {
    batch->failure = std::current_exception();
    throw;
  }
}

awaitable<std::optional<Client::Replies>> Client::Impl::join(std::shared_ptr<Impl> impl,
                                                             std::shared_ptr<Batch> batch,
                                                             const Pipeline& pipeline, Deadline deadline) {
  auto const executor = co_await asio::this_coro::executor;
  auto const part = std::make_shared<Batch::Part>(executor, pipeline.size(), deadline);
  batch->pipeline.append(pipeline);
  batch->parts.push_back(part);
  boost::system::error_code ended;
  co_await part->wake.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  if (part->replies) co_return std::move(part->replies);
  if (!ended) throw Timeout("answer from redis at " + impl->options.address());
  if (batch->failed_for(deadline)) std::rethrow_exception(batch->failure);
  co_return std::nullopt;
}

}  // namespace fleet::redis
