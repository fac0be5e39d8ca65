// A server as a request names it.
#pragma once

#include <string>
#include <string_view>

#include "core/postgres/session.hpp"

namespace fleet::exporters::postgres {

/// Sets what libpq calls `name`: host, port, user, password, dbname, sslmode, connect_timeout (seconds). Throws
/// std::invalid_argument, which shows no password, for another name or a value that does not fit.
void set_parameter(fleet::postgres::Options& options, std::string_view name, const std::string& value);

/// Reads "host:port", "host:port/database?sslmode=require", the same behind postgresql:// or postgres:// with
/// user:password@, or libpq's "host=... port=... dbname=...", as postgres_exporter does. What is not named
/// keeps its value in `defaults`, but the host must be. Throws as set_parameter; also for a host that is no
/// name or address, such as the directory of a unix socket.
fleet::postgres::Options read_target(std::string_view text, fleet::postgres::Options defaults);

}  // namespace fleet::exporters::postgres
