#include <algorithm>

#include "probers/a2a/a2a_module.hpp"
#include "probers/dns/dns_module.hpp"
#include "probers/documents/documents_module.hpp"
#include "probers/grpc/grpc_module.hpp"
#include "probers/http/http_module.hpp"
#include "probers/icmp/icmp_module.hpp"
#include "probers/module.hpp"
#include "probers/postgres/postgres_module.hpp"
#include "probers/redis/redis_module.hpp"
#include "probers/tcp/tcp_module.hpp"
#include "probers/udp/udp_module.hpp"
#include "probers/workflow/workflow_module.hpp"

namespace fleet::probers {

const std::vector<ModuleKind>& module_kinds() {
  static const std::vector<ModuleKind> kinds{
      {"http", true, read_http},
      {"tcp", true, read_tcp},
      {"dns", true, read_dns},
      {"icmp", true, read_icmp},
      {"grpc", true, read_grpc},
      {"udp", false, read_udp},
      {"a2a", false, read_a2a},
      {"redis", false, read_redis},
      {"postgres", false, read_postgres},
      {"documents", false, read_documents},
      {"workflow", false, read_workflow},
  };
  return kinds;
}

const ModuleKind* find_module_kind(std::string_view name) {
  auto const& kinds = module_kinds();
  auto const found =
      std::find_if(kinds.begin(), kinds.end(), [&](auto const& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

}  // namespace fleet::probers
