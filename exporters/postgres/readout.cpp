#include "exporters/postgres/readout.hpp"

#include <stdexcept>

namespace fleet::exporters::postgres {

awaitable<std::string> schema_of_extension(Instance& instance, std::string_view extension, Deadline deadline) {
  std::string const name(extension);
  std::string sql =
      "SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = "
      "e.extnamespace "
      "WHERE e.extname = '" +
      name + "'";
  Rows const rows = co_await instance.query(std::move(sql), deadline);
  if (rows.size() == 0) {
    throw std::runtime_error("the extension " + name + " is not installed in the database " +
                             instance.database() + ": run CREATE EXTENSION " + name +
                             " there, or switch this collector off");
  }
  co_return std::string(rows.text(0, rows.column("schema")));
}

std::string with_schema(std::string_view sql, std::string_view schema) {
  constexpr std::string_view kPlace = "$SCHEMA";
  std::string text(sql);
  for (std::size_t at = 0; (at = text.find(kPlace, at)) != std::string::npos; at += schema.size()) {
    text.replace(at, kPlace.size(), schema);
  }
  return text;
}

awaitable<void> Readout::measure(Deadline deadline, int server_version, Families& out) {
  std::string sql(sql_for(description_.statements, server_version));
  if (sql.empty()) co_return;
  if (!description_.extension.empty()) {
    std::string const schema = co_await schema_of_extension(instance(), description_.extension, deadline);
    sql = with_schema(sql, schema);
  }
  Rows const rows = co_await instance().query(std::move(sql), deadline);
  for (const MetricSet& set : description_.sets) {
    ColumnSamples(rows, server(), set.labels, set.metrics, out, set.null).add_all();
  }
}

}  // namespace fleet::exporters::postgres
