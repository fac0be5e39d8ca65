#include "core/http/url.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/http/ascii_case.hpp"

namespace fleet::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

/// Blanks and control characters would let a URL write header lines of its own.
bool has_forbidden(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

bool is_ipv6_text(std::string_view text) {
  return text.find(':') != text.npos && text.find_first_not_of("0123456789abcdefABCDEF:.") == text.npos;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_';
  });
}

std::optional<std::string> port_of(std::string_view text, bool tls) {
  if (text.empty()) return tls ? "443" : "80";
  if (!std::ranges::all_of(text, is_digit)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  if (text.empty() || text.size() > 5 || std::stoul(std::string(text)) > 65535) return std::nullopt;
  return std::string(text);
}

/// Where a scheme ends: the index of its colon, npos if the reference has none.
std::size_t scheme_end(std::string_view text) {
  if (text.empty() || !is_alpha(text.front())) return text.npos;
  auto const end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  return end != text.npos && text[end] == ':' ? end : text.npos;
}

/// RFC 3986 section 5.2.4, for an absolute path.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  bool ends_open = false;  // the last segment was "." or "..": the result ends in a slash
  while (!path.empty()) {
    path.remove_prefix(1);
    auto const segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    ends_open = segment == "." || segment == "..";
    if (segment == ".." && !segments.empty()) segments.pop_back();
    if (!ends_open) segments.push_back(segment);
  }
  std::string result;
  for (auto const segment : segments) result.append("/").append(segment);
  if (ends_open || result.empty()) result += '/';
  return result;
}

/// Splits at '?', normalises the path, puts the query back.
std::string normal_target(std::string_view target) {
  auto const mark = std::min(target.find('?'), target.size());
  return without_dot_segments(target.substr(0, mark)).append(target.substr(mark));
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
  if (has_forbidden(text)) return std::nullopt;
  auto const colon = scheme_end(text);
  if (colon == text.npos || text.substr(colon + 1, 2) != "//") return std::nullopt;
  auto const scheme = ascii_lower(text.substr(0, colon));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  Url url;
  url.tls = scheme == "https";
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find('#'));
  auto const authority = text.substr(0, text.find_first_of("/?"));
  auto const target = text.substr(authority.size());
  std::string_view port;
  if (!authority.empty() && authority.front() == '[') {
    auto const bracket = authority.find(']');
    if (bracket == authority.npos || !is_ipv6_text(authority.substr(1, bracket - 1))) return std::nullopt;
    url.host = ascii_lower(authority.substr(1, bracket - 1));
    auto const rest = authority.substr(bracket + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    auto const end = std::min(authority.find(':'), authority.size());
    if (!is_host_name(authority.substr(0, end))) return std::nullopt;
    url.host = ascii_lower(authority.substr(0, end));
    port = end < authority.size() ? authority.substr(end + 1) : std::string_view();
  }
  auto checked_port = port_of(port, url.tls);
  if (!checked_port) return std::nullopt;
  url.port = *std::move(checked_port);
  if (target.empty() || target.front() != '/') url.target = "/";
  url.target += target;
  return url;
}

std::optional<Url> Url::resolve(std::string_view reference) const {
  if (has_forbidden(reference)) return std::nullopt;
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return *this;
  std::optional<Url> result;
  if (scheme_end(reference) != reference.npos) {
    result = parse(reference);
  } else if (reference.starts_with("//")) {
    result = parse((tls ? "https:" : "http:") + std::string(reference));
  } else {
    result = *this;
    auto const path = std::string_view(target).substr(0, target.find('?'));
    if (reference.front() == '/')
      result->target = reference;
    else if (reference.front() == '?')
      result->target = std::string(path).append(reference);
    else
      result->target = std::string(path.substr(0, path.rfind('/') + 1)).append(reference);
  }
  if (result) result->target = normal_target(result->target);
  return result;
}

std::string Url::authority() const {
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (tls ? "443" : "80")) text += ":" + port;
  return text;
}

std::string Url::to_string() const { return (tls ? "https://" : "http://") + authority() + target; }

}  // namespace fleet::http
