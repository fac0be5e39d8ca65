#include "probers/http/header_options.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "core/http/ascii_case.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

using config::Mapping;
using config::Value;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string read_name(const Value& value) {
  auto name = value.non_empty_text();
  if (!is_http_token(name)) value.fail("expected the name of a header");
  return name;
}

config::Secret read_text(const Value& value) {
  auto text = value.text();
  // The text may be a secret: the error does not show it.
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos)
    value.fail("expected a header value without line breaks");
  return config::Secret(std::move(text));
}

/// Headers that other options or the probe itself set.
bool is_reserved(const std::string& name) {
  constexpr std::array<std::string_view, 12> kReserved{
      "authorization",    "host",           "content-encoding", "content-length",     "content-type",
      "user-agent",       "connection",     "keep-alive",       "proxy-authenticate", "proxy-authorization",
      "www-authenticate", "accept-encoding"};
  return std::ranges::find(kReserved, name) != kReserved.end();
}

void read_http_headers(const Value& value, HeaderSources& headers) {
  for (auto const& [key, sources] : value.entries()) {
    auto const name = read_name(key);
    if (is_reserved(http::ascii_lower(name)))
      key.fail("expected a header that no other option sets: `" + name + "` is one of them");
    auto const mapping = sources.mapping({"values", "secrets", "files"});
    for (auto const* const list : {"values", "secrets"})
      if (auto const texts = mapping.optional(list))
        for (auto const& text : texts->list_or_empty())
          headers.emplace_back(name, SecretSource(read_text(text)));
    if (auto const files = mapping.optional("files"))
      for (auto const& file : files->list_or_empty())
        headers.emplace_back(name,
                             SecretSource(std::make_shared<WatchedFile>(file, WatchedFile::Kind::secret)));
  }
}

}  // namespace

bool is_http_token(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSymbols.find(c) != kSymbols.npos;
  });
}

bool accepts_encoding(std::string_view header, std::string_view encoding) {
  if (header.empty() || encoding.empty()) return true;
  std::optional<double> named, any;
  while (!header.empty()) {
    auto const end = std::min(header.find(','), header.size());
    auto const entry = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    auto const semicolon = std::min(entry.find(';'), entry.size());
    auto const name = http::ascii_lower(trimmed(entry.substr(0, semicolon)));
    double quality = 1;
    if (semicolon < entry.size()) {
      auto text = trimmed(entry.substr(semicolon + 1));
      if (text.starts_with("q=")) text.remove_prefix(2);
      quality = parse_number<double>(text).value_or(0);
    }
    if (name == encoding) named = quality;
    if (name == "*") any = quality;
  }
  return named.value_or(any.value_or(0)) > 0;
}

HeaderSources read_headers(const Mapping& module, std::string_view compression) {
  HeaderSources headers;
  std::map<std::string, std::string> seen;
  auto const given = module.optional("headers");
  if (given && !given->is_null()) {
    for (auto const& [key, value] : given->entries()) {
      auto const name = read_name(key);
      auto const small = http::ascii_lower(name);
      if (!seen.emplace(small, name).second)
        key.fail("expected each header once, `" + name + "` is there already");
      auto text = read_text(value);
      if (small == "accept-encoding" && !accepts_encoding(text.reveal(), compression))
        value.fail("expected an Accept-Encoding that allows `compression: " + std::string(compression) + "`");
      if (small == "content-length" || small == "transfer-encoding" || small == "trailer") continue;
      headers.emplace_back(name, SecretSource(std::move(text)));
    }
  }
  auto const more = module.optional("http_headers");
  if (more && !more->is_null()) read_http_headers(*more, headers);
  return headers;
}

}  // namespace fleet::probers
