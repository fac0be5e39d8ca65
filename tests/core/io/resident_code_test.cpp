#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/io/resident_code.hpp"

namespace {

struct Mapping {
  std::size_t size = 0, resident = 0;
};

/// What smaps says of this program's code.
Mapping code_of_program() {
  auto const program = std::filesystem::read_symlink("/proc/self/exe").string();
  std::ifstream smaps("/proc/self/smaps");
  Mapping found;
  bool ours = false;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream words(line);
    std::string first, second;
    words >> first >> second;
    if (!first.ends_with(':')) ours = second == "r-xp" && line.ends_with(program);
    if (!ours) continue;
    if (first == "Size:") found.size += std::stoul(second);
    if (first == "Rss:") found.resident += std::stoul(second);
  }
  return found;
}

}  // namespace

TEST_CASE("all of the program's code is in memory, what never ran included") {
  auto const before = code_of_program();
  REQUIRE(before.size > 0);
  fleet::keep_code_resident();
  auto const after = code_of_program();
  CHECK(after.size == before.size);
  CHECK(after.resident == after.size);
}
