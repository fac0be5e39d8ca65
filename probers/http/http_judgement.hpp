// What a good HTTP answer is; plain functions on plain data.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probers/http/cel.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

using Regex = std::shared_ptr<const re2::RE2>;

struct HeaderExpectation {
  std::string header;
  Regex regex;
  bool allow_missing = false;
};

/// Options of the same names in blackbox_exporter's http module.
struct HttpExpectations {
  std::vector<int> valid_status_codes;           ///< empty: 200 to 299
  std::vector<std::string> valid_http_versions;  ///< "1.1", "2.0"; empty: every one
  bool fail_if_ssl = false, fail_if_not_ssl = false;
  std::vector<Regex> fail_if_body_matches, fail_if_body_not_matches;
  std::vector<HeaderExpectation> fail_if_header_matches, fail_if_header_not_matches;
  std::shared_ptr<const cel::Program> fail_if_json_matches, fail_if_json_not_matches;

  bool wants_body() const {
    return !fail_if_body_matches.empty() || !fail_if_body_not_matches.empty() || wants_json();
  }
  bool wants_json() const { return fail_if_json_matches || fail_if_json_not_matches; }
};

/// The first expectation that an answer misses. No part of a body or header is in `detail`.
struct Miss {
  Reason reason;
  std::string step;  ///< "status", "header", "body", "version", "tls"
  std::string detail;
  bool by_regex = false, by_cel = false;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

bool is_valid_status(const HttpExpectations& expected, int status);
/// Status, then headers; 401 and 403 are Reason::unauthorized.
std::optional<Miss> judge_head(const HttpExpectations& expected, int status, const Headers& headers);
/// Expressions on the decoded body, then those on its JSON. A body that is not a JSON object fails the latter.
std::optional<Miss> judge_body(const HttpExpectations& expected, std::string_view body);
/// HTTP version, then TLS where there should be none and the other way round.
std::optional<Miss> judge_connection(const HttpExpectations& expected, std::string_view version, bool tls);

}  // namespace fleet::probers
