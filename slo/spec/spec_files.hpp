// Which files a path on the command line stands for.
#pragma once

#include <string>
#include <vector>

namespace fleet::slo {

/// `path` itself, or if it is a folder every .yml and .yaml in it and below, in the order of their names.
/// Throws config::Error if there is none.
std::vector<std::string> spec_files(const std::string& path);

}  // namespace fleet::slo
