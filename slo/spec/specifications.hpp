// Files of specifications, whatever their dialect.
#pragma once

#include <string>
#include <vector>

#include "slo/objective.hpp"
#include "slo/spec/reading_options.hpp"

namespace fleet::slo {

/// Reads every document of every file (a folder stands for the files in it). Throws config::Error at the first
/// mistake, at an id that is given twice, and if no objective is found at all.
std::vector<Specification> read_specifications(const std::vector<std::string>& paths,
                                               const ReadingOptions& options);
/// The same from memory, for one file's text.
std::vector<Specification> parse_specifications(const std::string& text, const std::string& name,
                                                const ReadingOptions& options);

}  // namespace fleet::slo
