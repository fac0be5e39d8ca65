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
#include <memory>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace {

namespace fs = std::filesystem;
using namespace fleet::testing;

const std::vector<std::string> programs{"a2a_exporter",        "document_exporter", "pg_health_exporter",
                                        "compliance_exporter", "consent_exporter",  "redis_health_exporter",
                                        "slo_prober",          "slo_rules"};

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

/// One program at work on one case; several may be under way at once.
class Run {
 public:
  explicit Run(const Case& test) : test_(test), process_(launch()) {}

  void check() {
    INFO(test_.file);
    REQUIRE_FALSE(test_.expected.empty());
    int const status = process_.wait(std::chrono::seconds(20));
    CHECK(read_text(directory_.path() / "err") == test_.expected + "\n");
    CHECK(read_text(directory_.path() / "out").empty());
    CHECK(status == 2);
  }

 private:
  Launch launch() const {
    Launch launch;
    launch.command = {"/bin/sh",
                      "-c",
                      "out=$1 err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\"",
                      "sh",
                      directory_.path() / "out",
                      directory_.path() / "err",
                      std::string(FLEET_BIN_DIR) + "/" + test_.program};
    if (test_.program == "slo_rules") {
      launch.command.insert(launch.command.end(), {"validate", test_.file});
    } else {
      launch.command.insert(launch.command.end(), {"--config.check", "--config.file=" + test_.file});
    }
    launch.environment = test_.environment;
    return launch;
  }

  Case test_;
  TemporaryDirectory directory_;
  Process process_;
};

void check_all(const std::vector<Case>& cases) {
  constexpr std::size_t at_once = 4;
  for (std::size_t begin = 0; begin < cases.size(); begin += at_once) {
    std::vector<std::unique_ptr<Run>> runs;
    for (std::size_t i = begin; i < std::min(begin + at_once, cases.size()); ++i)
      runs.push_back(std::make_unique<Run>(cases[i]));
    for (auto const& run : runs) run->check();
  }
}

}  // namespace

TEST_CASE("every program refuses its bad configurations with the exact message") {
  std::size_t total = 0;
  for (const auto& program : programs) {
    INFO(program);
    CHECK(fs::exists(fs::path(FLEET_BIN_DIR) / program));
    auto const cases = cases_of(program);
    CHECK_FALSE(cases.empty());
    check_all(cases);
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
