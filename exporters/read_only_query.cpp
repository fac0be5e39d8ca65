#include "exporters/read_only_query.hpp"

#include <utility>

namespace fleet::exporters {

awaitable<ReadOnlyAnswer> ask_read_only(std::shared_ptr<postgres::Client> client, ReadOnlyQuery query) {
  auto const timeout = std::to_string(query.timeout.count());
  std::vector<std::string> statements;
  statements.push_back("BEGIN TRANSACTION READ ONLY");
  // A cursor is planned for its first rows unless it is told that all will be fetched.
  statements.push_back("SELECT set_config('statement_timeout', '" + timeout +
                       "', true), set_config('datestyle', 'ISO', true), "
                       "set_config('cursor_tuple_fraction', '1', true)");
  statements.push_back("DECLARE fleet_custom NO SCROLL CURSOR FOR " + query.sql);
  statements.push_back("FETCH FORWARD " + std::to_string(query.max_rows + 1) + " FROM fleet_custom");
  statements.push_back("ROLLBACK");
  auto const rows_at = statements.size() - 2;
  auto const session = co_await client->session(
      Deadline::after(client->options().connect_timeout + std::chrono::milliseconds(100)));
  ReadOnlyAnswer answer;
  answer.server_version = session->server_version();
  auto const by = Deadline::after(query.timeout + std::chrono::seconds(1));
  auto results = co_await client->query_all(std::move(statements), by);
  answer.rows = std::move(results[rows_at]);
  co_return answer;
}

std::string reason_of(const std::exception& error) {
  auto const* const refused = dynamic_cast<const postgres::Error*>(&error);
  if (!refused) return error.what();
  auto const& state = refused->sqlstate();
  // Class 22, data exceptions, and P0, what functions raise: messages quote the value that did not fit, and
  // that is a row's content.
  if (state.starts_with("22")) {
    return "a value in the rows does not fit (SQLSTATE " + state +
           "; the server's log has the message, which may quote a row)";
  }
  if (state.starts_with("P0")) {
    return "a function raised an error (SQLSTATE " + state +
           "; the server's log has the message, which may quote a row)";
  }
  return error.what();
}

}  // namespace fleet::exporters
