#include "probers/a2a/protocol.hpp"

#include <array>
#include <cctype>
#include <utility>

namespace fleet::probers::a2a {

namespace {

constexpr std::array<std::pair<std::int64_t, std::string_view>, 14> errors{{
    {-32700, "ParseError"},
    {-32600, "InvalidRequest"},
    {-32601, "MethodNotFound"},
    {-32602, "InvalidParams"},
    {-32603, "InternalError"},
    {task_not_found, "TaskNotFound"},
    {-32002, "TaskNotCancelable"},
    {-32003, "PushNotificationNotSupported"},
    {-32004, "UnsupportedOperation"},
    {-32005, "ContentTypeNotSupported"},
    {-32006, "InvalidAgentResponse"},
    {-32007, "ExtendedAgentCardNotConfigured"},
    {-32008, "ExtensionSupportRequired"},
    {-32009, "VersionNotSupported"},
}};

/// Letters only, in lower case: "TASK_NOT_FOUND", "task-not-found" and "TaskNotFound" are one word.
std::string letters(std::string_view text) {
  std::string found;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte)) found += static_cast<char>(std::tolower(byte));
  }
  return found;
}

}  // namespace

std::string_view to_string(Version version) {
  switch (version) {
    case Version::v0_2:
      return "0.2";
    case Version::v0_3:
      return "0.3";
    case Version::v1_0:
      break;
  }
  return "1.0";
}

std::optional<Version> parse_version(std::string_view text) {
  auto const is = [&](std::string_view prefix) {
    return text.starts_with(prefix) && (text.size() == prefix.size() || text[prefix.size()] == '.');
  };
  if (is("1.0")) return Version::v1_0;
  if (is("0.3")) return Version::v0_3;
  if (text.empty() || is("0.2")) return Version::v0_2;
  return std::nullopt;
}

std::string_view to_string(Binding binding) { return binding == Binding::jsonrpc ? "JSONRPC" : "HTTP+JSON"; }

std::optional<Binding> parse_binding(std::string_view text) {
  if (text == "JSONRPC") return Binding::jsonrpc;
  if (text == "HTTP+JSON") return Binding::http_json;
  return std::nullopt;
}

TaskPhase phase_of(std::string_view state) {
  std::string_view const prefix = "TASK_STATE_";
  if (state.starts_with(prefix)) state.remove_prefix(prefix.size());
  auto const word = letters(state);
  if (word == "completed") return TaskPhase::completed;
  // 0.3's proto-JSON writes CANCELLED.
  if (word == "failed" || word == "canceled" || word == "cancelled" || word == "rejected")
    return TaskPhase::failed;
  if (word == "inputrequired" || word == "authrequired") return TaskPhase::interrupted;
  if (word == "submitted" || word == "working") return TaskPhase::under_way;
  return TaskPhase::unknown;
}

std::string_view error_name(std::int64_t code) {
  for (auto const& [known, name] : errors) {
    if (known == code) return name;
  }
  return {};
}

std::int64_t error_code_of(std::string_view name) {
  if (auto const slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  auto word = letters(name);
  if (word.ends_with("error") && word != "parseerror" && word != "internalerror") word.resize(word.size() - 5);
  for (auto const& [code, known] : errors) {
    if (letters(known) == word) return code;
  }
  return 0;
}

}  // namespace fleet::probers::a2a
