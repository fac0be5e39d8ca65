// openslo/ holds the forms in which OpenSLO's own examples and schema tests write objectives, each in a file of
// its own, in our words. The first line says what becomes of it: the ids of its objectives, or why it is
// refused and where.
//
//   # outcome: shop-orders-0
//   # outcome: 27:23: expected hours, days or weeks: months and longer differ in length
//
// FLEET_UPDATE_GOLDEN=1 writes the lines anew, to be read in the diff.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "slo/rules/objective_rules.hpp"
#include "slo/spec/specifications.hpp"
#include "tests/servers/process.hpp"

namespace {

namespace fs = std::filesystem;
using namespace fleet;

constexpr std::string_view announcement = "# outcome: ";

std::string outcome_of(const std::string& file) {
  std::string out;
  try {
    for (const auto& specification : slo::read_specifications({file}, {})) {
      for (const auto& objective : specification.objectives) {
        CHECK_FALSE(slo::objective_groups(objective, specification.origin).empty());
        out += (out.empty() ? "" : " ") + objective.id();
      }
    }
  } catch (const config::Error& error) {
    out = error.what();
    REQUIRE(out.starts_with(file + ":"));
    out.erase(0, file.size() + 1);
  }
  return out;
}

// The announcement is there before the outcome is asked for, since it moves all places by a line.
void rewrite(const std::string& file) {
  std::string text = testing::read_text(file);
  if (text.starts_with(announcement)) text.erase(0, text.find('\n') + 1);
  std::ofstream(file) << announcement << "\n" << text;
  std::string const outcome = outcome_of(file);
  std::ofstream(file) << announcement << outcome << "\n" << text;
}

}  // namespace

TEST_CASE("objectives in the forms of OpenSLO's examples load, or are refused with the reason") {
  std::size_t loaded = 0, refused = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(FLEET_SOURCE_DIR) / "tests/slo/openslo")) {
    std::string const file = entry.path();
    INFO(file);
    if (std::getenv("FLEET_UPDATE_GOLDEN") != nullptr) rewrite(file);
    std::string const text = testing::read_text(file);
    REQUIRE(text.starts_with(announcement));
    std::string const expected = text.substr(announcement.size(), text.find('\n') - announcement.size());
    CHECK(outcome_of(file) == expected);
    ++(expected.find(": ") == std::string::npos ? loaded : refused);
  }
  CHECK(loaded >= 8);
  CHECK(refused >= 16);
}
