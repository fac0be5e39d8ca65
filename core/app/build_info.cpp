#include "core/app/build_info.hpp"

#include "core/app/revision.hpp"

#define FLEET_TEXT_OF(x) #x
#define FLEET_TEXT(x) FLEET_TEXT_OF(x)

namespace fleet::app {

const BuildInfo& build_info() {
  static constexpr BuildInfo info{
      FLEET_VERSION,
      FLEET_REVISION,
      FLEET_BRANCH,
      "g++ " FLEET_TEXT(__GNUC__) "." FLEET_TEXT(__GNUC_MINOR__) "." FLEET_TEXT(__GNUC_PATCHLEVEL__),
      FLEET_BUILD_TYPE,
      FLEET_LIBRARIES};
  return info;
}

std::string version_text(std::string_view program) {
  const BuildInfo& info = build_info();
  std::string out(program);
  out.append(", version ").append(info.version);
  out.append(" (branch: ").append(info.branch).append(", revision: ").append(info.revision);
  out.append(")\n  compiler: ").append(info.compiler);
  out.append("\n  build type: ").append(info.build_type);
  out.append("\n  libraries of the fleet: ").append(info.libraries);
  return out;
}

void add_build_info(std::string_view program, Families& out) {
  const BuildInfo& info = build_info();
  out.gauge(std::string(program) + "_build_info", "What this program was built from; always 1.")
      .add({{"version", info.version},
            {"revision", info.revision},
            {"branch", info.branch},
            {"compiler", info.compiler}},
           1);
}

}  // namespace fleet::app
