// Which statements take the time, from the extension pg_stat_statements.
#pragma once

#include <span>

#include "exporters/postgres/config.hpp"
#include "exporters/postgres/subject.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {

/// `$TEXT` in it stands for whether the server shall read the statements' texts from its file.
extern const std::span<const VersionedSql> kStatementsSql;

/// pg_stat_statements_* of the statements that took the most time, by role, database and queryid, and if wanted
/// pg_stat_statements_query_id with the text, which names no constants but may name whatever else a statement
/// can.
class Statements : public Subject {
 public:
  Statements(std::shared_ptr<Instance> instance, StatementOptions options)
      : Subject("stat_statements", std::move(instance)), options_(options) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  std::string sql(int server_version, std::string_view schema) const;
  void add_texts(const fleet::postgres::Rows& rows, Families& out) const;
  StatementOptions options_;
};

}  // namespace fleet::exporters::postgres
