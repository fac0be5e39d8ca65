// Asks the queries that users write, and shows their answers.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/custom_sql.hpp"

namespace fleet::exporters {

/// Where custom queries are asked, and what tells this place's series from another's.
struct CustomTarget {
  std::string exporter;  ///< prefixes the metrics about the queries: "pg_health_exporter"
  std::string server;    ///< the `server` label; "" for none
  fleet::postgres::Options options;
};

/// The collector "custom_queries" of one server. It has connections of its own, at most two a database, so that
/// no custom query delays the exporter's other collectors, and each query fails alone:
/// `<exporter>_custom_query_success` and one log line when that begins, changes or ends; a server that does not
/// answer is one log line, not one a query.
///
/// A scrape starts what is due and waits for it while it has time. A query that takes longer than the scrape
/// goes on until its own timeout, and its answer is shown from then on; nothing runs that no scrape has
/// started.
class CustomQueries : public Collector {
 public:
  CustomQueries(asio::any_io_executor executor, CustomTarget target, std::shared_ptr<const CustomSql> sql);
  ~CustomQueries() override;
  std::string_view name() const override { return "custom_queries"; }
  std::string_view target() const override;
  awaitable<void> collect(Deadline deadline, Families& out) override;
  bool gives_way() const override { return true; }
  void settle(const MetricNames& taken, Families& out) override;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fleet::exporters
