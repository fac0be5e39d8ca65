// A target's name for people.
#pragma once

#include <string>
#include <string_view>

namespace fleet::probers {

/// The target as people may see it: without user name, password, query and fragment.
std::string shown_target(std::string_view target);

}  // namespace fleet::probers
