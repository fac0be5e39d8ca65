// `slo_rules backtest` against a Prometheus whose history is known.
#include <catch2/catch.hpp>
#include <sstream>

#include "slo/backtest/instants.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/waiting.hpp"
#include "tests/slo/specification_of.hpp"

namespace {

using namespace fleet::testing;
using fleet::slo::format_instant;

constexpr std::int64_t begin = 1704067200;  // 2024-01-01, three hours of history every 30 s
constexpr std::int64_t outage_from = begin + 5400, outage_to = outage_from + 1200;

/// All events are bad during the outage, none before and after.
std::string history() {
  std::ostringstream all, bad;
  int count = 0, failed = 0;
  for (std::int64_t at = begin; at <= begin + 10800; at += 30) {
    count += 30;
    if (at > outage_from && at <= outage_to) failed += 30;
    all << "all_total " << count << ' ' << at << '\n';
    bad << "bad_total " << failed << ' ' << at << '\n';
  }
  return "# TYPE all counter\n" + all.str() + "# TYPE bad counter\n" + bad.str() + "# EOF\n";
}

int run(std::vector<std::string> command, const std::filesystem::path& output = {}) {
  Launch launch;
  launch.command = std::move(command);
  launch.output = output;
  return Process(launch).wait(std::chrono::seconds(60));
}

}  // namespace

TEST_CASE("backtest finds the outage in the history, and nothing where there was none") {
  TemporaryDirectory directory;
  std::string const data = directory.path() / "data", output = directory.path() / "out";
  auto const samples = directory.write("history.om", history());
  REQUIRE(run({"promtool", "tsdb", "create-blocks-from", "openmetrics", samples, data}) == 0);
  auto const config = directory.write("prometheus.yml", "global: {scrape_interval: 1h}\n");
  std::string const port = std::to_string(free_port());
  Launch launch;
  launch.command = {"prometheus", "--config.file=" + config, "--storage.tsdb.path=" + data,
                    "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:" + port};
  Process prometheus(launch);
  auto const specification = directory.write("slo.yml", fleet::slo::testing::sloth_file("99.9"));
  auto const backtest = [&](std::int64_t from, std::int64_t to) {
    return run({std::string(FLEET_BIN_DIR) + "/slo_rules", "backtest", "--prometheus=http://127.0.0.1:" + port,
                "--from=" + format_instant(from), "--to=" + format_instant(to), specification},
               output);
  };
  // 3 is "could not be asked": it is not up yet.
  REQUIRE(wait_until([&] { return backtest(begin + 1800, outage_from) != 3; }));
  CHECK(backtest(begin + 1800, outage_from) == 0);
  CHECK(backtest(begin + 1800, begin + 10800) == 1);
  std::string const said = read_text(output);
  INFO(said);
  CHECK(said.find("web-pages PagesFail (page): would have fired 1 time(s)") != std::string::npos);
  // The first evaluation at which more than 1.44 % of the last hour was bad: 52 s into the outage.
  CHECK(said.find("  " + format_instant(outage_from + 60) + " to ") != std::string::npos);
}
