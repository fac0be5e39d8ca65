// Options of the postgres probe.
#pragma once

#include "probers/module.hpp"

namespace fleet::probers {

/// Reads
///
///     check: connect              # connect | query | canary; default: connect
///     username: slo_prober        # default: postgres
///     password: ...               # or password_file
///     database: legalllm          # where the target names none; default: postgres
///     sslmode: prefer             # libpq's words; verify-ca and verify-full want sslrootcert
///     sslrootcert: ca.pem
///     preferred_ip_protocol, ip_protocol_fallback, try_all_addresses
///
///     role: primary               # connect, query: primary or replica; default: any
///
///     sql: SELECT 1               # query: required, runs read-only
///     expect_value: "1"           # first column of the first row
///     expect_row_count: 1
///     expect_rows_match: [regexp]       # rows as text, values joined by "|"
///     expect_rows_not_match: [regexp]
///
///     nodes: [10.0.0.1:5432, 10.0.0.2:5432]   # canary: every member of the cluster; default: the target
///     table: slo_prober_canary    # made by canary_table.sql,
///     create_table: false         # or by the probe
///     prober: sydney-1            # whose rows; default: the host's name
///     keep: 1000                  # canaries remembered, rows kept
///     max_replica_lag: 2s
///     required_replicas: 2        # default: every node but the primary
///     connect_timeout: 2s         # for a node to say what it is
///
/// An option of another check than the chosen one is a config::Error. Targets are what parse_server() takes.
std::shared_ptr<const Module> read_postgres(const std::optional<config::Value>& options,
                                            const config::Value& whole, const ReadContext& context);

}  // namespace fleet::probers
