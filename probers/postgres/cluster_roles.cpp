#include "probers/postgres/cluster_roles.hpp"

#include <algorithm>

#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

// Not every role and not every PostgreSQL lets us see it; the roles are known without.
awaitable<std::uint32_t> timeline_of(std::shared_ptr<postgres::Session> session, Deadline deadline) {
  std::uint32_t timeline = 0;
  try {
    auto const rows =
        co_await session->query("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)", deadline);
    timeline = parse_number<std::uint32_t>(rows.text(0, 0), 16).value_or(0);
  } catch (const postgres::Error& error) {
    if (error.sqlstate().empty()) throw;
  }
  co_return timeline;
}

}  // namespace

std::string_view to_string(ServerRole role) {
  switch (role) {
    case ServerRole::primary:
      return "primary";
    case ServerRole::replica:
      return "replica";
    case ServerRole::read_only:
      return "read_only";
    case ServerRole::unreachable:
      break;
  }
  return "unreachable";
}

void add_role_facts(Facts& facts, const ServerView& server) {
  for (auto const role :
       {ServerRole::primary, ServerRole::replica, ServerRole::read_only, ServerRole::unreachable}) {
    facts.set(facts::postgres_role, {{"node", server.node}, {"role", std::string(to_string(role))}},
              server.role == role ? 1 : 0);
  }
}

awaitable<ServerView> look_at(std::shared_ptr<postgres::Session> session, std::string node, Deadline deadline) {
  ServerView view;
  view.node = std::move(node);
  auto const rows = co_await session->query(
      "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on', "
      "extract(epoch from pg_postmaster_start_time())::text, pg_backend_pid()",
      deadline);
  bool const in_recovery = rows.text(0, 0) == "t";
  bool const refuses_writes = rows.text(0, 1) == "t";
  view.started = rows.text(0, 2);
  view.backend = static_cast<int>(rows.number(0, 3));
  view.role = in_recovery ? ServerRole::replica : refuses_writes ? ServerRole::read_only : ServerRole::primary;
  if (!in_recovery) view.timeline = co_await timeline_of(session, deadline);
  co_return view;
}

RoleVerdict judge_roles(const std::vector<ServerView>& servers) {
  RoleVerdict verdict;
  std::vector<std::size_t> primaries;
  std::string roles;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].role == ServerRole::primary) primaries.push_back(i);
    roles += (roles.empty() ? "" : ", ") + servers[i].node + " " + std::string(to_string(servers[i].role));
    if (servers[i].role == ServerRole::unreachable)
      roles += " (" + std::string(to_string(servers[i].reason)) + ")";
  }
  bool const silent = std::all_of(servers.begin(), servers.end(),
                                  [](auto const& server) { return server.role == ServerRole::unreachable; });
  if (primaries.size() == 1) {
    verdict.primary = primaries.front();
  } else if (silent && !servers.empty()) {
    verdict.reason = servers.front().reason;
    verdict.detail = servers.size() == 1 ? servers.front().detail : "no server answers: " + roles;
  } else {
    verdict.reason = Reason::sql_role;
    verdict.detail = (primaries.empty() ? "no primary: " : "more than one primary: ") + roles;
  }
  return verdict;
}

}  // namespace fleet::probers
