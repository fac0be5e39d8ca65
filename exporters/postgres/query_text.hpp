// Statements as they may be shown.
#pragma once

#include <string>
#include <string_view>

namespace fleet::exporters::postgres {

/// The statement in one line, with `?` for every constant and without comments: both may hold what people
/// wrote. At most `length` bytes, and no half of a character.
std::string without_constants(std::string_view sql, std::size_t length);

/// The longest beginning of at most `length` bytes that ends with a whole character of UTF-8.
std::string_view shortened(std::string_view text, std::size_t length);

}  // namespace fleet::exporters::postgres
