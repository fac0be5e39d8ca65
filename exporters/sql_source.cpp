#include "exporters/sql_source.hpp"

#include <stdexcept>
#include <utility>

namespace fleet::exporters {

SqlSource::SqlSource(asio::any_io_executor executor, postgres::Options options, Queries queries)
    : client_(std::make_shared<postgres::Client>(std::move(executor), std::move(options))),
      queries_(std::move(queries)) {}

awaitable<postgres::Rows> SqlSource::rows_of(std::string query, Deadline deadline) {
  std::string sql = queries_.find(query)->second;
  try {
    co_return co_await client_->query(std::move(sql), deadline);
  } catch (const std::exception& error) {
    rethrow_named(query, error);
  }
}

void SqlSource::rethrow_named(const std::string& query, const std::exception& error) {
  auto const* const refused = dynamic_cast<const postgres::Error*>(&error);
  // Class 22, data exceptions: their messages quote the value that did not fit, and that is a row's content.
  bool const may_quote = refused && refused->sqlstate().starts_with("22");
  std::string const reason = may_quote ? "a value in the rows does not fit (SQLSTATE " + refused->sqlstate() +
                                             "; the server's log has the message, which may quote a row)"
                                       : error.what();
  throw std::runtime_error("query `" + query + "`: " + reason);
}

awaitable<bool> SqlSource::answers(Deadline deadline) {
  std::string sql = "SELECT 1";
  try {
    co_await client_->query(std::move(sql), deadline);
    co_return true;
  } catch (const std::exception&) {  // why it does not is what the collectors of the subjects report
    co_return false;
  }
}

}  // namespace fleet::exporters
