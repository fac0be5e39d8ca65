// Every file in a program's folder here is a configuration which that program must refuse, with exactly the
// message that the file's first line announces:
//
//   # expect: 7:3: expected a duration such as 1h30m, 90s or 50ms, got `fast`
//
// The place is that of the file itself, whose name may be written before it; ${DIR} in the message stands for
// the file's folder. A message about the file as a whole begins without a place: `# expect: cannot be read`. `#
// env: NAME=value` lines add to the environment.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace {

namespace fs = std::filesystem;
using namespace fleet::testing;

const std::vector<std::string> programs{"a2a_exporter",        "document_exporter", "pg_health_exporter",
                                        "compliance_exporter", "consent_exporter",  "slo_prober"};

struct Case {
  std::string program, file;
  std::string expected;  // the whole line on stderr; "" if the file announces none
  std::map<std::string, std::string> environment;
};

Case read_case(const std::string& program, const fs::path& file) {
  Case out{program, file.string(), "", {}};
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line) && line.starts_with("#");) {
    std::string const expect = "# expect: ", env = "# env: ";
    if (line.starts_with(env)) {
      std::size_t const equals = line.find('=');
      REQUIRE(equals != std::string::npos);
      out.environment[line.substr(env.size(), equals - env.size())] = line.substr(equals + 1);
    }
    if (!line.starts_with(expect)) continue;
    std::string message = line.substr(expect.size());
    for (std::size_t at; (at = message.find("${DIR}")) != std::string::npos;) {
      message.replace(at, 6, file.parent_path().string());
    }
    std::string const own_name = file.filename().string() + ":";
    if (message.starts_with(own_name)) message.erase(0, own_name.size());
    bool const placed = message[0] >= '0' && message[0] <= '9';
    out.expected = file.string() + (placed ? ":" : ": ") + message;
  }
  return out;
}

std::vector<Case> cases_of(const std::string& program) {
  std::vector<fs::path> files;
  fs::path const folder = fs::path(FLEET_SOURCE_DIR) / "tests/config_bad" / program;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".yml") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<Case> out;
  for (const auto& file : files) out.push_back(read_case(program, file));
  return out;
}

void check(const Case& test) {
  INFO(test.file);
  REQUIRE_FALSE(test.expected.empty());
  TemporaryDirectory const directory;
  std::string const out = directory.path() / "out", err = directory.path() / "err";
  Launch launch;
  launch.command = {"/bin/sh",
                    "-c",
                    "out=$1 err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\"",
                    "sh",
                    out,
                    err,
                    std::string(FLEET_BIN_DIR) + "/" + test.program,
                    "--config.check",
                    "--config.file=" + test.file};
  launch.environment = test.environment;
  Process process(launch);
  int const status = process.wait(std::chrono::seconds(20));
  CHECK(read_text(err) == test.expected + "\n");
  CHECK(read_text(out).empty());
  CHECK(status == 2);
}

}  // namespace

TEST_CASE("every program refuses its bad configurations with the exact message") {
  std::size_t total = 0;
  for (const auto& program : programs) {
    INFO(program);
    CHECK(fs::exists(fs::path(FLEET_BIN_DIR) / program));
    auto const cases = cases_of(program);
    CHECK_FALSE(cases.empty());
    for (const auto& test : cases) check(test);
    total += cases.size();
  }
  CHECK(total >= 40);
}

TEST_CASE("no folder belongs to a program that is not run") {
  for (const auto& entry : fs::directory_iterator(fs::path(FLEET_SOURCE_DIR) / "tests/config_bad")) {
    if (!entry.is_directory()) continue;
    std::string const name = entry.path().filename();
    INFO(name);
    CHECK(std::find(programs.begin(), programs.end(), name) != programs.end());
  }
}
