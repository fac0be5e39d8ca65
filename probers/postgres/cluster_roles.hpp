// Which server of a cluster is what, from what each says of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/postgres/session.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

enum class ServerRole : std::uint8_t {
  primary,      ///< takes writes
  replica,      ///< in recovery
  read_only,    ///< neither: a primary that was told to refuse writes
  unreachable,  ///< did not say
};
std::string_view to_string(ServerRole role);

/// What a server says of itself.
struct ServerView {
  std::string node;
  ServerRole role = ServerRole::unreachable;
  std::uint32_t timeline = 0;    ///< of a primary; 0: not known
  std::string started;           ///< when its server process began, seconds since 1970
  int backend = 0;               ///< the process that serves the session
  Reason reason = Reason::none;  ///< why it is unreachable
  std::string detail;
};

namespace facts {
inline constexpr FactKind postgres_role{
    "probe_postgres_role", "1 for the role that a server was in: primary, replica, read_only, unreachable."};
}  // namespace facts

/// Sets postgres_role, every role as 0 or 1.
void add_role_facts(Facts& facts, const ServerView& server);

/// Asks an open session that does not ask for read-only transactions itself. Throws as Session::query.
awaitable<ServerView> look_at(std::shared_ptr<postgres::Session> session, std::string node, Deadline deadline);

/// Where writes go, or why there is no such place: sql_role if no server or more than one is primary, and the
/// first one's own reason if none of them said anything.
struct RoleVerdict {
  std::optional<std::size_t> primary;
  Reason reason = Reason::none;
  std::string detail;
};
RoleVerdict judge_roles(const std::vector<ServerView>& servers);

}  // namespace fleet::probers
