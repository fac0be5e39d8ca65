// How a log line looks; plain functions, so that escaping is tested without a stream.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/app/logging.hpp"

namespace fleet::logging {

std::string_view to_string(Level level);

/// One line without its newline. logfmt as go-kit writes it (a value is quoted if it is empty or holds a space,
/// `=`, `"`, a control character or invalid UTF-8), or one JSON object with the same keys. Whatever the texts
/// hold, the result is one line of valid UTF-8. An empty component and fields without a value are left
/// out, and so is the source location that Boost adds to errors.
std::string format_line(Style style, std::string_view timestamp, Level level, std::string_view component,
                        std::string_view message, std::initializer_list<Field> fields);

}  // namespace fleet::logging
