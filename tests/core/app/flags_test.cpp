#include "core/app/flags.hpp"

#include <catch2/catch.hpp>

#include "core/app/build_info.hpp"
#include "core/app/daemon.hpp"

using namespace fleet::app;
using namespace std::chrono_literals;

namespace {

struct Parsed {
  DaemonFlags common;
  std::vector<std::string> words;
  bool go_on = false;
  std::string error;
};

Parsed parse(std::vector<const char*> arguments, bool take_words = false) {
  Parsed out;
  Flags flags("toy", "A toy.");
  out.common.register_on(flags, "toy.yml", ":9999");
  if (take_words) flags.positionals("[TARGET]", &out.words);
  arguments.insert(arguments.begin(), "toy");
  try {
    out.go_on = flags.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const UsageError& error) {
    out.error = error.what();
  }
  return out;
}

}  // namespace

TEST_CASE("both spellings of a flag, and the defaults") {
  CHECK(parse({}).common.config_file == "toy.yml");
  CHECK(parse({}).common.listen_addresses == std::vector<std::string>{":9999"});
  CHECK(parse({"--config.file=a=b"}).common.config_file == "a=b");
  CHECK(parse({"--config.file", "x.yml"}).common.config_file == "x.yml");
  CHECK(parse({"--config.file="}).common.config_file.empty());
  auto const many = parse({"--web.listen-address=:1", "--web.listen-address", "[::1]:2"});
  CHECK(many.common.listen_addresses == std::vector<std::string>{":1", "[::1]:2"});
}

TEST_CASE("switches") {
  CHECK(parse({"--once"}).common.once);
  CHECK_FALSE(parse({"--once", "--no-once"}).common.once);
  CHECK(parse({"--once=true"}).error == "--once: expected no value, this is a switch");
  CHECK(parse({"--no-config.file"}).error == "unknown flag --no-config.file, did you mean --config.file?");
}

TEST_CASE("values are checked") {
  auto const good = parse({"--web.max-requests=0", "--scrape.timeout=1m", "--scrape.timeout-offset=0",
                           "--log.level=warn", "--log.format=json", "--web.telemetry-path=/probe-metrics"});
  CHECK(good.error.empty());
  CHECK(good.common.max_requests == 0);
  CHECK(good.common.scrape_timeout == 60s);
  CHECK(good.common.scrape_timeout_offset == 0ms);
  CHECK(good.common.log_level == fleet::logging::Level::warn);
  CHECK(good.common.log_style == fleet::logging::Style::json);
  CHECK(good.common.telemetry_path == "/probe-metrics");
  CHECK(parse({"--log.level=loud"}).error == "--log.level: expected debug, info, warn or error, got `loud`");
  CHECK(parse({"--log.format=xml"}).error == "--log.format: expected logfmt or json, got `xml`");
  for (const char* const bad : {"-1", "x", "", "1x", "99999999999"}) {
    CHECK_FALSE(parse({"--web.max-requests", bad}).error.empty());
  }
  CHECK(parse({"--scrape.timeout=1"}).error ==
        "--scrape.timeout: expected a duration from 100ms to 5m, got `1`");
  for (const char* const bad : {"metrics", "/", "/-/x", "", "/a b", "/<b>"}) {
    CHECK_FALSE(parse({"--web.telemetry-path", bad}).error.empty());
  }
}

TEST_CASE("what is not understood is refused") {
  CHECK(parse({"--confg.file=x"}).error == "unknown flag --confg.file, did you mean --config.file?");
  CHECK(parse({"--zzzzzz"}).error == "unknown flag --zzzzzz, see --help");
  CHECK(parse({"-x"}).error == "unknown flag -x, see --help");
  CHECK(parse({"word"}).error == "unexpected argument `word`, see --help");
  CHECK(parse({"--config.file"}).error == "--config.file: expected a value (FILE)");
  CHECK(parse({"--config.file", "--once"}).error == "--config.file: expected a value (FILE)");
}

TEST_CASE("words, and what follows --") {
  CHECK(parse({"a", "--once", "b"}, true).words == std::vector<std::string>{"a", "b"});
  auto const after = parse({"--", "--once"}, true);
  CHECK(after.words == std::vector<std::string>{"--once"});
  CHECK_FALSE(after.common.once);
}

TEST_CASE("help names every flag; help and version end the program") {
  CHECK_FALSE(parse({"--help"}).go_on);
  CHECK_FALSE(parse({"--version"}).go_on);
  CHECK(parse({"--once"}).go_on);
  Flags flags("toy", "A toy.");
  DaemonFlags common;
  common.register_on(flags, "toy.yml", ":9999");
  std::string const help = flags.help();
  for (std::string const name :
       {"--config.file=FILE", "--[no-]config.check", "--[no-]once", "--web.listen-address=ADDRESS",
        "--web.telemetry-path=PATH", "--web.max-requests=N", "--log.level=LEVEL", "--log.format=STYLE",
        "--scrape.timeout-offset=DURATION", "--version", "--help"}) {
    CAPTURE(name);
    CHECK(help.find(name) != std::string::npos);
  }
  auto const version = version_text("toy");
  CHECK(version.starts_with("toy, version 0."));
  for (std::string const part :
       {"\n  compiler: g++ 1", "\n  build type: ", " OpenSSL 3.", "Boost 1.81", "yaml-cpp 0."}) {
    CAPTURE(part);
    CHECK(version.find(part) != std::string::npos);
  }
  CHECK(version.find(" ,") == std::string::npos);  // a library whose version is not known
}
