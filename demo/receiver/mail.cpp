#include "demo/receiver/mail.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace fleet::receiver {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string without_carriage_returns(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  }
  return out;
}

struct Part {
  std::string_view head, body;
};

Part split(std::string_view part) {
  if (part.starts_with('\n')) return {{}, part.substr(1)};
  auto const gap = part.find("\n\n");
  if (gap == std::string_view::npos) return {part, {}};
  return {part.substr(0, gap), part.substr(gap + 2)};
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The value with its folded continuation lines.
std::string header(std::string_view head, std::string_view name) {
  std::string value;
  bool inside = false;
  while (!head.empty()) {
    std::string_view const row = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(head.size(), row.size() + 1));
    bool const continued = row.starts_with(' ') || row.starts_with('\t');
    if (inside && !continued) break;
    if (inside) {
      value += ' ';
      value += row.substr(std::min(row.find_first_not_of(" \t"), row.size()));
    } else if (auto const colon = row.find(':');
               colon != std::string_view::npos && equal_ignoring_case(row.substr(0, colon), name)) {
      inside = true;
      auto const start = row.find_first_not_of(" \t", colon + 1);
      if (start != std::string_view::npos) value = row.substr(start);
    }
  }
  return value;
}

std::string parameter(std::string_view value, std::string_view name) {
  auto const found = value.find(std::string(name) + "=");
  if (found == std::string_view::npos) return {};
  std::string_view rest = value.substr(found + name.size() + 1);
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find('"')));
  }
  return std::string(rest.substr(0, rest.find_first_of("; \t")));
}

std::string decode_body(const Part& part) {
  if (!equal_ignoring_case(header(part.head, "Content-Transfer-Encoding"), "quoted-printable")) {
    return std::string(part.body);
  }
  return decode_quoted_printable(part.body);
}

std::string plain_text(const Part& message) {
  std::string const boundary = parameter(header(message.head, "Content-Type"), "boundary");
  if (boundary.empty()) return decode_body(message);
  std::string const mark = "--" + boundary;
  auto begin = message.body.find(mark);
  while (begin != std::string_view::npos) {
    begin += mark.size();
    auto const end = message.body.find("\n" + mark, begin);
    if (end == std::string_view::npos) break;
    auto const start = message.body.find('\n', begin);
    Part const part = split(message.body.substr(start + 1, end > start ? end - start - 1 : 0));
    if (header(part.head, "Content-Type").starts_with("text/plain")) return decode_body(part);
    begin = end + 1;
  }
  return std::string(message.body);
}

/// "=?utf-8?q?[FIRING:1]_A?=" words; between two of them white space does not count.
std::string decode_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto const start = text.find("=?");
    auto const charset_end = start == std::string_view::npos ? start : text.find('?', start + 2);
    bool const q = charset_end != std::string_view::npos && charset_end + 2 < text.size() &&
                   std::tolower(static_cast<unsigned char>(text[charset_end + 1])) == 'q' &&
                   text[charset_end + 2] == '?';
    auto const end = q ? text.find("?=", charset_end + 3) : std::string_view::npos;
    if (end == std::string_view::npos) break;
    std::string word(text.substr(charset_end + 3, end - charset_end - 3));
    std::replace(word.begin(), word.end(), '_', ' ');
    std::string_view const before = text.substr(0, start);
    if (before.find_first_not_of(" \t") != std::string_view::npos) out += before;
    out += decode_quoted_printable(word);
    text.remove_prefix(end + 2);
  }
  return out.append(text);
}

}  // namespace

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
    } else if (i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

Mail decode_mail(std::string_view message) {
  std::string const unix_lines = without_carriage_returns(message);
  Part const whole = split(unix_lines);
  return {decode_words(header(whole.head, "Subject")), plain_text(whole)};
}

}  // namespace fleet::receiver
