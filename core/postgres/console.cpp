#include "core/postgres/console.hpp"

#include "core/io/mutex.hpp"
#include "core/postgres/libpq.hpp"

namespace fleet::postgres {

struct Console::Impl {
  Impl(asio::any_io_executor executor, Options wanted) : options(std::move(wanted)), turn(std::move(executor)) {
    options.limited = false;
  }
  Options options;
  io::Mutex turn;
  ConnectionHandle connection;
};

Console::Console(asio::any_io_executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

const Options& Console::options() const { return impl_->options; }

awaitable<void> Console::ask(std::shared_ptr<Impl> impl, std::string command, Rows& rows) {
  using Descriptor = asio::posix::stream_descriptor;
  auto* const connection = impl->connection.get();
  if (PQsendQuery(connection, command.c_str()) == 0) throw Error(error_message(connection), "");
  for (int unsent = PQflush(connection); unsent != 0; unsent = PQflush(connection)) {
    if (unsent < 0) throw Error(error_message(connection), "");
    co_await wait_for(connection, Descriptor::wait_write);
  }
  std::optional<Error> refused;
  while (true) {
    while (PQisBusy(connection) != 0) {
      co_await wait_for(connection, Descriptor::wait_read);
      if (PQconsumeInput(connection) == 0) throw Error(error_message(connection), "");
    }
    ResultHandle result(PQgetResult(connection));
    if (!result) break;
    auto const status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
      rows.impl_->result = std::move(result);
    } else if (!refused) {
      refused = error_of(result.get());
    }
  }
  if (refused) throw *refused;
}

awaitable<Rows> Console::query(std::string command, Deadline deadline) {
  auto const impl = impl_;
  auto const lock = co_await impl->turn.lock(deadline);
  auto const what = "answer from the console at " + impl->options.server();
  for (bool kept = impl->connection != nullptr;; kept = false) {
    if (!impl->connection) impl->connection = co_await connect(impl->options, deadline);
    try {
      Rows rows;
      awaitable<void> asking = ask(impl, command, rows);
      co_await before(deadline, std::move(asking), what);
      co_return rows;
    } catch (const Error& error) {
      if (!error.sqlstate().empty()) throw;
      impl->connection.reset();
      if (!kept) throw;
    } catch (...) {
      impl->connection.reset();
      throw;
    }
  }
}

}  // namespace fleet::postgres
