// Owners of libpq's objects, for the .cpp files of this folder only.
#pragma once

#include <libpq-fe.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>

#include "core/postgres/session.hpp"

namespace fleet::postgres {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ConnectionHandle = std::unique_ptr<PGconn, Finish>;
using ResultHandle = std::unique_ptr<PGresult, Clear>;

struct Rows::Impl {
  ResultHandle result;
};

/// libpq's last message on the connection in one line of printable characters, at most 300.
std::string error_message(const PGconn* connection);
/// The same of any text.
std::string one_line(std::string_view text);

/// What the server refused, without the details that may quote a row; no sqlstate if it closes the connection.
Error error_of(const PGresult* result);
/// One wait on a socket that libpq owns and may exchange for another at its next step.
awaitable<void> wait_for(PGconn* connection, asio::posix::stream_descriptor::wait_type what);

/// Resolves the host and connects; the result is non-blocking and not yet in pipeline mode. Throws as
/// Session::open.
awaitable<ConnectionHandle> connect(Options options, Deadline deadline);

}  // namespace fleet::postgres
