#include "exporters/postgres/buffer_cache.hpp"

#include "exporters/postgres/readout.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr VersionedSql kStatements[] = {{kOldest, R"(
SELECT count(relfilenode) AS buffers_used, count(*) - count(relfilenode) AS buffers_unused,
  count(*) FILTER (WHERE isdirty) AS buffers_dirty, count(*) FILTER (WHERE pinning_backends > 0) AS buffers_pinned,
  COALESCE(avg(usagecount) FILTER (WHERE relfilenode IS NOT NULL), 0) AS usagecount_avg
FROM $SCHEMA.pg_buffercache)"},
                                        {160000, R"(
SELECT buffers_used, buffers_unused, buffers_dirty, buffers_pinned, COALESCE(usagecount_avg, 0) AS usagecount_avg
FROM $SCHEMA.pg_buffercache_summary())"}};

struct Sum {
  std::string_view column, metric, help;
};
constexpr Sum kSums[] = {
    {"buffers_used", "pg_buffercache_summary_buffers_used", "Number of used shared buffers"},
    {"buffers_unused", "pg_buffercache_summary_buffers_unused", "Number of unused shared buffers"},
    {"buffers_dirty", "pg_buffercache_summary_buffers_dirty", "Number of dirty shared buffers"},
    {"buffers_pinned", "pg_buffercache_summary_buffers_pinned", "Number of pinned shared buffers"},
    {"usagecount_avg", "pg_buffercache_summary_usagecount_avg", "Average usage count of used shared buffers"},
};

}  // namespace

constexpr std::span<const VersionedSql> kBufferCacheSql = kStatements;

awaitable<std::vector<double>> BufferCache::ask(Deadline deadline, int server_version) {
  std::string const schema = co_await schema_of_extension(instance(), "pg_buffercache", deadline);
  std::string sql = with_schema(sql_for(kStatements, server_version), schema);
  Rows const rows = co_await instance().query(std::move(sql), deadline);
  std::vector<double> sums;
  for (const Sum& sum : kSums) sums.push_back(rows.number(0, rows.column(sum.column)));
  co_return sums;
}

awaitable<void> BufferCache::measure(Deadline deadline, int server_version, Families& out) {
  auto const now = Deadline::Clock::now();
  if (kept_.due(now)) {
    try {
      std::vector<double> sums = co_await ask(deadline, server_version);
      kept_.store(std::move(sums), now);
    } catch (const std::exception& error) {
      if (connection_lost(error)) throw;
      kept_.fail(error.what(), now);
    }
  }
  const std::vector<double>& sums = kept_.value();
  for (std::size_t i = 0; i < std::size(kSums); ++i) {
    out.gauge(kSums[i].metric, kSums[i].help).add({{"server", server()}}, sums[i]);
  }
}

}  // namespace fleet::exporters::postgres
