// Subjects that are one statement and its columns.
#pragma once

#include <span>
#include <string_view>

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/subject.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {

/// Metrics that carry the same labels. Label names are columns, in rising order, and "server".
struct MetricSet {
  std::span<const std::string_view> labels;
  std::span<const ColumnMetric> metrics;
  OfNull null = OfNull::nothing;
};

struct ReadoutDescription {
  std::string_view name;  ///< the `collector` label
  /// A server older than the first one adds nothing, and that is no failure.
  std::span<const VersionedSql> statements;
  std::span<const MetricSet> sets;
  /// Empty, or the extension that the statement needs: `$SCHEMA` in it becomes the schema that holds it.
  std::string_view extension = {};
};

/// Throws std::runtime_error, which says what to do, if the session's database does not have the extension;
/// else the schema that holds it, quoted.
awaitable<std::string> schema_of_extension(Instance& instance, std::string_view extension, Deadline deadline);
/// `sql` with every `$SCHEMA` replaced.
std::string with_schema(std::string_view sql, std::string_view schema);

class Readout : public Subject {
 public:
  /// `description` must outlive this object.
  Readout(std::shared_ptr<Instance> instance, const ReadoutDescription& description)
      : Subject(description.name, std::move(instance)), description_(description) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  const ReadoutDescription& description_;
};

}  // namespace fleet::exporters::postgres
