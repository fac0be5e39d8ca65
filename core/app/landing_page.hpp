// The page at "/".
#pragma once

#include <string>
#include <string_view>

namespace fleet::app {

/// HTML with the program's name and version, a link to its metrics and health, and `extra_html` as it is.
std::string landing_page(std::string_view program, std::string_view telemetry_path,
                         std::string_view extra_html);

}  // namespace fleet::app
