#include "exporters/sql_source.hpp"

#include <stdexcept>
#include <utility>

#include "exporters/read_only_query.hpp"

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
  throw std::runtime_error("query `" + query + "`: " + reason_of(error));
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
