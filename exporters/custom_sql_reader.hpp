// How custom queries are read, for the custom_sql*.cpp files only.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "exporters/custom_sql.hpp"

namespace fleet::exporters {

/// Collects queries and refuses names that are taken or malformed, at the place where they are written.
class CustomSqlReader {
 public:
  explicit CustomSqlReader(const OwnNames& own) : own_(own) {}

  /// One entry of `custom_queries`.
  void add(const config::Value& entry);
  /// A file in postgres_exporter's format.
  void add_file(const config::Document& file, const DatabaseChoice& databases);
  CustomSql take() { return std::move(sql_); }

 private:
  struct Owner {
    std::size_t query;
    MetricType type;
  };
  std::string read_name(const config::Value& value) const;
  void add_foreign(const config::Value& name, const config::Value& body, const DatabaseChoice& databases);
  /// Refuses a label that is malformed, the exporter's own or there twice.
  void add_label(const config::Value& at, CustomQuery& query, CustomColumn column) const;
  /// Refuses a metric that is malformed, the exporter's own or another query's.
  void add_metric(const config::Value& at, CustomQuery& query, CustomColumn column);
  void finish(const config::Value& at, CustomQuery query);

  OwnNames own_;
  CustomSql sql_;
  std::multimap<std::string, Owner, std::less<>> owners_;  // of every metric
};

/// `{word: number, ...}` of a mapped column.
void read_mapping(const config::Value& value, CustomColumn& column);
/// A list of names, or one pattern.
DatabaseChoice read_databases(const config::Value& value);

}  // namespace fleet::exporters
