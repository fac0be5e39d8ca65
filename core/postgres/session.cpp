#include <sys/socket.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <deque>
#include <system_error>
#include <unordered_map>

#include "core/postgres/session_impl.hpp"

namespace fleet::postgres {
namespace {

// "cached plan must not change result type" after DDL; "prepared statement does not exist" behind a pooler.
bool says_prepare_again(const std::string& sqlstate) { return sqlstate == "0A000" || sqlstate == "26000"; }

}  // namespace

Error error_of(const PGresult* result) {
  auto const field = [&](int code) -> std::string {
    const char* const text = PQresultErrorField(result, code);
    return text ? text : "";
  };
  auto message = one_line(field(PG_DIAG_MESSAGE_PRIMARY));
  if (message.empty()) message = one_line(PQresultErrorMessage(result));
  // After FATAL the server closes the connection, so the session fails and not only the statement.
  auto const severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
  auto const fatal = severity == "FATAL" || severity == "PANIC";
  return Error(message.empty() ? "the connection to postgres was lost" : message,
               fatal ? "" : field(PG_DIAG_SQLSTATE));
}

Session::Impl::Impl(const asio::any_io_executor& executor, ConnectionHandle opened, std::string server)
    : server_name(std::move(server)),
      server_version(PQserverVersion(opened.get())),
      connection(std::move(opened)),
      socket(executor, PQsocket(connection.get())) {}

Session::Impl::~Impl() { drop(std::make_exception_ptr(Error("the session was closed", ""))); }

void Session::Impl::drop(std::exception_ptr why) {
  if (std::exchange(broken, true)) return;
  // Ends the reader's wait, and leaves the descriptor to libpq, which closes it.
  socket.release();
  connection.reset();
  for (auto const& waiter : std::exchange(waiters, {})) finish(*waiter, why);
}

void Session::Impl::finish(Waiter& waiter, std::exception_ptr failure) {
  waiter.failure = failure;
  waiter.done = true;
  waiter.event.cancel();
}

std::shared_ptr<Session::Impl::Waiter> Session::Impl::send(const std::string& sql,
                                                           const std::vector<std::string>& parameters,
                                                           Deadline deadline) {
  auto const waiter = std::make_shared<Waiter>(socket.get_executor(), deadline);
  std::vector<const char*> values;
  for (auto const& parameter : parameters) values.push_back(parameter.c_str());
  auto const count = static_cast<int>(values.size());
  auto* const pq = connection.get();
  auto const execute = [&](const std::string& name) {
    return PQsendQueryPrepared(pq, name.c_str(), count, values.data(), nullptr, nullptr, 0) != 0;
  };
  auto& statement = statements[sql];
  bool sent;
  if (!statement) {
    statement = std::make_shared<Statement>();
    statement->sql = sql;
    statement->name = "fleet_" + std::to_string(++statements_made);
    waiter->statement = statement;
    sent = PQsendPrepare(pq, statement->name.c_str(), sql.c_str(), count, nullptr) != 0 &&
           execute(statement->name);
  } else if (statement->ready) {
    waiter->statement = statement;
    sent = execute(statement->name);
  } else {
    // Sent before we know whether the statement could be prepared: it must not depend on that.
    sent = PQsendQueryParams(pq, sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0) != 0;
  }
  waiters.push_back(waiter);
  int const unsent = sent && PQpipelineSync(pq) != 0 ? PQflush(pq) : -1;
  if (unsent < 0) {
    drop(std::make_exception_ptr(Error(error_message(pq), "")));
  } else if (!reading) {
    reading = true;
    asio::co_spawn(socket.get_executor(), read(shared_from_this()), asio::detached);
  } else if (unsent > 0) {
    socket.cancel();  // the reader waits for input only; it looks again
  }
  return waiter;
}

awaitable<void> Session::Impl::read(std::shared_ptr<Impl> self) {
  using Descriptor = asio::posix::stream_descriptor;
  while (!self->broken && !self->waiters.empty()) {
    auto const unsent = PQflush(self->connection.get());
    boost::system::error_code error;
    if (unsent > 0) {
      // Also for input: the server stops reading while nobody reads its answers.
      auto group = asio::experimental::make_parallel_group(
          self->socket.async_wait(Descriptor::wait_read, asio::deferred),
          self->socket.async_wait(Descriptor::wait_write, asio::deferred));
      co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    } else {
      co_await self->socket.async_wait(Descriptor::wait_read, asio::redirect_error(asio::use_awaitable, error));
    }
    if (self->broken) break;
    if (error == asio::error::operation_aborted) continue;
    bool const alive = PQconsumeInput(self->connection.get()) != 0;
    // The server's last words may have come before its end.
    self->take_results();
    if (!alive && !self->broken) self->lost();
  }
  self->reading = false;
}

void Session::Impl::lost() { drop(std::make_exception_ptr(Error(error_message(connection.get()), ""))); }

void Session::Impl::take_results() {
  int ends = 0;
  while (!broken && !waiters.empty() && PQisBusy(connection.get()) == 0) {
    ResultHandle result(PQgetResult(connection.get()));
    if (result) {
      ends = 0;
      take(std::move(result));
    } else if (++ends > 2 || PQstatus(connection.get()) == CONNECTION_BAD) {
      // One null ends each command; a row of them is a connection that has nothing more to say.
      lost();
    }
  }
}

void Session::Impl::take(ResultHandle result) {
  auto& waiter = *waiters.front();
  auto& statement = waiter.statement;
  switch (PQresultStatus(result.get())) {
    case PGRES_PIPELINE_SYNC: {
      if (!waiter.error && !waiter.result) {
        // Answers and statements are out of step: from here on each would be taken for another's.
        drop(std::make_exception_ptr(Error("postgres sent no result", "")));
        return;
      }
      auto const& error = waiter.error;
      if (statement && error && (!statement->ready || says_prepare_again(error->sqlstate()))) {
        auto const found = statements.find(statement->sql);
        if (found != statements.end() && found->second == statement) statements.erase(found);
      }
      auto const finished = waiters.front();
      waiters.pop_front();
      finish(*finished, error ? std::make_exception_ptr(*error) : nullptr);
      return;
    }
    case PGRES_COMMAND_OK:
      if (statement && !statement->ready) {
        statement->ready = true;
        return;
      }
      [[fallthrough]];
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      waiter.result = std::move(result);
      return;
    case PGRES_PIPELINE_ABORTED:
      return;
    default: {
      auto error = error_of(result.get());
      if (error.sqlstate().empty()) {
        drop(std::make_exception_ptr(error));
      } else if (!waiter.error) {
        waiter.error = std::move(error);
      }
    }
  }
}

awaitable<void> Session::Impl::end_of(std::shared_ptr<Impl> self, std::shared_ptr<Waiter> waiter) {
  if (!waiter->done) {
    boost::system::error_code ignored;
    co_await waiter->event.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  // Its answer may still come, and would be taken for another's: nothing more can be asked here.
  if (!waiter->done)
    self->drop(std::make_exception_ptr(Timeout("answer from postgres at " + self->server_name)));
}

bool Session::Impl::is_stale(const Waiter& waiter) {
  return waiter.error && waiter.statement && waiter.statement->ready &&
         says_prepare_again(waiter.error->sqlstate());
}

void Session::Impl::refuse_as_broken() const {
  throw Error("the session to postgres at " + server_name + " is broken", "");
}

bool Session::Impl::ended_while_idle() {
  while (!broken && waiters.empty()) {
    auto* const pq = connection.get();
    char byte;
    auto const got = ::recv(PQsocket(pq), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    // A changed setting, or why the server closes; in the latter case its end is behind it.
    if (got <= 0 || PQconsumeInput(pq) == 0 || PQstatus(pq) == CONNECTION_BAD) {
      lost();
    } else {
      PQisBusy(pq);
    }
  }
  return broken;
}

bool connection_lost(const std::exception& error) {
  auto const* const refused = dynamic_cast<const Error*>(&error);
  if (!refused) {
    return dynamic_cast<const Timeout*>(&error) || dynamic_cast<const std::system_error*>(&error) ||
           dynamic_cast<const boost::system::system_error*>(&error);  // which is no std::system_error
  }
  std::string_view const state = refused->sqlstate();
  // 08: connection exceptions; 57P: the server is stopping, crashed or not up yet.
  return state.empty() || state.starts_with("08") || state.starts_with("57P");
}

Session::Session(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() { impl_->drop(std::make_exception_ptr(Error("the session was closed", ""))); }
bool Session::broken() const { return impl_->broken; }
int Session::server_version() const { return impl_->server_version; }
std::string Session::address() const {
  const char* const text = PQhostaddr(impl_->connection.get());  // takes a null connection
  return text ? text : "";
}

awaitable<std::shared_ptr<Session>> Session::open(Options options, Deadline deadline) {
  auto connection = co_await connect(options, deadline);
  if (PQenterPipelineMode(connection.get()) == 0) throw Error(error_message(connection.get()), "");
  auto const executor = co_await asio::this_coro::executor;
  auto impl = std::make_shared<Impl>(executor, std::move(connection), options.server());
  co_return std::shared_ptr<Session>(new Session(std::move(impl)));
}

awaitable<Rows> Session::query(std::string sql, Deadline deadline) {
  std::vector<std::string> none;
  co_return co_await query(std::move(sql), std::move(none), deadline);
}

awaitable<Rows> Session::query(std::string sql, std::vector<std::string> parameters, Deadline deadline) {
  auto const impl = impl_;
  for (bool again = false;; again = true) {
    if (impl->broken) impl->refuse_as_broken();
    auto const waiter = impl->send(sql, parameters, deadline);
    co_await Impl::end_of(impl, waiter);
    if (Impl::is_stale(*waiter) && !again) continue;
    if (waiter->failure) std::rethrow_exception(waiter->failure);
    Rows rows;
    rows.impl_->result = std::move(waiter->result);
    co_return rows;
  }
}

awaitable<std::vector<Rows>> Session::query_all(std::vector<std::string> statements, Deadline deadline) {
  auto const impl = impl_;
  for (bool again = false;; again = true) {
    std::vector<std::shared_ptr<Impl::Waiter>> sent;
    for (auto const& sql : statements) {
      if (impl->broken) impl->refuse_as_broken();
      sent.push_back(impl->send(sql, {}, deadline));
    }
    std::vector<Rows> all;
    std::exception_ptr failure;
    bool stale = false;
    for (auto const& waiter : sent) {
      co_await Impl::end_of(impl, waiter);
      if (waiter->failure && !failure) {
        failure = waiter->failure;
        stale = Impl::is_stale(*waiter);
      }
      Rows rows;
      rows.impl_->result = std::move(waiter->result);
      all.push_back(std::move(rows));
    }
    if (stale && !again) continue;
    if (failure) std::rethrow_exception(failure);
    co_return all;
  }
}

}  // namespace fleet::postgres
