// Queries of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/).
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/http/client.hpp"
#include "probers/status/findings.hpp"

namespace fleet::probers::status {

/// An answer that is none. what() is one line.
class BadAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One series of an answer: an instant query gives one sample of each.
struct Series {
  LabelSet labels;
  std::vector<std::pair<std::int64_t, double>> samples;  ///< unix seconds; NaN is left out
};

/// Reads the JSON of /api/v1/query and /api/v1/query_range, vectors and matrices. Throws BadAnswer.
std::vector<Series> read_series(std::string_view body);

/// `server` is the address before /api.
http::Request instant_query(const HttpServer& server, std::string_view expression);
http::Request range_query(const HttpServer& server, std::string_view expression, std::int64_t from,
                          std::int64_t to, std::int64_t step);
/// GET of a path below the server's address, with its credentials.
http::Request get_request(const HttpServer& server, std::string_view path);

/// As a PromQL string literal, in double quotes.
std::string promql_text(std::string_view text);
/// As a regular expression that matches any of these texts and nothing else, as a string literal.
std::string promql_any_of(const std::vector<std::string>& texts);

}  // namespace fleet::probers::status
