#include "probers/status/prometheus_api.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>

#include "core/http/form.hpp"

namespace fleet::probers::status {

namespace json = boost::json;

namespace {

constexpr std::size_t most_answer_bytes = 32 * 1024 * 1024;

std::string text_of(const json::value& value) {
  auto const& text = value.as_string();
  return {text.data(), text.size()};
}

/// A parse error of Prometheus shows the expression on further lines.
std::string first_line(const json::value& text) {
  auto line = text_of(text);
  line.resize(std::min(line.find_first_of("\r\n"), line.size()));
  return line;
}

void add_sample(Series& series, const json::value& pair) {
  auto const& items = pair.as_array();
  // "+Inf" and "NaN" are spelt as strtod takes them.
  double const value = std::strtod(text_of(items.at(1)).c_str(), nullptr);
  if (!std::isnan(value)) series.samples.emplace_back(std::llround(items.at(0).to_number<double>()), value);
}

Series read_one(const json::object& result) {
  Series series;
  for (auto const& [name, value] : result.at("metric").as_object())
    series.labels.emplace(std::string(name.data(), name.size()), text_of(value));
  if (auto const* const sample = result.if_contains("value")) add_sample(series, *sample);
  if (auto const* const samples = result.if_contains("values"))
    for (auto const& sample : samples->as_array()) add_sample(series, sample);
  return series;
}

http::Request post_form(const HttpServer& server, std::string_view path, std::string form) {
  auto request = get_request(server, path);
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = std::move(form);
  return request;
}

}  // namespace

std::vector<Series> read_series(std::string_view body) {
  std::vector<Series> all;
  try {
    auto const whole = json::parse(body);
    auto const& answer = whole.as_object();
    if (answer.at("status").as_string() != "success") throw BadAnswer(first_line(answer.at("error")));
    for (auto const& result : answer.at("data").as_object().at("result").as_array())
      all.push_back(read_one(result.as_object()));
  } catch (const BadAnswer&) {
    throw;
  } catch (const std::exception&) {
    throw BadAnswer("the answer is not that of a Prometheus");
  }
  return all;
}

http::Request get_request(const HttpServer& server, std::string_view path) {
  http::Request request;
  request.url = server.url;
  while (request.url.target.ends_with('/')) request.url.target.pop_back();
  request.url.target += path;
  request.max_body_bytes = most_answer_bytes;
  request.headers.emplace_back("Accept", "application/json");
  for (auto const& [name, value] : server.headers) request.headers.emplace_back(name, value.reveal());
  return request;
}

http::Request instant_query(const HttpServer& server, std::string_view expression) {
  std::string form;
  http::add_field(form, "query", expression);
  return post_form(server, "/api/v1/query", std::move(form));
}

http::Request range_query(const HttpServer& server, std::string_view expression, std::int64_t from,
                          std::int64_t to, std::int64_t step) {
  std::string form;
  http::add_field(form, "query", expression);
  http::add_field(form, "start", std::to_string(from));
  http::add_field(form, "end", std::to_string(to));
  http::add_field(form, "step", std::to_string(step));
  return post_form(server, "/api/v1/query_range", std::move(form));
}

std::string promql_text(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

std::string promql_any_of(const std::vector<std::string>& texts) {
  std::string expression;
  for (auto const& text : texts) {
    if (!expression.empty()) expression += '|';
    for (char const c : text) {
      if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) expression += '\\';
      expression += c;
    }
  }
  return promql_text(expression);
}

}  // namespace fleet::probers::status
