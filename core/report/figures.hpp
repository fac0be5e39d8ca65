// Numbers and times as people read them.
#pragma once

#include <chrono>
#include <string>

namespace fleet::report {

/// "850 us", "12.3 ms", "1.53 s", "312 s"; "never" if infinite, "-" for NaN.
std::string human_seconds(double seconds);
std::string human_seconds(std::chrono::nanoseconds length);
/// The two largest units of an age: "2d 4h", "3h 12m", "41s"; "0s" for what is shorter.
std::string human_age(double seconds);
/// RFC 3339, UTC: "2026-11-23T08:00:00Z".
std::string rfc3339(std::chrono::system_clock::time_point when);

}  // namespace fleet::report
