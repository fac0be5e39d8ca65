// Which statement a server is asked, by its version: plain data, and the function that chooses.
#pragma once

#include <span>
#include <string_view>

namespace fleet::exporters::postgres {

/// A statement, and the first server version (as libpq's: 140000) that takes it.
struct VersionedSql {
  int since;
  std::string_view sql;
};

/// The statement for a server: the last one whose version it has reached; "" if it has reached none, and cannot
/// be asked this. `statements` begin with the oldest.
constexpr std::string_view sql_for(std::span<const VersionedSql> statements, int server_version) {
  std::string_view chosen;
  for (const VersionedSql& statement : statements) {
    if (server_version >= statement.since) chosen = statement.sql;
  }
  return chosen;
}

/// The oldest version that is supported.
inline constexpr int kOldest = 130000;

}  // namespace fleet::exporters::postgres
