// One query of somebody else's making, asked so that it can do no harm.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <string>

#include "core/postgres/session.hpp"

namespace fleet::exporters {

struct ReadOnlyQuery {
  std::string sql;                    ///< one statement that reads
  std::chrono::milliseconds timeout;  ///< the server ends the statement after this
  std::size_t max_rows = 1000;        ///< of a longer result this many and one more are fetched
};

struct ReadOnlyAnswer {
  fleet::postgres::Rows rows;
  int server_version = 0;  ///< 150004
};

/// Asks in a transaction of its own that is read-only whatever the query does (a setting that it changes is
/// undone with the transaction), through a cursor, so that neither side holds more than max_rows + 1 rows. What
/// it tries to write, several statements, and WITH parts that write are refused by the server. Points in time
/// come in ISO style. A server that does not answer at all is given `timeout` and a second more, and the time
/// to connect. Throws as fleet::postgres::Client::query.
awaitable<ReadOnlyAnswer> ask_read_only(std::shared_ptr<fleet::postgres::Client> client, ReadOnlyQuery query);

/// Why a query failed, fit for a log: a message that may quote a row (a value that does not fit, what a
/// function raises) is left to the server's own log.
std::string reason_of(const std::exception& error);

}  // namespace fleet::exporters
