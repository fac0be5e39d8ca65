// planted/ holds rules with one mistake each, copied from the shipped ones. Their first lines say what the lint
// must find, all of it:
//
//   # expect: 7:15: promql/series: nobody exports or records `x`
//
// sound.rules.yml holds what looks odd and is right: nothing may be found there.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "slo/lint/lint.hpp"
#include "tests/servers/process.hpp"
#include "tests/slo/lint/known_metrics.hpp"

namespace {

namespace fs = std::filesystem;
using namespace fleet;

constexpr std::string_view announcement = "# expect: ";

/// Beside the defaults: two runbooks, and a route for three severities of two teams.
lint::Demands demands() {
  lint::Demands out;
  out.runbooks = std::set<std::string>{"planted", "x"};
  out.routing = std::make_shared<const lint::RoutingTree>(
      lint::parse_routing("route:\n  receiver: rest\n  routes:\n    - receiver: all\n"
                          "      matchers: [sev=~\"1|2|3\", team=~\"platform|legal\"]\n",
                          "alertmanager.yml"));
  return out;
}

/// The findings without the file's name before them, nor its folder in them.
std::vector<std::string> findings_in(const std::string& file) {
  std::vector<lint::RuleFile> files;
  files.push_back(lint::load_rules(file));
  std::string const folder = fs::path(file).parent_path().string() + "/";
  std::vector<std::string> out;
  for (const lint::Finding& finding :
       lint::lint(testing::known_metrics(), lint::RuleSet(std::move(files)), demands())) {
    std::string line = lint::line_of(finding).substr(file.size() + 1);
    for (std::size_t at; (at = line.find(folder)) != std::string::npos;) line.erase(at, folder.size());
    out.push_back(line);
  }
  return out;
}

std::vector<std::string> expected_in(const std::string& file) {
  std::vector<std::string> out;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line) && line.starts_with(announcement);) {
    out.push_back(line.substr(announcement.size()));
  }
  return out;
}

// With FLEET_UPDATE_GOLDEN the announcements are rewritten; the places move with their number.
void rewrite(const std::string& file) {
  std::string text = testing::read_text(file);
  while (text.starts_with(announcement)) text.erase(0, text.find('\n') + 1);
  std::ofstream(file) << text;
  std::size_t const lines = findings_in(file).size();
  std::string padding;
  for (std::size_t i = 0; i < lines; ++i) padding += std::string(announcement) + "\n";
  std::ofstream(file) << padding << text;
  std::string head;
  for (const std::string& found : findings_in(file)) head += std::string(announcement) + found + "\n";
  std::ofstream(file) << head << text;
}

std::vector<std::string> planted_files() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(fs::path(FLEET_SOURCE_DIR) / "tests/slo/lint/planted"))
    out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("every planted mistake is found, where it is, and nothing beside it") {
  std::set<std::string> checks;
  auto const files = planted_files();
  CHECK(files.size() >= 55);
  for (const std::string& file : files) {
    INFO(file);
    if (std::getenv("FLEET_UPDATE_GOLDEN") != nullptr) rewrite(file);
    auto const expected = expected_in(file);
    CHECK_FALSE(expected.empty());
    CHECK(findings_in(file) == expected);
    for (const std::string& line : expected) {
      std::size_t const begin = line.find(": ") + 2;
      checks.insert(line.substr(begin, line.find(": ", begin) - begin));
    }
  }
  CHECK(checks.size() == 15);
  for (const std::string& check : checks) CHECK(lint::is_check(check));
}

TEST_CASE("what looks odd and is right is let alone") {
  CHECK(findings_in(std::string(FLEET_SOURCE_DIR) + "/tests/slo/lint/sound.rules.yml") ==
        std::vector<std::string>{});
}
