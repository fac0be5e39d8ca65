// When the last backup succeeded, and how the last attempt ended: from stamp files, from SQL, from the WAL
// archiver.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/postgres/backup_stamp.hpp"

namespace fleet::exporters::postgres {

/// One source: exactly one of `stamp`, `files` and `sql` is not empty.
struct BackupSource {
  std::string name;    ///< the `backup` label
  std::string stamp;   ///< a JSON file
  StampFields fields;  ///< of the stamp, where it is not as usual
  std::string files;   ///< pattern of the backups themselves
  std::string sql;  ///< one row: last_success, and if it likes finished, result, size_bytes, duration_seconds
  fleet::postgres::Options options;  ///< where the query is asked
};

/// A server that a query can be asked of, by its name in the configuration.
struct NamedServer {
  std::string name;
  fleet::postgres::Options options;
};

/// Reads the list `backups`. Throws config::Error.
std::vector<BackupSource> read_backups(const config::Value& value, std::span<const NamedServer> servers);

/// One collector a source, "backups" with the source's name as target. A source that cannot be read, or tells
/// of the future, is pg_backup_source_up 0, the reason in pg_backup_source_problem and one log line; what it
/// last said of a success stays. Opens no connection.
std::vector<std::unique_ptr<Collector>> make_backup_collectors(asio::any_io_executor executor,
                                                               const std::vector<BackupSource>& sources);

}  // namespace fleet::exporters::postgres
