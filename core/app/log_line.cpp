#include "core/app/log_line.hpp"

#include <cstddef>

#include "core/config/utf8.hpp"

namespace fleet::logging {
namespace {

// Both styles escape alike: as a JSON string.
void append_quoted(std::string& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    std::size_t const length = config::utf8_length(text);
    auto const c = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (length > 1) {
      out += text.substr(0, length);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text[0];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      out += "\\u00";
      out += hex[c >> 4];
      out += hex[c & 0xF];
    } else {
      out += text[0];
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  while (!text.empty()) {
    std::size_t const length = config::utf8_length(text);
    auto const c = static_cast<unsigned char>(text[0]);
    if (length == 0 || c <= ' ' || c == '=' || c == '"' || c == '\\' || c == 0x7F) return true;
    text.remove_prefix(length);
  }
  return false;
}

// Boost ends the text of an error code with " [system:111 at /usr/include/boost/... in function '...']", which
// tells an operator nothing.
std::string_view without_source_location(std::string_view text) {
  std::size_t const at = text.rfind(" at ");
  std::size_t const open = text.rfind(" [", at);
  if (at == std::string_view::npos || open == std::string_view::npos || !text.ends_with(']')) return text;
  std::string_view const code = text.substr(open + 2, at - open - 2);
  std::size_t const colon = code.rfind(':');
  bool const is_code = colon != std::string_view::npos && colon > 0 && code[0] >= 'a' && code[0] <= 'z' &&
                       code.find(' ') == std::string_view::npos && code.size() > colon + 1 &&
                       code.find_first_not_of("-0123456789", colon + 1) == std::string_view::npos;
  return is_code ? text.substr(0, open) : text;
}

void append_field(std::string& out, Style style, std::string_view key, std::string_view value) {
  if (style == Style::json) {
    out += out.empty() ? '{' : ',';
    append_quoted(out, key);
    out += ':';
    append_quoted(out, value);
    return;
  }
  if (!out.empty()) out += ' ';
  for (char const c : key) out += c > ' ' && c < 0x7F && c != '=' && c != '"' ? c : '_';
  out += '=';
  if (needs_quotes(value)) {
    append_quoted(out, value);
  } else {
    out += value;
  }
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "info";
}

std::string format_line(Style style, std::string_view timestamp, Level level, std::string_view component,
                        std::string_view message, std::initializer_list<Field> fields) {
  std::string out;
  append_field(out, style, "ts", timestamp);
  append_field(out, style, "level", to_string(level));
  if (!component.empty()) append_field(out, style, "component", component);
  append_field(out, style, "msg", message);
  for (const Field& field : fields) {
    if (!field.second.empty()) append_field(out, style, field.first, without_source_location(field.second));
  }
  if (style == Style::json) out += '}';
  return out;
}

}  // namespace fleet::logging
