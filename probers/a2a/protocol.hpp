// The words of the A2A protocol: versions, bindings, states, errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::probers::a2a {

/// Wire versions (Major.Minor): https://a2a-protocol.org, 0.2.x, 0.3.0 and 1.0.
enum class Version : std::uint8_t { v0_2, v0_3, v1_0 };
std::string_view to_string(Version version);
/// "1.0", "0.3.0" (patch levels are cut off). "" counts as 0.2: that version's first cards had no such field.
std::optional<Version> parse_version(std::string_view text);

/// How requests travel. GRPC is not spoken here.
enum class Binding : std::uint8_t { jsonrpc, http_json };
/// As cards write it: "JSONRPC", "HTTP+JSON".
std::string_view to_string(Binding binding);
std::optional<Binding> parse_binding(std::string_view text);

/// Where and how an agent wants to be spoken to, taken from its card.
struct Endpoint {
  std::string url;
  Version version = Version::v0_3;
  Binding binding = Binding::jsonrpc;
  std::string tenant;  ///< 1.0: part of every request; empty if none
};

/// What a task's state means to somebody who waits for it.
enum class TaskPhase : std::uint8_t {
  unknown,      ///< no state of the protocol
  under_way,    ///< submitted, working
  interrupted,  ///< input-required, auth-required: the agent waits
  completed,
  failed,  ///< failed, canceled, rejected
};
/// "TASK_STATE_INPUT_REQUIRED" (proto-JSON) and "input-required" (0.x) alike.
TaskPhase phase_of(std::string_view state);

/// Codes of JSON-RPC and of the A2A specification.
inline constexpr std::int64_t task_not_found = -32001;
/// "TaskNotFound"; "" for codes that the specification does not know.
std::string_view error_name(std::int64_t code);
/// The code of an error that the HTTP+JSON binding names: "TASK_NOT_FOUND" (google.rpc.ErrorInfo),
/// "TaskNotFoundError", "Task not found", "https://a2a-protocol.org/errors/task-not-found" (RFC 9457). 0 if
/// unknown.
std::int64_t error_code_of(std::string_view name);

}  // namespace fleet::probers::a2a
