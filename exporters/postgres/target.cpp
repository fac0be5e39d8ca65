#include "exporters/postgres/target.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/io/parse_number.hpp"
#include "core/web/server.hpp"

namespace fleet::exporters::postgres {
namespace {

using fleet::postgres::Options;

[[noreturn]] void fail(const std::string& expected) {
  throw std::invalid_argument("target: expected " + expected);
}

int number(std::string_view name, const std::string& text, int most) {
  auto const value = parse_number<int>(text);
  if (!value || *value < 1 || *value > most)
    fail(std::string(name) + " to be a number from 1 to " + std::to_string(most));
  return *value;
}

std::string decoded(std::string_view text) { return web::url_decode(text, false); }

/// The part of `rest` before `mark`, which goes with it; all of it if there is none.
std::string_view cut(std::string_view& rest, char mark) {
  auto const at = std::min(rest.find(mark), rest.size());
  std::string_view const part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

void read_place(std::string_view text, Options& options) {
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    auto const close = text.find(']');
    if (close == std::string_view::npos) fail("`]` behind an IPv6 address");
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else if (auto const colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (!host.empty()) set_parameter(options, "host", decoded(host));
  if (port.empty()) return;
  if (port.front() != ':') fail("host:port");
  set_parameter(options, "port", std::string(port.substr(1)));
}

void read_url(std::string_view rest, Options& options) {
  auto const query_at = std::min(rest.find('?'), rest.size());
  std::string_view query = rest.substr(std::min(query_at + 1, rest.size()));
  rest = rest.substr(0, query_at);
  auto const path_at = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, path_at);
  std::string_view const path = rest.substr(std::min(path_at + 1, rest.size()));
  if (auto const at = authority.rfind('@'); at != std::string_view::npos) {
    std::string_view password = authority.substr(0, at);
    std::string_view const user = cut(password, ':');
    if (!user.empty()) set_parameter(options, "user", decoded(user));
    if (!password.empty()) set_parameter(options, "password", decoded(password));
    authority.remove_prefix(at + 1);
  }
  read_place(authority, options);
  if (!path.empty()) set_parameter(options, "dbname", decoded(path));
  while (!query.empty()) {
    std::string_view value = cut(query, '&');
    std::string_view const name = cut(value, '=');
    if (!name.empty()) set_parameter(options, decoded(name), web::url_decode(value, true));
  }
}

/// One value of "key=value key='a value'", with libpq's backslashes.
std::string read_value(std::string_view& rest) {
  std::string value;
  bool const quoted = rest.starts_with('\'');
  if (quoted) rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != (quoted ? '\'' : ' ')) {
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    value.push_back(rest.front());
    rest.remove_prefix(1);
  }
  if (quoted && rest.empty()) fail("a closing quote");
  if (quoted) rest.remove_prefix(1);
  return value;
}

void read_pairs(std::string_view rest, Options& options) {
  while (true) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.empty()) return;
    if (rest.find('=') == std::string_view::npos) fail("key=value");
    std::string name(cut(rest, '='));
    while (name.ends_with(' ')) name.pop_back();
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    set_parameter(options, name, read_value(rest));
  }
}

bool is_pairs(std::string_view text) {
  auto const equals = text.find('=');
  return equals != std::string_view::npos && text.find_first_of("?/@") > equals;
}

}  // namespace

void set_parameter(Options& options, std::string_view name, const std::string& value) {
  if (name == "host") {
    bool const fits = !value.empty() && value.find_first_of("/\\@, \t") == std::string::npos;
    if (!fits) fail("a host to be a name or an address");
    options.host = value;
  } else if (name == "port") {
    options.port = static_cast<std::uint16_t>(number(name, value, 65535));
  } else if (name == "user") {
    options.user = value;
  } else if (name == "password") {
    options.password = config::Secret(value);
  } else if (name == "dbname") {
    options.database = value;
  } else if (name == "sslmode") {
    constexpr std::string_view kModes[] = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
    if (std::find(std::begin(kModes), std::end(kModes), value) == std::end(kModes)) {
      fail("sslmode to be disable, allow, prefer, require, verify-ca or verify-full");
    }
    options.sslmode = value;
  } else if (name == "connect_timeout") {
    options.connect_timeout = std::chrono::seconds(number(name, value, 300));
  } else {
    fail("host, port, user, password, dbname, sslmode or connect_timeout, got `" + std::string(name) + "`");
  }
}

Options read_target(std::string_view text, Options defaults) {
  Options options = std::move(defaults);
  options.host.clear();
  std::string_view rest = text;
  for (std::string_view const scheme : {"postgresql://", "postgres://"}) {
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  }
  if (rest.size() == text.size() && is_pairs(text)) {
    read_pairs(text, options);
  } else {
    read_url(rest, options);
  }
  if (options.host.empty()) fail("a host");
  return options;
}

}  // namespace fleet::exporters::postgres
