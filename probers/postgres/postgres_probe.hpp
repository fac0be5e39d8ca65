// Postgres probe, checks `connect` and `query`: a new connection, and what one statement gives.
#pragma once

#include <optional>
#include <string>

#include "probers/postgres/cluster_roles.hpp"
#include "probers/postgres/connection.hpp"
#include "probers/postgres/query_result.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

namespace facts {
inline constexpr FactKind postgres_server_version{"probe_postgres_server_version",
                                                  "Version of the server as it numbers it: 150004 is 15.4."};
inline constexpr FactKind postgres_query_rows{"probe_postgres_query_rows", "Rows that the query gave."};
inline constexpr FactKind postgres_query_value{"probe_postgres_query_value",
                                               "The first column of the query's first row, if it is a number."};
}  // namespace facts

struct PostgresOptions {
  ConnectionOptions connection;
  std::optional<ServerRole> role;  ///< primary or replica; absent: any
  std::string sql;                 ///< "": connecting is all
  QueryExpectation expected;
};

/// Opens a connection, checks the server's role if one is asked for, runs the statement in a read-only
/// transaction. Steps: resolve, connect, role, query.
class PostgresProbe : public Probe {
 public:
  PostgresProbe(ServerAddress server, std::shared_ptr<const PostgresOptions> options);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  awaitable<void> run(Attempt attempt, ProbeResult& result, std::string& step);

  ServerAddress server_;
  std::shared_ptr<const PostgresOptions> options_;
};

}  // namespace fleet::probers
