#include "exporters/compliance/monthly/readings.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "exporters/compliance/monthly/prometheus.hpp"
#include "exporters/compliance/monthly/queries.hpp"
#include "exporters/label_limit.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

using postgres::Rows;

template <class Row>
struct Column {
  const char* name;
  double Row::*value;
};

/// Rows of one text column, if `label` is not null, and several numbers, sorted by the text.
template <class Row>
std::vector<Row> read_rows(const Rows& rows, const char* label_column, std::string Row::*label,
                           std::initializer_list<Column<Row>> columns) {
  std::vector<Row> out(rows.size());
  if (label_column) {
    auto const at = rows.column(label_column);
    for (std::size_t row = 0; row < out.size(); ++row)
      out[row].*label = exporters::LabelLimit::clean(rows.text(row, at));
  }
  for (auto const& column : columns) {
    auto const at = rows.column(column.name);
    for (std::size_t row = 0; row < out.size(); ++row)
      out[row].*column.value = rows.number_or_null(row, at).value_or(0);
  }
  if (label)
    std::stable_sort(out.begin(), out.end(), [=](auto const& a, auto const& b) { return a.*label < b.*label; });
  return out;
}

std::vector<ViolationRow> violation_rows(const Rows& rows) {
  using R = ViolationRow;
  std::vector<R> out(rows.size());
  auto const framework = rows.column("framework"), severity = rows.column("severity"),
             recorded = rows.column("recorded"), resolved = rows.column("resolved"),
             open = rows.column("open_at_end");
  for (std::size_t row = 0; row < out.size(); ++row) {
    out[row].framework = exporters::LabelLimit::clean(rows.text(row, framework));
    out[row].severity = exporters::LabelLimit::clean(rows.text(row, severity));
    out[row].recorded = rows.number_or_null(row, recorded).value_or(0);
    out[row].resolved = rows.number_or_null(row, resolved).value_or(0);
    out[row].open_at_end = rows.number_or_null(row, open).value_or(0);
  }
  return out;
}

template <class Row>
awaitable<Reading<Row>> read(std::shared_ptr<exporters::SqlSource> source, const char* query,
                             std::vector<Row> (*parse)(const Rows&), Deadline deadline) {
  Reading<Row> reading;
  reading.off = !source->has(query);
  if (reading.off) co_return reading;
  try {
    reading.rows = co_await source->read(query, parse, deadline);
  } catch (const std::exception& error) {
    reading.failure = error.what();
  }
  co_return reading;
}

std::vector<DayRow> framework_days(const Rows& rows) {
  return read_rows<DayRow>(rows, "framework", &DayRow::name,
                           {{"day", &DayRow::day}, {"recorded", &DayRow::count}});
}
std::vector<DayRow> severity_days(const Rows& rows) {
  return read_rows<DayRow>(rows, "severity", &DayRow::name, {{"day", &DayRow::day}, {"open", &DayRow::count}});
}
std::vector<DayRow> document_days(const Rows& rows) {
  return read_rows<DayRow>(rows, nullptr, nullptr, {{"day", &DayRow::day}, {"overdue", &DayRow::count}});
}
std::vector<ResolveRow> resolve_rows(const Rows& rows) {
  using R = ResolveRow;
  return read_rows<R>(rows, "severity", &R::severity,
                      {{"resolved", &R::resolved},
                       {"mean_seconds", &R::mean_seconds},
                       {"median_seconds", &R::median_seconds},
                       {"p90_seconds", &R::p90_seconds},
                       {"longest_seconds", &R::longest_seconds}});
}
std::vector<BucketRow> bucket_rows(const Rows& rows) {
  using R = BucketRow;
  return read_rows<R>(rows, "severity", &R::severity, {{"bucket", &R::bucket}, {"violations", &R::violations}});
}
std::vector<ConsentRow> consent_rows(const Rows& rows) {
  using R = ConsentRow;
  return read_rows<R>(rows, "consent_type", &R::consent_type,
                      {{"granted", &R::granted},
                       {"withdrawn", &R::withdrawn},
                       {"expired", &R::expired},
                       {"in_force", &R::in_force},
                       {"not_acted_on", &R::not_acted_on}});
}
std::vector<UseRow> use_rows(const Rows& rows) {
  using R = UseRow;
  return read_rows<R>(rows, "consent_type", &R::consent_type,
                      {{"events", &R::events},
                       {"after_withdrawal", &R::after_withdrawal},
                       {"after_expiry", &R::after_expiry},
                       {"without_grant", &R::without_grant}});
}
std::vector<RetentionRow> retention_rows(const Rows& rows) {
  using R = RetentionRow;
  return read_rows<R>(rows, nullptr, nullptr,
                      {{"fell_due", &R::fell_due},
                       {"deleted", &R::deleted},
                       {"deleted_late", &R::deleted_late},
                       {"overdue_at_end", &R::overdue_at_end}});
}
std::vector<Form13Row> form13_rows(const Rows& rows) {
  using R = Form13Row;
  return read_rows<R>(rows, "case_type", &R::case_type,
                      {{"due", &R::due}, {"missing", &R::missing}, {"incomplete", &R::incomplete}});
}

}  // namespace

std::vector<std::string> MonthReadings::failures() const {
  std::vector<std::string> all;
  auto const add = [&](const std::string& what, const std::string& failure) {
    auto const line = what + ": " + failure;
    if (!failure.empty() && std::find(all.begin(), all.end(), line) == all.end()) all.push_back(line);
  };
  add("violations", violations.failure);
  add("violations", violations_by_day.failure);
  add("violations", open_by_day.failure);
  add("time to resolve", resolve_times.failure);
  add("time to resolve", resolve_buckets.failure);
  add("consent", consents.failure);
  add("consent", uses.failure);
  add("retention", retention.failure);
  add("retention", retention_by_day.failure);
  add("Form 13", form13.failure);
  for (auto const& kind : availability) add("availability", kind.points.failure);
  return all;
}

awaitable<MonthReadings> read_month(Config config, MonthSpan span, Deadline deadline) {
  MonthReadings month;
  month.span = span;
  auto const executor = co_await asio::this_coro::executor;
  auto queries = queries_of(config.report.queries, span);
  auto const source = std::make_shared<exporters::SqlSource>(executor, config.database, std::move(queries));
  month.violations = co_await read(source, "violations", violation_rows, deadline);
  month.violations_by_day = co_await read(source, "violations_by_day", framework_days, deadline);
  month.open_by_day = co_await read(source, "open_by_day", severity_days, deadline);
  month.resolve_times = co_await read(source, "resolve_times", resolve_rows, deadline);
  month.resolve_buckets = co_await read(source, "resolve_buckets", bucket_rows, deadline);
  month.consents = co_await read(source, "consents", consent_rows, deadline);
  month.uses = co_await read(source, "uses", use_rows, deadline);
  month.retention = co_await read(source, "retention", retention_rows, deadline);
  month.retention_by_day = co_await read(source, "retention_by_day", document_days, deadline);
  month.form13 = co_await read(source, "form13", form13_rows, deadline);
  if (config.prometheus) {
    for (auto const& [name, query] : config.prometheus->availability) {
      Availability kind;
      kind.name = name;
      kind.points = co_await read_availability(*config.prometheus, query, span, deadline);
      month.availability.push_back(std::move(kind));
    }
  }
  co_return month;
}

}  // namespace fleet::exporters::compliance::monthly
