// What this program was built from.
#pragma once

#include <string>
#include <string_view>

#include "core/metrics/families.hpp"

namespace fleet::app {

struct BuildInfo {
  std::string_view version, revision, branch, compiler;
  std::string_view build_type;  ///< CMake's: "Release"
  std::string_view libraries;   ///< what the fleet's programs were compiled with: "Boost 1.81.0, ..."
};
const BuildInfo& build_info();
/// "pg_health_exporter, version 0.1.0 (branch: main, revision: abc123)\n  compiler: ..." for --version.
std::string version_text(std::string_view program);
/// `<program>_build_info{version,revision,branch,compiler} 1`.
void add_build_info(std::string_view program, Families& out);

}  // namespace fleet::app
