#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include "core/postgres/session_impl.hpp"

namespace fleet::postgres {

struct Client::Impl {
  // One opening of a session, watched by all who need it.
  struct Attempt {
    explicit Attempt(const asio::any_io_executor& executor)
        : ended_event(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer ended_event;
    bool ended = false;
    std::shared_ptr<Session> session;
    std::exception_ptr failure;
  };

  Impl(asio::any_io_executor loop, Options wanted) : executor(std::move(loop)), options(std::move(wanted)) {}

  /// The kept session if it still lives.
  std::shared_ptr<Session> living() {
    if (kept && kept->impl_->ended_while_idle()) kept.reset();
    return kept;
  }

  static awaitable<void> open(std::shared_ptr<Impl> impl, std::shared_ptr<Attempt> attempt) {
    try {
      // Its own deadline: the first caller's would end the attempt for those who have more time.
      attempt->session = co_await Session::open(impl->options, Deadline::after(impl->options.connect_timeout));
      impl->kept = attempt->session;
    } catch (...) {
      attempt->failure = std::current_exception();
    }
    impl->attempt.reset();
    attempt->ended = true;
    attempt->ended_event.cancel();
  }

  static awaitable<void> end_of(std::shared_ptr<Attempt> attempt) {
    boost::system::error_code ignored;
    if (!attempt->ended) {
      co_await attempt->ended_event.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  asio::any_io_executor executor;
  Options options;
  std::shared_ptr<Session> kept;
  std::shared_ptr<Attempt> attempt;
};

Client::Client(asio::any_io_executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}
Client::~Client() = default;
void Client::close() { impl_->kept.reset(); }
const Options& Client::options() const { return impl_->options; }

awaitable<std::shared_ptr<Session>> Client::session(Deadline deadline) {
  auto const impl = impl_;
  if (auto living = impl->living()) co_return living;
  auto attempt = impl->attempt;
  if (!attempt) {
    attempt = impl->attempt = std::make_shared<Impl::Attempt>(impl->executor);
    asio::co_spawn(impl->executor, Impl::open(impl, attempt), asio::detached);
  }
  co_await before(deadline, Impl::end_of(attempt), "connect to postgres at " + impl->options.server());
  if (attempt->failure) std::rethrow_exception(attempt->failure);
  co_return attempt->session;
}

template <class T, class Ask>
awaitable<T> Client::ask(Ask ask, Deadline deadline) {
  auto const impl = impl_;
  if (auto const kept = impl->living()) {
    try {
      co_return co_await ask(kept);
    } catch (const Error& error) {
      if (!error.sqlstate().empty() || !kept->broken() || deadline.expired()) throw;
    }
  }
  auto const fresh = co_await session(deadline);
  co_return co_await ask(fresh);
}

awaitable<Rows> Client::query(std::string sql, Deadline deadline) {
  auto const send = [&](const std::shared_ptr<Session>& session) { return session->query(sql, deadline); };
  co_return co_await ask<Rows>(send, deadline);
}

awaitable<std::vector<Rows>> Client::query_all(std::vector<std::string> statements, Deadline deadline) {
  auto const send = [&](const std::shared_ptr<Session>& session) {
    return session->query_all(statements, deadline);
  };
  co_return co_await ask<std::vector<Rows>>(send, deadline);
}

}  // namespace fleet::postgres
