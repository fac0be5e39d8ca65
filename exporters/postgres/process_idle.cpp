#include "exporters/postgres/process_idle.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr const char* kSql = R"(
SELECT state, application_name, sum(idle) AS sum, count(*) AS count, count(*) FILTER (WHERE idle <= 1) AS le_1,
  count(*) FILTER (WHERE idle <= 2) AS le_2, count(*) FILTER (WHERE idle <= 5) AS le_5,
  count(*) FILTER (WHERE idle <= 15) AS le_15, count(*) FILTER (WHERE idle <= 30) AS le_30,
  count(*) FILTER (WHERE idle <= 60) AS le_60, count(*) FILTER (WHERE idle <= 90) AS le_90,
  count(*) FILTER (WHERE idle <= 120) AS le_120, count(*) FILTER (WHERE idle <= 300) AS le_300
FROM (SELECT state, application_name, GREATEST(0, date_part('epoch', clock_timestamp() - state_change)) AS idle
      FROM pg_stat_activity WHERE state LIKE 'idle%') a
GROUP BY application_name, state ORDER BY application_name, state)";

constexpr double kBounds[] = {1, 2, 5, 15, 30, 60, 90, 120, 300};

}  // namespace

awaitable<void> ProcessIdle::measure(Deadline deadline, int, Families& out) {
  Rows const rows = co_await instance().query(kSql, deadline);
  Family& family = out.histogram("pg_process_idle_seconds", "Idle time of server processes");
  auto const state = rows.column("state"), application = rows.column("application_name"),
             sum = rows.column("sum"), count = rows.column("count"), first = rows.column("le_1");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    HistogramData data;
    data.bounds.assign(std::begin(kBounds), std::end(kBounds));
    std::uint64_t below = 0;
    auto const add_bucket = [&](double up_to) {
      auto const cumulative = static_cast<std::uint64_t>(up_to);
      data.counts.push_back(cumulative - below);
      below = cumulative;
    };
    for (std::size_t i = 0; i < std::size(kBounds); ++i) add_bucket(rows.number(row, first + i));
    add_bucket(rows.number(row, count));
    data.sum = rows.number(row, sum);
    family.add_histogram({{"application_name", rows.text(row, application)},
                          {"server", server()},
                          {"state", rows.text(row, state)}},
                         data);
  }
}

}  // namespace fleet::exporters::postgres
