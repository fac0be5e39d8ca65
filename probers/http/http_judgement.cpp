#include "probers/http/http_judgement.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "core/http/ascii_case.hpp"
#include "core/http/client.hpp"

namespace fleet::probers {

namespace {

Miss header_miss(std::string detail) {
  Miss miss{Reason::header, "header", std::move(detail)};
  miss.by_regex = true;
  return miss;
}

/// Of the headers of that name, whether any matches; nullopt if there is none.
std::optional<bool> any_matches(const HeaderExpectation& expected, const Headers& headers) {
  std::optional<bool> found;
  for (auto const& [name, value] : headers)
    if (http::equal_ignoring_case(name, expected.header))
      found = found.value_or(false) || re2::RE2::PartialMatch(value, *expected.regex);
  return found;
}

std::optional<Miss> judge_header(const HeaderExpectation& expected, const Headers& headers, bool should_match) {
  auto const matched = any_matches(expected, headers);
  if (!matched && expected.allow_missing) return std::nullopt;
  if (!matched) return header_miss("no header " + expected.header);
  if (*matched == should_match) return std::nullopt;
  return header_miss("header " + expected.header + (should_match ? " does not match " : " matches ") +
                     expected.regex->pattern());
}

Miss body_miss(std::string detail) {
  Miss miss{Reason::body, "body", std::move(detail)};
  miss.by_regex = true;
  return miss;
}

Miss json_miss(std::string detail) {
  Miss miss{Reason::body, "body", std::move(detail)};
  miss.by_cel = true;
  return miss;
}

std::optional<Miss> judge_json(const HttpExpectations& expected, std::string_view body) {
  boost::system::error_code malformed;
  auto const json = boost::json::parse({body.data(), body.size()}, malformed);
  if (malformed) return json_miss("the body is no JSON: " + malformed.message());
  if (!json.is_object()) return json_miss("the body is no JSON object");
  for (bool const should_match : {false, true}) {
    auto const& program = should_match ? expected.fail_if_json_not_matches : expected.fail_if_json_matches;
    if (!program) continue;
    std::string problem;
    auto const matched = program->matches(json, problem);
    if (!matched) return json_miss(program->text() + ": " + problem);
    if (*matched != should_match)
      return json_miss(std::string(should_match ? "body does not match " : "body matches ") + program->text());
  }
  return std::nullopt;
}

}  // namespace

bool is_valid_status(const HttpExpectations& expected, int status) {
  auto const& valid = expected.valid_status_codes;
  return valid.empty() ? status >= 200 && status < 300 : std::ranges::find(valid, status) != valid.end();
}

std::optional<Miss> judge_head(const HttpExpectations& expected, int status, const Headers& headers) {
  if (!is_valid_status(expected, status)) {
    auto const reason = status == 401 || status == 403 ? Reason::unauthorized : Reason::status;
    return Miss{reason, "status", "HTTP status " + std::to_string(status)};
  }
  for (auto const& header : expected.fail_if_header_matches)
    if (auto miss = judge_header(header, headers, false)) return miss;
  for (auto const& header : expected.fail_if_header_not_matches)
    if (auto miss = judge_header(header, headers, true)) return miss;
  return std::nullopt;
}

std::optional<Miss> judge_body(const HttpExpectations& expected, std::string_view body) {
  re2::StringPiece const text(body.data(), body.size());
  for (auto const& regex : expected.fail_if_body_matches)
    if (re2::RE2::PartialMatch(text, *regex)) return body_miss("body matches " + regex->pattern());
  for (auto const& regex : expected.fail_if_body_not_matches)
    if (!re2::RE2::PartialMatch(text, *regex)) return body_miss("body does not match " + regex->pattern());
  return expected.wants_json() ? judge_json(expected, body) : std::nullopt;
}

std::optional<Miss> judge_connection(const HttpExpectations& expected, std::string_view version, bool tls) {
  auto const& valid = expected.valid_http_versions;
  if (!valid.empty() && std::ranges::find(valid, version) == valid.end())
    return Miss{Reason::version, "version", "HTTP version " + std::string(version)};
  if (expected.fail_if_ssl && tls) return Miss{Reason::tls, "tls", "answered over TLS"};
  if (expected.fail_if_not_ssl && !tls) return Miss{Reason::tls, "tls", "answered without TLS"};
  return std::nullopt;
}

}  // namespace fleet::probers
