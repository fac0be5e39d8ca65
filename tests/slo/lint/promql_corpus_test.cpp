#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "slo/lint/promql.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::testing;

namespace {

struct CorpusLine {
  bool good;
  std::string expression;
  int line;
};

std::vector<CorpusLine> promql_corpus() {
  std::vector<CorpusLine> out;
  std::ifstream stream(FLEET_SOURCE_DIR "/tests/slo/lint/promql_corpus.txt");
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.starts_with("ok ")) out.push_back({true, line.substr(3), number});
    if (line.starts_with("bad ")) out.push_back({false, line.substr(4), number});
  }
  return out;
}

std::string error_of_parse(const std::string& text) {
  try {
    promql::parse(text);
    return "";
  } catch (const promql::SyntaxError& error) {
    return "column " + std::to_string(error.offset + 1) + ": " + error.what();
  }
}

std::string yaml_quoted(const std::string& text) {
  std::string out = "'";
  for (char const c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

/// What promtool says of each expression: one rule file each, all checked by one process.
std::map<int, bool> verdicts_of_promtool(const std::vector<CorpusLine>& corpus) {
  TemporaryDirectory const directory;
  Launch launch;
  launch.command = {"promtool", "check", "rules"};
  launch.output = directory.path() / "out";
  std::map<std::string, int> lines;
  for (const CorpusLine& entry : corpus) {
    std::string const file = directory.write(
        std::to_string(entry.line) + ".yml",
        "groups: [{name: g, rules: [{record: r, expr: " + yaml_quoted(entry.expression) + "}]}]\n");
    launch.command.push_back(file);
    lines[file] = entry.line;
  }
  Process process(launch);
  process.wait(std::chrono::seconds(60));
  std::map<int, bool> out;
  std::istringstream stream(process.output());
  int current = 0;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("Checking ")) current = lines.at(line.substr(9));
    if (line.find("SUCCESS:") != std::string::npos) out[current] = true;
    if (line.find("FAILED:") != std::string::npos) out[current] = false;
  }
  return out;
}

}  // namespace

TEST_CASE("the parser takes and refuses what the corpus says") {
  auto const corpus = promql_corpus();
  CHECK(corpus.size() > 200);
  for (const CorpusLine& entry : corpus) {
    std::string const error = error_of_parse(entry.expression);
    INFO("line " << entry.line << ": " << entry.expression << " -> " << error);
    CHECK(error.empty() == entry.good);
  }
}

TEST_CASE("promtool agrees with the corpus") {
  auto const corpus = promql_corpus();
  auto const verdicts = verdicts_of_promtool(corpus);
  CHECK(verdicts.size() == corpus.size());
  for (const CorpusLine& entry : corpus) {
    INFO("line " << entry.line << ": " << entry.expression);
    auto const found = verdicts.find(entry.line);
    REQUIRE(found != verdicts.end());
    CHECK(found->second == entry.good);
  }
}

TEST_CASE("what is printed reads as the same tree") {
  for (const CorpusLine& entry : promql_corpus()) {
    if (!entry.good) continue;
    INFO(entry.expression);
    std::string const once = promql::print(*promql::parse(entry.expression));
    CHECK(promql::print(*promql::parse(once)) == once);
  }
}

TEST_CASE("a text cut anywhere, or with a character put anywhere, is refused or read, never worse") {
  std::string const intruders = "()[]{}\"'`\\,:@-#\n\x01\xFF";
  std::size_t refused = 0, read = 0;
  auto const feed = [&](const std::string& text) { ++(error_of_parse(text).empty() ? read : refused); };
  for (const CorpusLine& entry : promql_corpus()) {
    const std::string& text = entry.expression;
    for (std::size_t at = 0; at <= text.size(); ++at) {
      feed(text.substr(0, at));
      feed(text.substr(at));
      for (char const intruder : intruders) feed(text.substr(0, at) + intruder + text.substr(at));
    }
  }
  CHECK(refused > 50000);
  CHECK(read > 5000);
}

TEST_CASE("nesting is bounded") {
  for (const char* const unit : {"(", "-", "sum(", "a+", "a^", "{", "a[1m:", "abs(-("}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += unit;
    INFO(unit);
    CHECK_FALSE(error_of_parse(text + "a").empty());
  }
  std::string chain = "a";
  for (int i = 0; i < 300; ++i) chain += " or a";
  CHECK(error_of_parse(chain).empty());
}
