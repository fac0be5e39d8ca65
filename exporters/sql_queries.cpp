#include "exporters/sql_queries.hpp"

#include <algorithm>

#include "core/metrics/families.hpp"

namespace fleet::exporters {

namespace {

const DefaultQuery& find(const config::Value& name, std::span<const DefaultQuery> defaults) {
  auto const text = name.text();
  for (auto const& query : defaults) {
    if (query.name == text) return query;
  }
  std::string known;
  for (auto const& query : defaults) known.append(known.empty() ? "`" : ", `").append(query.name).append("`");
  name.fail("expected the name of a query, one of " + known);
}

}  // namespace

Queries read_queries(const std::optional<config::Value>& value, std::span<const DefaultQuery> defaults) {
  Queries queries;
  for (auto const& query : defaults) queries.emplace(query.name, query.sql);
  if (!value) return queries;
  for (auto const& [name, sql] : value->entries()) {
    auto const& query = find(name, defaults);
    auto text = sql.non_empty_text();
    if (text == "off") {
      if (query.required)
        sql.fail("expected an SQL query; `" + std::string(query.name) + "` cannot be switched off");
      queries.erase(std::string(query.name));
      continue;
    }
    if (!query.placeholder.empty() && text.find(query.placeholder) == std::string::npos) {
      sql.fail("expected an SQL query that contains `" + std::string(query.placeholder) + "`");
    }
    queries[std::string(query.name)] = std::move(text);
  }
  return queries;
}

void fill_in(Queries& queries, std::string_view name, std::string_view placeholder, std::string_view text) {
  auto const found = queries.find(name);
  if (found == queries.end()) return;
  auto& sql = found->second;
  for (auto at = sql.find(placeholder); at != std::string::npos; at = sql.find(placeholder, at + text.size())) {
    sql.replace(at, placeholder.size(), text);
  }
}

std::string sql_interval(std::chrono::milliseconds length) {
  std::string text = "interval '";
  append_value(text, static_cast<double>(length.count()) / 1000);
  return text + " seconds'";
}

std::string sql_array(std::span<const double> numbers) {
  std::string text = "ARRAY[";
  for (auto const number : numbers) {
    if (!text.ends_with('[')) text.push_back(',');
    append_value(text, number);
  }
  return text + "]::float8[]";
}

std::string sql_array(std::span<const std::string> texts) {
  std::string out = "ARRAY[";
  for (auto const& text : texts) {
    out += out.ends_with('[') ? "'" : ",'";
    for (char const c : text) out.append(c == '\'' ? 2 : 1, c);
    out.push_back('\'');
  }
  return out + "]::text[]";
}

}  // namespace fleet::exporters
