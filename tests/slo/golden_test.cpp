// Every specification in golden/ and the rules that the program makes of it. FLEET_UPDATE_GOLDEN=1 writes them
// anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/servers/process.hpp"

namespace {

namespace fs = std::filesystem;
using namespace fleet::testing;

std::string generated(const fs::path& specification) {
  TemporaryDirectory directory;
  std::string const out = directory.path() / "rules.yml";
  Launch launch;
  launch.command = {std::string(FLEET_BIN_DIR) + "/slo_rules", "generate", "--out=" + out,
                    specification.string()};
  Process process(launch);
  REQUIRE(process.wait(std::chrono::seconds(20)) == 0);
  return read_text(out);
}

}  // namespace

TEST_CASE("specifications give the rules that are kept beside them") {
  std::set<fs::path> specifications;
  for (const auto& entry : fs::directory_iterator(fs::path(FLEET_SOURCE_DIR) / "tests/slo/golden")) {
    std::string const name = entry.path().filename();
    if (name.ends_with(".slo.yml")) specifications.insert(entry.path());
  }
  REQUIRE(specifications.size() >= 4);
  for (const auto& specification : specifications) {
    INFO(specification.string());
    std::string const name = specification.filename();
    fs::path const kept = specification.parent_path() / (name.substr(0, name.size() - 8) + ".rules.yml");
    std::string const text = generated(specification);
    if (std::getenv("FLEET_UPDATE_GOLDEN") != nullptr) std::ofstream(kept) << text;
    CHECK(text == read_text(kept));
  }
}
