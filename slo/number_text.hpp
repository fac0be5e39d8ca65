// Numbers as PromQL and people read them.
#pragma once

#include <chrono>
#include <string>

namespace fleet::slo {

/// The shortest decimal text that reads back as `value`: "14.4", "0.0009999999999999432", "1e-07".
std::string number_text(double value);
/// Three significant digits, for people: "0.0144" is "0.0144", 8.6400001 is "8.64".
std::string rounded_text(double value);
/// "1.44 %".
std::string percent_text(double ratio);
/// Seconds for people, two units at most: "52 s", "8 min 38 s", "3 d 2 h", "0.4 s".
std::string span_text(double seconds);

}  // namespace fleet::slo
