#include "slo/lint/allowances.hpp"

#include <catch2/catch.hpp>

#include "tests/message_of.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::lint;
using namespace fleet::testing;

namespace {

Finding finding(std::size_t line, std::string check, std::string rule, std::string message = "m") {
  return {{"r.yml", line, 1}, std::move(check), std::move(rule), std::move(message)};
}

}  // namespace

TEST_CASE("an allow file takes findings away and names what it did not need") {
  TemporaryDirectory const directory;
  std::string const file =
      directory.write("allow.yml",
                      "allow:\n  - {check: promql/rate, rule: A, message: ^one, reason: r}\n"
                      "  - {check: promql/series, rule: B, reason: r}\n");
  Allowances allowances;
  allowances.load(file);
  auto const left = allowances.left(
      {finding(1, "promql/rate", "A", "one thing"), finding(2, "promql/rate", "A", "another one"),
       finding(3, "promql/rate", "C", "one thing"), finding(4, "promql/counter", "A", "one thing")});
  REQUIRE(left.size() == 4);
  CHECK(left[0].place.line == 2);
  CHECK(left[1].place.line == 3);
  CHECK(left[2].place.line == 4);
  CHECK(line_of(left[3]) == file + ":3:5: lint/allow: there is no finding of promql/series about `B` to allow");
}

TEST_CASE("a comment speaks for its own rule only") {
  std::vector<RuleFile> files;
  files.push_back(
      parse_rules("groups:\n  - name: g\n    rules:\n      - {alert: A, expr: a}\n"
                  "      # rule_lint: allow promql/rate: r\n      - {alert: A, expr: b}\n",
                  "r.yml"));
  Allowances allowances;
  allowances.add(RuleSet(std::move(files)));
  auto const left = allowances.left({finding(4, "promql/rate", "A"), finding(6, "promql/rate", "A")});
  REQUIRE(left.size() == 1);
  CHECK(left[0].place.line == 4);
  CHECK(allowances.left({}).size() == 1);
}

TEST_CASE("an allow file without reasons, or of unknown checks, is refused") {
  TemporaryDirectory const directory;
  auto const refused = [&](const std::string& text) {
    return message_of([&] { Allowances().load(directory.write("a.yml", text)); });
  };
  CHECK_THAT(refused("allow:\n  - {check: promql/rate, rule: A}\n"),
             Catch::EndsWith("a.yml:2:5: missing key `reason`"));
  CHECK_THAT(refused("allow:\n  - {check: promql/rat, rule: A, reason: r}\n"),
             Catch::EndsWith("a.yml:2:13: expected the name of a check such as promql/rate, got `promql/rat`"));
  CHECK_THAT(refused("allow:\n  - {check: promql/rate, rule: A, reason: ''}\n"),
             Catch::Contains("a.yml:2:43: expected"));
}
