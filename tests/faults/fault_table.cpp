#include "tests/faults/fault_table.hpp"

#include <iomanip>
#include <sstream>

namespace fleet::testing {
namespace {

std::string seconds(std::optional<std::chrono::milliseconds> length) {
  if (!length) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << std::chrono::duration<double>(*length).count() << " s";
  return text.str();
}

}  // namespace

std::string fault_table(const std::vector<FaultCell>& cells) {
  std::ostringstream out;
  auto const line = [&](const std::string& program, const std::string& source, const std::string& fault,
                        const std::string& scrapes, const std::string& slowest, const std::string& down,
                        const std::string& back, const std::string& verdict) {
    out << std::left << std::setw(23) << program << std::setw(10) << source << std::setw(38) << fault
        << std::right << std::setw(8) << scrapes << std::setw(9) << slowest << std::setw(10) << down
        << std::setw(10) << back << "  " << verdict << "\n";
  };
  line("program", "source", "fault", "scrapes", "slowest", "down said", "back in", "");
  for (auto const& cell : cells) {
    line(cell.program, cell.source, cell.fault, std::to_string(cell.scrapes), seconds(cell.slowest_scrape),
         seconds(cell.said_down), seconds(cell.recovered), cell.problems.empty() ? "ok" : "FAILED");
    for (auto const& problem : cell.problems) out << "    " << problem << "\n";
  }
  return out.str();
}

}  // namespace fleet::testing
