// The program as CI calls it.
#include <catch2/catch.hpp>

#include "tests/servers/process.hpp"

using namespace fleet::testing;

namespace {

struct Outcome {
  int status;
  std::string output;
};

class Site {
 public:
  Site() {
    page = directory_.write("page.prom",
                            "# TYPE good gauge\ngood{x=\"1\"} 1\n# TYPE bad_total counter\nbad_total 1\n");
  }
  std::string rules(const std::string& expr, const std::string& comment = "") const {
    return directory_.write(
        "r.yml", "groups:\n  - name: g\n    rules:\n" + comment + "      - alert: A\n        expr: " + expr +
                     "\n        for: 1m\n        labels: {team: x}\n        annotations: {summary: s}\n");
  }
  Outcome run(std::vector<std::string> arguments) const {
    Launch launch;
    launch.command = {std::string(FLEET_BIN_DIR) + "/rule_lint", "--annotations=summary", "--labels=team"};
    launch.command.insert(launch.command.end(), arguments.begin(), arguments.end());
    launch.output = directory_.path() / "out";
    std::filesystem::remove(launch.output);
    Process process(launch);
    int const status = process.wait();
    return {status, process.output()};
  }
  std::string write(const std::string& name, const std::string& text) const {
    return directory_.write(name, text);
  }
  std::string page;

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("exit code 0 says that nothing was found") {
  Site const site;
  auto const run = site.run({"--metrics", site.page, site.rules("good > 1")});
  CHECK(run.status == 0);
  CHECK(run.output == "rule_lint: 1 rules in 1 files, 0 findings\n");
}

TEST_CASE("exit code 1 says that something was, one a line with its place") {
  Site const site;
  std::string const rules = site.rules("bad_total > 1 and goood");
  auto const run = site.run({"--metrics=" + site.page, rules});
  CHECK(run.status == 1);
  CHECK_THAT(run.output,
             Catch::Contains(rules + ":5:15: promql/counter: counter `bad_total` is compared as it stands"));
  CHECK_THAT(run.output,
             Catch::Contains(
                 rules + ":5:33: promql/series: nobody exports or records `goood`; did you mean `good`?\n"));
  CHECK_THAT(run.output, Catch::EndsWith("rule_lint: 1 rules in 1 files, 2 findings\n"));
}

TEST_CASE("comments and allow files make it 0 again, unless they are idle") {
  Site const site;
  std::string const comment = "      # rule_lint: allow promql/counter: it is what the operators want\n";
  CHECK(site.run({"--metrics=" + site.page, site.rules("bad_total > 1", comment)}).status == 0);
  auto const idle = site.run({"--metrics=" + site.page, site.rules("good > 1", comment)});
  CHECK(idle.status == 1);
  CHECK_THAT(
      idle.output,
      Catch::Contains("r.yml:4:7: lint/allow: there is no finding of promql/counter about `A` to allow"));
  std::string const allow =
      site.write("allow.yml", "allow: [{check: promql/counter, rule: A, reason: wanted}]\n");
  CHECK(site.run({"--metrics=" + site.page, "--allow=" + allow, site.rules("bad_total > 1")}).status == 0);
}

TEST_CASE("the scrape interval decides what window is too short") {
  Site const site;
  std::string const rules = site.rules("rate(bad_total[1m]) > 1");
  CHECK(site.run({"--metrics=" + site.page, rules}).status == 0);
  CHECK(site.run({"--metrics=" + site.page, "--scrape-interval=15s", rules}).status == 0);
  CHECK(site.run({"--metrics=" + site.page, "--scrape-interval=16s", rules}).status == 1);
}

TEST_CASE("routes and runbooks are looked at if they are given") {
  Site const site;
  std::string const rules = site.rules("good > 1");
  std::string const tree = site.write(
      "am.yml", "route: {receiver: all, routes: [{receiver: r, matchers: [team=\"y\", alertname=\"B\"]}]}\n");
  auto const run = site.run({"--metrics=" + site.page, "--alertmanager-config=" + tree, rules});
  CHECK(run.status == 1);
  CHECK_THAT(run.output,
             Catch::Contains(rules + ":4:16: alerts/routing: no route takes an alert with these labels"));
  CHECK_THAT(run.output,
             Catch::Contains(tree + ":1:68: alerts/routing: there is no alert `B`; did you mean `A`?\n"));
  auto const pages = std::filesystem::path(site.page).parent_path() / "pages";
  std::filesystem::create_directory(pages);
  site.write("pages/Apple.md", "# Apple\n");
  std::string const linked =
      site.write("l.yml",
                 "groups: [{name: g, rules: [{alert: A, expr: good > 1, for: 1m, labels: {team: x}, "
                 "annotations: {summary: s, runbook_url: 'https://wiki/Aple'}}]}]\n");
  auto const link = site.run({"--metrics=" + site.page, "--runbooks=" + pages.string(), linked});
  CHECK(link.status == 1);
  CHECK_THAT(
      link.output,
      Catch::Contains("alerts/runbook: there is no page `Aple` among the runbooks; did you mean `Apple`?"));
  site.write("pages/Aple.md", "# Aple\n");
  CHECK(site.run({"--metrics=" + site.page, "--runbooks=" + pages.string(), linked}).status == 0);
}

TEST_CASE("exit code 2 says that it could not look") {
  Site const site;
  std::string const rules = site.rules("good > 1");
  auto const check = [&](std::vector<std::string> arguments, const std::string& message) {
    auto const run = site.run(std::move(arguments));
    CHECK(run.status == 2);
    CHECK_THAT(run.output, Catch::Contains(message));
  };
  check({"--metrics=" + site.page}, "expected files of rules, see --help");
  check({rules}, "expected --metrics or --outside");
  check({"--metrics=/nowhere", rules}, "/nowhere: cannot be read: No such file or directory");
  check({"--metrics=" + site.page, "/nowhere.yml"}, "/nowhere.yml: cannot be read: No such file or directory");
  check({"--metrics=" + site.page, "--scrape-interval=soon", rules},
        "--scrape-interval: expected a duration such as 15s, got `soon`");
  check({"--metrics=" + site.page, "--runbooks=/nowhere", rules},
        "/nowhere: cannot be read: No such file or directory");
  check({"--metrics=" + site.page, "--alertmanager-config=/nowhere", rules},
        "/nowhere: cannot be read: No such file or directory");
  check({"--metrics=" + site.page, "--metric=x", rules}, "unknown flag --metric, did you mean --metrics?");
  check({"--metrics=" + site.page, site.write("x.yml", "groups: 5\n")}, "x.yml:1:9: expected a list, got `5`");
}

TEST_CASE("the help text names the checks") {
  auto const run = Site().run({"--help"});
  CHECK(run.status == 0);
  CHECK_THAT(run.output,
             Catch::Contains("promql/vector_matching") && Catch::Contains("--scrape-interval=DURATION"));
}
