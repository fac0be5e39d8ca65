// What an agent answers by JSON-RPC, as text.
#pragma once

#include <string>

#include "tests/probers/scripted_agent.hpp"

namespace fleet::testing {

/// The result is JSON.
inline std::string result(const AgentRequest& request, const std::string& result) {
  return R"({"jsonrpc":"2.0","id":)" + request.id() + R"(,"result":)" + result + "}";
}
inline std::string error(const AgentRequest& request, int code) {
  return R"({"jsonrpc":"2.0","id":)" + request.id() + R"(,"error":{"code":)" + std::to_string(code) +
         R"(,"message":"m"}})";
}

}  // namespace fleet::testing
