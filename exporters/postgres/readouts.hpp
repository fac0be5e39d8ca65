// Every subject that is a Readout, each in the file of its name.
#pragma once

#include "exporters/postgres/readout.hpp"

namespace fleet::exporters::postgres {

/// pg_database_wraparound_age_datfrozenxid_seconds, .._datminmxid_seconds (postgres_exporter's names: they
/// count transactions) and pg_database_wraparound_ratio. database_wraparound.cpp
extern const ReadoutDescription kDatabaseWraparound;
/// pg_postmaster_start_time_seconds. postmaster.cpp
extern const ReadoutDescription kPostmaster;
/// pg_roles_connection_limit. roles.cpp
extern const ReadoutDescription kRoles;
/// pg_stat_activity_autovacuum_timestamp_seconds. autovacuum_activity.cpp
extern const ReadoutDescription kAutovacuumActivity;
/// pg_stat_bgwriter_*_total under postgres_exporter's names on every version: PostgreSQL 17 moved most of these
/// columns to pg_stat_checkpointer, and dropped the two of backends. checkpoints.cpp
extern const ReadoutDescription kCheckpoints;
/// pg_stat_checkpointer_* of PostgreSQL 17. checkpointer.cpp
extern const ReadoutDescription kCheckpointer;
/// pg_stat_progress_vacuum_*. vacuum_progress.cpp
extern const ReadoutDescription kVacuumProgress;
/// pg_stat_wal_receiver_* of a replica. wal_receiver.cpp
extern const ReadoutDescription kWalReceiver;
/// pg_xlog_location_bytes. xlog_location.cpp
extern const ReadoutDescription kXlogLocation;

}  // namespace fleet::exporters::postgres
