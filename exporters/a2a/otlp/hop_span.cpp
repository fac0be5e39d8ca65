#include "exporters/a2a/otlp/hop_span.hpp"

#include <algorithm>
#include <charconv>

#include "exporters/a2a/hop.hpp"

namespace fleet::exporters::a2a {
namespace {

/// The value as a text, for patterns and closed lists.
class ValueText {
 public:
  explicit ValueText(const Attribute& attribute) : text_(attribute.text) {
    if (!attribute.is_integer) return;
    auto const end = std::to_chars(digits_, digits_ + sizeof digits_, attribute.integer).ptr;
    text_ = {digits_, static_cast<std::size_t>(end - digits_)};
  }
  ValueText(const ValueText&) = delete;
  operator std::string_view() const { return text_; }

 private:
  char digits_[24];
  std::string_view text_;
};

bool is_same(const Attribute& attribute, const HopRule& rule) {
  std::string_view wanted = rule.attribute;
  if (wanted.ends_with('*')) {
    wanted.remove_suffix(1);
    if (!attribute.key.starts_with(wanted)) return false;
  } else if (attribute.key != wanted) {
    return false;
  }
  return !rule.matches || re2::RE2::PartialMatch(std::string_view(ValueText(attribute)), *rule.matches);
}

bool meets(const Span& span, const HopRule& rule) {
  if (rule.name && !re2::RE2::PartialMatch(span.name, *rule.name)) return false;
  if (rule.attribute.empty()) return true;
  auto const same = [&rule](const Attribute& attribute) { return is_same(attribute, rule); };
  return std::ranges::any_of(span.attributes, same) || std::ranges::any_of(span.resource, same);
}

bool is_database(const Span& span) {
  return std::ranges::any_of(span.attributes, [](const Attribute& attribute) {
    return attribute.key == "db.system" || attribute.key == "db.system.name";
  });
}

std::string agent_of(const Span& span, const OtlpSettings& settings) {
  for (auto const& key : settings.agent_attributes) {
    auto const* const found = span.find(key);
    if (found && is_agent_name(found->text)) return std::string(found->text);
  }
  return {};
}

/// The code of JSON-RPC's error object: as it is called now, as it was, and as any failure is.
std::uint8_t error_code_of(const Span& span) {
  constexpr std::uint8_t other = error_codes.size() - 1;
  for (auto const* const key : {"rpc.response.status_code", "rpc.jsonrpc.error_code", "error.type"}) {
    auto const* const found = span.find(key);
    auto const code = found ? read_error_code(ValueText(*found)) : other;
    if (code != other) return code;
  }
  return other;
}

/// Callers name a timeout as their language does: TimeoutError, timed_out, DEADLINE_EXCEEDED.
bool is_timeout(const Span& span) {
  for (auto const* const key : {"error.type", "rpc.response.status_code"}) {
    auto const* const found = span.find(key);
    if (!found) continue;
    std::string letters;
    for (char const c : found->text.substr(0, 100)) {
      if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
      if (c >= 'a' && c <= 'z') letters += c;
    }
    for (auto const* const word : {"timeout", "timedout", "deadline"}) {
      if (letters.find(word) != letters.npos) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<HopSpan> read_hop_span(const Span& span, const OtlpSettings& settings) {
  if (span.kind == SpanKind::unspecified || span.kind == SpanKind::internal || is_database(span)) {
    return std::nullopt;
  }
  HopSpan hop;
  hop.trace = span.trace;
  hop.id = span.id;
  hop.parent = span.parent;
  hop.kind = span.kind;
  hop.failed = span.failed;
  hop.error_code = error_code_of(span);
  hop.timed_out = span.failed && is_timeout(span);
  if (auto const* const state = span.find("a2a.task.state"))
    hop.task_state = read_task_state(ValueText(*state));
  hop.start_us = static_cast<std::int64_t>(span.start_ns / 1000);
  hop.end_us = static_cast<std::int64_t>(span.end_ns / 1000);
  hop.agent = agent_of(span, settings);
  hop.matches = std::ranges::any_of(settings.rules, [&span](const HopRule& rule) { return meets(span, rule); });
  return hop;
}

}  // namespace fleet::exporters::a2a
