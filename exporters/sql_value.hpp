// From PostgreSQL's text of a value to what a metric or a label can hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::exporters {

/// The value as a number: numbers, "t" and "f", and of a column of type date, timestamp or timestamptz (`type`
/// is its OID; output in ISO style) the Unix time in seconds. nullopt if it is none.
std::optional<double> sql_number(std::string_view text, unsigned type);

/// The value as a label: booleans are "true" and "false", points in time whole Unix seconds, all else as it is.
std::string sql_label(std::string_view text, unsigned type);

/// Milliseconds, without a fraction, of a duration as Go writes it: "1h2m3.5s", "300ms", "-2us".
std::optional<double> go_duration_milliseconds(std::string_view text);

/// The elements of an array of numbers: "{1,2.5,Infinity}"; nullopt if it is none, or one is NULL.
std::optional<std::vector<double>> sql_number_array(std::string_view text);

}  // namespace fleet::exporters
