#include "slo/backtest/range_query.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "core/http/form.hpp"

namespace fleet::slo {

namespace {

constexpr std::int64_t most_evaluations = 10000;

http::Request request_for(const http::Url& server, const std::string& expression, Range piece) {
  http::Request out;
  out.method = "POST";
  out.url = server;
  std::string base = server.target;
  while (base.ends_with('/')) base.pop_back();
  out.url.target = base + "/api/v1/query_range";
  out.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  http::add_field(out.body, "query", expression);
  http::add_field(out.body, "start", std::to_string(piece.from));
  http::add_field(out.body, "end", std::to_string(piece.to));
  http::add_field(out.body, "step", std::to_string(piece.step));
  out.max_body_bytes = 64 * 1024 * 1024;
  return out;
}

}  // namespace

std::set<std::int64_t> instants_of(std::string_view answer) {
  std::set<std::int64_t> out;
  try {
    auto const whole = boost::json::parse(answer);
    if (whole.at("status").as_string() != "success") throw QueryFailed(whole.at("error").as_string().c_str());
    for (const auto& series : whole.at("data").at("result").as_array()) {
      for (const auto& sample : series.at("values").as_array())
        out.insert(std::llround(sample.at(0).to_number<double>()));
    }
  } catch (const QueryFailed&) {
    throw;
  } catch (const std::exception&) {
    throw QueryFailed("the answer is not that of a Prometheus");
  }
  return out;
}

awaitable<std::set<std::int64_t>> instants_true(http::Client& client, http::Url server, std::string expression,
                                                Range range, Deadline deadline) {
  std::set<std::int64_t> out;
  for (std::int64_t from = range.from; from <= range.to; from += most_evaluations * range.step) {
    Range const piece{from, std::min(range.to, from + (most_evaluations - 1) * range.step), range.step};
    auto request = request_for(server, expression, piece);
    auto const response = co_await client.send(std::move(request), deadline);
    bool const speaks_json =
        response.status == 200 || response.status == 400 || response.status == 422 || response.status == 503;
    if (!speaks_json) throw QueryFailed("the answer has status " + std::to_string(response.status));
    out.merge(instants_of(response.body));
  }
  co_return out;
}

}  // namespace fleet::slo
