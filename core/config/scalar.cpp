// The typed readings of a scalar.
#include <re2/re2.h>

#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/config/document.hpp"
#include "core/config/tree.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::config {
namespace {

template <class Number>
std::optional<Number> plain_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  // Not "inf", "nan" and their kin, which no configuration means.
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  return parse_number<Number>(text);
}

std::string shortest(double value) {
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

}  // namespace

std::int64_t Value::integer(std::int64_t min, std::int64_t max) const {
  auto const number = is_scalar() ? plain_number<std::int64_t>(expanded()) : std::nullopt;
  if (!number || *number < min || *number > max) {
    fail("expected an integer from " + std::to_string(min) + " to " + std::to_string(max) + ", got " + shown());
  }
  return *number;
}

double Value::number(double min, double max) const {
  auto const number = is_scalar() ? plain_number<double>(expanded()) : std::nullopt;
  if (!number || !std::isfinite(*number) || *number < min || *number > max) {
    fail("expected a number from " + shortest(min) + " to " + shortest(max) + ", got " + shown());
  }
  return *number;
}

bool Value::boolean() const {
  std::string const text = is_scalar() ? expanded() : std::string();
  if (text != "true" && text != "false") fail("expected `true` or `false`, got " + shown());
  return text == "true";
}

std::chrono::milliseconds Value::duration(std::chrono::milliseconds min, std::chrono::milliseconds max) const {
  auto const length = is_scalar() ? parse_duration(expanded()) : std::nullopt;
  if (!length) fail("expected a duration such as 1h30m, 90s or 50ms, got " + shown());
  if (*length < min) fail("expected a duration of at least " + format_duration(min) + ", got " + shown());
  if (*length > max) fail("expected a duration of at most " + format_duration(max) + ", got " + shown());
  return *length;
}

std::shared_ptr<const re2::RE2> Value::regex() const {
  if (!is_scalar()) fail("expected a regular expression, got " + shown());
  auto compiled = std::make_shared<const re2::RE2>(expanded(), re2::RE2::Quiet);
  if (!compiled->ok()) fail("expected a regular expression (RE2): " + compiled->error());
  return compiled;
}

std::string Value::http_url() const {
  std::string const expectation = "expected an http:// or https:// URL with a host";
  if (!is_scalar()) fail(expectation + ", got " + shown());
  std::string const url = expanded();
  std::size_t const scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  std::string const authority = url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
  // Credentials in a URL would end in logs and labels; the value is not shown either.
  if (scheme != 0 && authority.find('@') != std::string::npos) {
    fail("expected a URL without user name and password");
  }
  bool const graphic =
      std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  std::size_t const bracket = authority.starts_with('[') ? authority.find(']') : 0;
  std::size_t const colon = bracket == std::string::npos ? bracket : authority.find(':', bracket);
  std::string const host = authority.substr(0, colon);
  bool port_good = bracket != std::string::npos && host != "[]";
  if (colon != std::string::npos) {
    std::string const digits = authority.substr(colon + 1);
    std::int64_t const port = digits.starts_with('+') ? 0 : plain_number<std::int64_t>(digits).value_or(0);
    port_good = port_good && port >= 1 && port <= 65535;
  }
  if (scheme == 0 || host.empty() || !port_good || !graphic) fail(expectation + ", got " + shown());
  return url;
}

}  // namespace fleet::config
