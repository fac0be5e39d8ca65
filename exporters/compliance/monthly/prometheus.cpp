#include "exporters/compliance/monthly/prometheus.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/http/client.hpp"
#include "core/io/parse_number.hpp"
#include "exporters/compliance/json_path.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

namespace json = boost::json;

constexpr std::int64_t hour = 3600;

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) {
      out.push_back(c);
    } else {
      out.append({'%', hex[byte >> 4], hex[byte & 15]});
    }
  }
  return out;
}

double number(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  auto const* const text = value.if_string();
  if (auto const result =
          text ? parse_number<double>(std::string_view(text->data(), text->size())) : std::nullopt)
    return *result;
  throw std::runtime_error("the answer holds a sample that is no number");
}

}  // namespace

std::vector<Point> parse_matrix(std::string_view text) {
  auto const answer = parse_json(text);
  if (member(answer, "status") != "success") {
    auto const* const error = answer.as_object().if_contains("error");
    throw std::runtime_error("Prometheus: " +
                             (error && error->is_string() ? std::string(error->get_string()) : "no reason"));
  }
  auto const& result = member_array(member(answer, "data"), "result");
  if (result.size() > 1)
    throw std::runtime_error("expected an expression of one series, got " + std::to_string(result.size()));
  std::vector<Point> points;
  if (result.empty()) return points;
  for (auto const& sample : member_array(result.front(), "values")) {
    auto const* const pair = sample.if_array();
    if (!pair || pair->size() != 2) throw std::runtime_error("the answer holds a sample that is no pair");
    auto const value = number((*pair)[1]);
    if (std::isfinite(value)) points.push_back({static_cast<std::int64_t>(number((*pair)[0])), value});
  }
  return points;
}

awaitable<Reading<Point>> read_availability(PrometheusConfig config, std::string query, MonthSpan span,
                                            Deadline deadline) {
  Reading<Point> reading;
  try {
    for (auto place = query.find("$step"); place != std::string::npos; place = query.find("$step", place + 2))
      query.replace(place, 5, "1h");
    http::Client client(config.server.tls);
    auto request = config.server.request("/api/v1/query_range");
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    // Each point looks back over the hour that it ends.
    request.body = "query=" + percent_encoded(query) +
                   "&start=" + std::to_string(std::min(span.from + hour, span.to)) +
                   "&end=" + std::to_string(span.to) + "&step=3600";
    auto const response = co_await client.send(std::move(request), deadline.or_after(config.server.timeout));
    if (response.status != 200 && response.status != 400 && response.status != 422 && response.status != 503)
      throw std::runtime_error("expected HTTP 200, got " + std::to_string(response.status));
    reading.rows = parse_matrix(response.body);
  } catch (const std::exception& error) {
    reading.failure = error.what();
  }
  co_return reading;
}

}  // namespace fleet::exporters::compliance::monthly
