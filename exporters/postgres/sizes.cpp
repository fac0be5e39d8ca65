#include "exporters/postgres/sizes.hpp"

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/tables.hpp"

namespace fleet::exporters::postgres {
namespace {

// Asking for the size of a database that the role may not connect to would fail the whole statement.
constexpr const char* kDatabasesSql = R"(
SELECT datname, pg_database_size(oid) AS bytes FROM pg_database
WHERE has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')
ORDER BY datname)";

constexpr const char* kTablesSql = R"(
SELECT current_database() AS datname, n.nspname AS schemaname, c.relname, c.relpages,
  pg_total_relation_size(c.oid) AS total, pg_indexes_size(c.oid) AS indexes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
  AND c.oid NOT IN (SELECT relation FROM pg_locks WHERE relation IS NOT NULL AND mode = 'AccessExclusiveLock'
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
ORDER BY c.relname, n.nspname)";

}  // namespace

awaitable<void> DatabaseSizes::measure(Deadline deadline, int, Families& out) {
  auto const now = Deadline::Clock::now();
  if (kept_.due(now)) {
    try {
      Rows const rows = co_await instance().query(kDatabasesSql, deadline);
      auto const name = rows.column("datname"), bytes = rows.column("bytes");
      std::vector<Size> sizes;
      for (std::size_t row = 0; row < rows.size(); ++row) {
        Size size{std::string(rows.text(row, name)), rows.number(row, bytes)};
        sizes.push_back(std::move(size));
      }
      kept_.store(std::move(sizes), now);
    } catch (const std::exception& error) {
      if (connection_lost(error)) throw;
      kept_.fail(error.what(), now);
    }
  }
  Family& family = out.gauge("pg_database_size_bytes", "Disk space used by the database");
  for (const Size& size : kept_.value()) {
    family.add({{"datname", size.database}, {"server", server()}}, size.bytes);
  }
  out.gauge("pg_database_size_age_seconds", "How long ago the databases' sizes were asked for.")
      .add({{"server", server()}}, kept_.age_seconds(now));
}

std::vector<TableSizes::Size> TableSizes::read(const Rows& rows) const {
  auto const database = rows.column("datname"), schema = rows.column("schemaname"),
             name = rows.column("relname"), total = rows.column("total"), indexes = rows.column("indexes");
  std::vector<Size> sizes;
  for (std::size_t const row : rows_of_largest(rows, filter_).rows) {
    // A table dropped meanwhile has no size.
    if (rows.is_null(row, total)) continue;
    Label const labels[] = {{"datname", rows.text(row, database)},
                            {"relname", rows.text(row, name)},
                            {"schemaname", rows.text(row, schema)},
                            {"server", server()}};
    Size size{{}, rows.number(row, total), rows.number(row, indexes)};
    append_labels(size.labels, labels);
    size.labels.push_back(' ');
    sizes.push_back(std::move(size));
  }
  return sizes;
}

awaitable<void> TableSizes::measure(Deadline deadline, int, Families& out) {
  auto const now = Deadline::Clock::now();
  if (kept_.due(now)) {
    try {
      Rows const rows = co_await instance().query(kTablesSql, deadline);
      kept_.store(read(rows), now);
    } catch (const std::exception& error) {
      if (connection_lost(error)) throw;
      kept_.fail(error.what(), now);
    }
  }
  Family& total =
      out.gauge("pg_stat_user_tables_size_bytes",
                "Total disk space used by this table, in bytes, including all indexes and TOAST data");
  Family& indexes = out.gauge("pg_stat_user_tables_index_size_bytes",
                              "Total disk space used by this table's indexes, in bytes");
  std::string line;
  const std::vector<Size>& sizes = kept_.value();
  for (Family* const family : {&total, &indexes}) {
    constexpr std::size_t kRoomForValue = 8;
    if (!sizes.empty()) {
      family->reserve(sizes.size(),
                      sizes.size() * (family->name().size() + sizes.back().labels.size() + kRoomForValue));
    }
  }
  for (const Size& size : sizes) {
    total.add_rendered(line.assign(total.name()).append(size.labels), size.total);
    indexes.add_rendered(line.assign(indexes.name()).append(size.labels), size.indexes);
  }
  out.gauge("pg_stat_user_tables_size_age_seconds", "How long ago the tables' sizes were asked for.")
      .add({{"server", server()}}, kept_.age_seconds(now));
}

}  // namespace fleet::exporters::postgres
