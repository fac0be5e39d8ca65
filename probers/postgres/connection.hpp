// Connections of the postgres probe: where to, with what, and why there is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/stream.hpp"
#include "core/postgres/session.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

namespace facts {
inline constexpr FactKind postgres_phase_duration{"probe_postgres_duration_seconds",
                                                  "Duration of the last attempt by phase: resolve, connect "
                                                  "(with TLS and authentication), role, query; of a canary "
                                                  "roles, write, verify, replicas."};
}  // namespace facts

struct ServerAddress {
  std::string host;
  std::uint16_t port = 5432;
  std::string database;  ///< "" if the text names none

  /// "host:port", with brackets around an IPv6 address: the label `node`.
  std::string label() const;
};
/// "host", "host:port", "[v6]:port", each with "/database" behind it or "postgres://" (or "postgresql://")
/// before it. Throws BadTarget, also for credentials and parameters in a URL: they belong into the options.
ServerAddress parse_server(std::string_view text);

/// What every connection of a module has in common.
struct ConnectionOptions {
  postgres::Options session;  ///< user, password, database, sslmode; the rest is set per connection
  net::DialOptions dial;      ///< addresses only: libpq dials itself
};

/// An open session and what opening it took.
struct Connected {
  std::shared_ptr<postgres::Session> session;
  std::chrono::nanoseconds resolve{0};  ///< name to addresses
  std::chrono::nanoseconds connect{0};  ///< TCP, TLS, authentication
};

/// Looks the name up, applies the allow-list to what it found, connects to that and authenticates, all by
/// `limit`: a new connection each time, as somebody who comes now pays for it. The server ends a statement a
/// second after `end`, when the caller must have given up (but not a commit's wait for a synchronous standby,
/// which no time limit of the server ends). application_name is "slo_prober". Throws what trouble_of()
/// explains.
awaitable<Connected> open_session(ServerAddress server, ConnectionOptions options, bool read_only,
                                  Deadline limit, Deadline end);

/// Why something with PostgreSQL came to nothing.
struct Trouble {
  Reason reason;
  std::string detail;     ///< one line without query text and rows
  std::string_view step;  ///< "resolve", or "" where the caller knows better
};
/// What a net::Failure, Timeout, system_error or postgres::Error amounts to; nullopt for any other exception.
/// Servers' refusals before a session exists reach us as text only: one that does not speak English and refuses
/// a password is `sql_error` in place of `unauthorized`.
std::optional<Trouble> trouble_of(const std::exception& error);

}  // namespace fleet::probers
