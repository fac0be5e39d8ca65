// How a service ends, and what it does when it does not serve.
#include <catch2/catch.hpp>
#include <future>

#include "tests/core/app/toy.hpp"

using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

struct Ended {
  int status;
  std::string out, err;
};

// Runs the program to its end with its two outputs apart.
Ended run(const TemporaryDirectory& directory, const std::vector<std::string>& flags) {
  std::string const out = directory.path() / "out", err = directory.path() / "err";
  Launch launch;
  launch.command = {
      "/bin/sh", "-c", "out=$1 err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\"", "sh", out, err, TOY_SERVICE};
  launch.command.insert(launch.command.end(), flags.begin(), flags.end());
  Process process(launch);
  int const status = process.wait(20s);
  return {status, read_text(out), read_text(err)};
}

}  // namespace

TEST_CASE("SIGTERM and SIGINT end an idle service at once with status 0") {
  for (int const signal : {SIGTERM, SIGINT}) {
    Toy toy("toys: [{value: 1}]\n");
    CHECK(toy.metrics().status == 200);
    auto const begin = std::chrono::steady_clock::now();
    toy.process().signal(signal);
    CHECK(toy.process().wait(5s) == 0);
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
    CHECK(toy.log().find("msg=stopped") != std::string::npos);
    CHECK_FALSE(accepts(toy.port()));
  }
}

TEST_CASE("a scrape in flight is answered before the end, and no new one is taken") {
  Toy toy("toys: [{trace_file: trace, sleep: 1500ms, value: 9}]\n");
  auto scrape = std::async(std::launch::async, [&] { return toy.metrics(); });
  REQUIRE(wait_until([&] { return toy.runs() == 1; }));
  toy.process().signal(SIGTERM);
  CHECK(wait_until([&] { return !accepts(toy.port()); }, 1s));
  CHECK(toy.process().running());
  auto const page = scrape.get();
  CHECK(page.status == 200);
  CHECK(has_line(page.body, "toy_value{name=\"toy\"} 9"));
  CHECK(toy.process().wait(5s) == 0);
}

TEST_CASE("draining is bounded") {
  Toy toy("toys: [{trace_file: trace, sleep: 60s}]\n", {"--scrape.timeout=2m"});
  auto scrape = std::async(std::launch::async, [&] {
    try {
      return toy.metrics().status;
    } catch (const std::runtime_error&) {
      return 0;
    }
  });
  REQUIRE(wait_until([&] { return toy.runs() == 1; }));
  toy.process().signal(SIGTERM);
  CHECK(toy.process().wait(9s) == 0);
  CHECK(scrape.get() == 0);
}

TEST_CASE("a second signal ends it at once") {
  Toy toy("toys: [{trace_file: trace, sleep: 60s}]\n", {"--scrape.timeout=2m"});
  auto scrape = std::async(std::launch::async, [&] {
    try {
      toy.metrics();
    } catch (const std::runtime_error&) {
    }
  });
  REQUIRE(wait_until([&] { return toy.runs() == 1; }));
  toy.process().signal(SIGTERM);
  REQUIRE(wait_until([&] { return toy.log().find("msg=stopping") != std::string::npos; }));
  toy.process().signal(SIGHUP);
  CHECK(toy.process().running());
  toy.process().signal(SIGINT);
  CHECK(toy.process().wait(1s) == 128 + SIGINT);
  scrape.get();
}

TEST_CASE("a storm of reloads does not end a service that stops") {
  Toy toy("toys: [{value: 1}]\n");
  toy.process().signal(SIGTERM);
  CHECK(wait_until([&] {
    toy.process().signal(SIGHUP);
    return !toy.process().running();
  }));
  CHECK(toy.process().wait(1s) == 0);
}

TEST_CASE("a worker that never returns does not keep the process alive") {
  Toy toy("toys: [{trace_file: trace, block: 60s}]\n", {"--scrape.timeout=200ms"});
  CHECK(toy.metrics().status == 503);
  toy.process().signal(SIGTERM);
  CHECK(toy.process().wait(8s) == 0);
  CHECK(toy.log().find("the worker does not stop") != std::string::npos);
}

TEST_CASE("an address in use is named, with status 2") {
  Toy first("toys: [{}]\n");
  TemporaryDirectory const directory;
  std::string const config = directory.write("toy.yml", "toys: [{}]\n");
  std::string const address = "127.0.0.1:" + std::to_string(first.port());
  auto const second = run(directory, {"--config.file=" + config, "--web.listen-address=127.0.0.1:0",
                                      "--web.listen-address=" + address});
  CHECK(second.status == 2);
  CHECK(second.err.find("listen on " + address + ": Address already in use") != std::string::npos);
}

TEST_CASE("a configuration check says OK, or the place and status 2") {
  TemporaryDirectory const directory;
  std::string const good = directory.write("good.yml", "toys: [{}]\n"),
                    bad = directory.write("bad.yml", "toys: []\n");
  auto const fine = run(directory, {"--config.check", "--config.file", good});
  CHECK(fine.status == 0);
  CHECK(fine.out == good + ": OK\n");
  CHECK(fine.err.empty());
  auto const wrong = run(directory, {"--config.check", "--config.file", bad});
  CHECK(wrong.status == 2);
  CHECK(wrong.out.empty());
  CHECK(wrong.err == bad + ":1:7: expected a list with at least one entry, got an empty one\n");
  CHECK(run(directory, {"--config.file", bad}).status == 2);
}

TEST_CASE("once: one exposition; 3 if something could not be read") {
  TemporaryDirectory const directory;
  auto const once = [&](const std::string& config) {
    return run(directory,
               {"--once", "--scrape.timeout=500ms", "--config.file", directory.write("toy.yml", config)});
  };
  auto const good = once("toys: [{value: 4}]\n");
  CHECK(good.status == 0);
  CHECK(has_line(good.out, "toy_value{name=\"toy\"} 4"));
  CHECK(good.out.find("toy_exporter_build_info") != std::string::npos);
  CHECK(good.err.empty());
  CHECK(once("toys: [{name: a}, {name: b, up: false}]\n").status == 3);
  auto const failed = once("toys: [{name: a, value: 4}, {name: b, fail: broken}]\n");
  CHECK(failed.status == 3);
  CHECK(has_line(failed.out, "toy_value{name=\"a\"} 4"));
  CHECK(failed.err.find("err=broken") != std::string::npos);
  CHECK(once("toys: [{sleep: 1h}]\n").status == 3);
  CHECK(once("toys: [{sleep: 1h, ignore_cancellation: true}]\n").status == 3);
}

TEST_CASE("usage errors are one line and status 2; version and help are 0") {
  TemporaryDirectory const directory;
  auto const wrong = run(directory, {"--config.fil=x"});
  CHECK(wrong.status == 2);
  CHECK(wrong.err == "toy_exporter: error: unknown flag --config.fil, did you mean --config.file?\n");
  auto const version = run(directory, {"--version"});
  CHECK(version.status == 0);
  CHECK(version.out.starts_with("toy_exporter, version "));
  CHECK(run(directory, {"--help"}).out.starts_with("usage: toy_exporter [flags]"));
  auto const missing = run(directory, {"--config.file=/nonexistent.yml"});
  CHECK(missing.status == 2);
  CHECK(missing.err == "/nonexistent.yml: cannot be read: No such file or directory\n");
}

TEST_CASE("JSON log lines") {
  Toy toy("toys: [{}]\n", {"--log.format=json"});
  std::string const line = "\"level\":\"info\",\"component\":\"toy_exporter\",\"msg\":\"listening\"";
  CHECK(wait_until([&] { return toy.log().find(line) != std::string::npos; }));
}
