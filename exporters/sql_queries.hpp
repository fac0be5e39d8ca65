// The SQL of an exporter: defaults that a configuration may replace, and their placeholders.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/config/document.hpp"

namespace fleet::exporters {

/// A query that an exporter asks unless the configuration has another text for it.
struct DefaultQuery {
  std::string_view name;
  std::string_view sql;
  std::string_view placeholder = {};  ///< "$window": must occur in a replacement too; "" if there is none
  bool required = false;              ///< cannot be switched off
};

/// SQL by query name; a query that is switched off is missing.
using Queries = std::map<std::string, std::string, std::less<>>;

/// Reads a mapping from a query's name to its SQL, or to `off`. Names that are not among the defaults, a
/// missing placeholder and `off` for a required query are refused. Without a value: the defaults. Throws
/// config::Error.
Queries read_queries(const std::optional<config::Value>& value, std::span<const DefaultQuery> defaults);

/// Puts `text` wherever `placeholder` stands in that query, if it is there. The text must be SQL of the
/// program's own making.
void fill_in(Queries& queries, std::string_view name, std::string_view placeholder, std::string_view text);

/// `interval '90 seconds'` (milliseconds as decimals).
std::string sql_interval(std::chrono::milliseconds length);
/// `ARRAY[60,300]::float8[]`.
std::string sql_array(std::span<const double> numbers);
/// `ARRAY['a','b']::text[]`, quoted.
std::string sql_array(std::span<const std::string> texts);

}  // namespace fleet::exporters
