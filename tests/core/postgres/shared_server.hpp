// One PostgreSQL server for the cases of this executable that leave it as they found it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "core/postgres/session.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/postgres_server.hpp"

namespace fleet::postgres {

inline testing::PostgresServer& shared_server() {
  static testing::PostgresServer server;
  return server;
}

inline Options options_for(std::uint16_t port) {
  Options options;
  options.port = port;
  options.application_name = "core_postgres_test";
  return options;
}

inline std::shared_ptr<Session> open(asio::io_context& io, const Options& options) {
  return testing::run_on(io, Session::open(options, Deadline::after(std::chrono::seconds(10))));
}

inline Rows query(asio::io_context& io, Session& session, const std::string& sql,
                  Deadline::Clock::duration limit = std::chrono::seconds(10)) {
  return testing::run_on(io, session.query(sql, Deadline::after(limit)));
}

inline std::string text(asio::io_context& io, Session& session, const std::string& sql) {
  return std::string(query(io, session, sql).text(0, 0));
}

/// The sqlstate a statement fails with; "none" if it does not fail.
inline std::string sqlstate_of(asio::io_context& io, Session& session, const std::string& sql) {
  try {
    query(io, session, sql);
    return "none";
  } catch (const Error& error) {
    return error.sqlstate();
  }
}

}  // namespace fleet::postgres
