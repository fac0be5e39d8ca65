// JSON that people may have to read.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace fleet::report {

/// null for what is not finite.
boost::json::value number(double value);
/// JSON is UTF-8; what a target answered need not be.
boost::json::string text(std::string_view raw);
/// Two blanks of indentation, decimals as people write them, a newline at the end.
std::string pretty(const boost::json::value& value);

}  // namespace fleet::report
