// Custom queries of compliance_exporter and consent_exporter.
#include <catch2/catch.hpp>

#include "tests/exporters/custom_sql/queries_site.hpp"

namespace fleet::testing {

TEST_CASE("the exporters of registers ask custom queries too") {
  PostgresServer server;
  server.load_demo_schema();
  server.run_sql("INSERT INTO cases (case_type) VALUES ('property_settlement'), ('parenting')", kDatabase);
  for (std::string const exporter : {"compliance_exporter", "consent_exporter"}) {
    INFO(exporter);
    TemporaryDirectory directory;
    auto const config = directory.write(
        "config.yml",
        "database: {address: '" + server.address() + "', user: fleet_monitor, database: " + kDatabase + "}\n" +
            "custom_queries:\n"
            "  - {name: legalllm, query: 'SELECT case_type, count(*) AS open_cases FROM cases GROUP BY 1', "
            "labels: [case_type], values: {open_cases: {type: gauge, help: Open cases.}}}\n"
            "  - {name: bad, query: SELECT 1 AS n FROM nowhere, values: {n: gauge}}\n");
    Launch launch;
    launch.command = {std::string(FLEET_BIN_DIR) + "/" + exporter, "--once", "--config.file=" + config};
    launch.output = directory.path() / "page";
    Process process(std::move(launch));
    CHECK(process.wait(std::chrono::seconds(30)) == 3);
    auto const output = process.output();
    INFO(output);
    SamplePage const page(output);
    CHECK(page.at("legalllm_open_cases{case_type=\"parenting\"}") == 1);
    CHECK(page.at(exporter + "_custom_query_success{query=\"legalllm\"}") == 1);
    CHECK(page.at(exporter + "_custom_query_success{query=\"bad\"}") == 0);
    CHECK(times(output, "level=warn") == 1);
    CHECK_THAT(output, Catch::Contains("# HELP legalllm_open_cases Open cases.\n"));
  }
}

}  // namespace fleet::testing
