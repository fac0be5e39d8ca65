// The unit of every metric of a time.
#pragma once

#include <chrono>

namespace fleet {

inline double seconds(std::chrono::nanoseconds length) { return std::chrono::duration<double>(length).count(); }

}  // namespace fleet
