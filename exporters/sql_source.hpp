// One database that an exporter reads with the queries of its configuration.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/postgres/session.hpp"
#include "exporters/sql_queries.hpp"

namespace fleet::exporters {

/// A client and its queries, shared by the collectors of one configuration. Errors name the query, never its
/// text or a row. Lives on one io thread.
class SqlSource {
 public:
  SqlSource(asio::any_io_executor executor, postgres::Options options, Queries queries);

  /// Whether the query is switched on.
  bool has(std::string_view query) const { return queries_.contains(query); }

  /// Runs the query and turns its rows into plain data. Throws std::runtime_error "query `violations`: ..." for
  /// whatever goes wrong, be it the connection, the server, or a column that `parse` misses.
  template <class T>
  awaitable<T> read(std::string query, T (*parse)(const postgres::Rows&), Deadline deadline) {
    auto const rows = co_await rows_of(query, deadline);
    try {
      co_return parse(rows);
    } catch (const postgres::Error& error) {
      rethrow_named(query, error);
    }
  }

  /// Whether the server answers a statement in time. Never throws.
  awaitable<bool> answers(Deadline deadline);

 private:
  awaitable<postgres::Rows> rows_of(std::string query, Deadline deadline);
  [[noreturn]] static void rethrow_named(const std::string& query, const std::exception& error);

  std::shared_ptr<postgres::Client> client_;
  Queries queries_;
};

}  // namespace fleet::exporters
