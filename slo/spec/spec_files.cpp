#include "slo/spec/spec_files.hpp"

#include <algorithm>
#include <filesystem>

#include "core/config/document.hpp"

namespace fleet::slo {

std::vector<std::string> spec_files(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return {path};
  std::vector<std::string> out;
  std::error_code problem;
  for (auto entry = fs::recursive_directory_iterator(path, problem);
       !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
    auto const extension = entry->path().extension();
    if (entry->is_regular_file(ignored) && (extension == ".yml" || extension == ".yaml"))
      out.push_back(entry->path());
  }
  if (problem) throw config::Error(path + ": cannot be read: " + problem.message());
  if (out.empty()) throw config::Error(path + ": expected a folder with .yml or .yaml files");
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace fleet::slo
