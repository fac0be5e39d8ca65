// query_range of Prometheus' HTTP API.
#pragma once

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/http/client.hpp"
#include "core/http/url.hpp"
#include "core/io/deadline.hpp"

namespace fleet::slo {

/// Prometheus answered with an error, or with what is no answer. what() is one line.
class QueryFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Evaluations from `from` to `to`, `step` seconds apart.
struct Range {
  std::int64_t from = 0, to = 0, step = 15;
};

/// The instants at which any series of an answer of query_range has a sample. Throws QueryFailed.
std::set<std::int64_t> instants_of(std::string_view answer);

/// Evaluates `expression` over the range, in pieces that Prometheus answers (11,000 evaluations at most each).
/// `server`: the address before /api. Throws http::Failure and QueryFailed.
awaitable<std::set<std::int64_t>> instants_true(http::Client& client, http::Url server, std::string expression,
                                                Range range, Deadline deadline);

}  // namespace fleet::slo
