// Text for terminals.
#pragma once

#include <string>
#include <vector>

namespace fleet::report {

/// Lines of cells in columns two blanks apart; widths are counted in code points.
std::string align(const std::vector<std::vector<std::string>>& lines);
/// Control characters as '?': a target may put escape sequences into what it answers, and a terminal must not
/// obey them.
std::string printable(std::string text);

}  // namespace fleet::report
