// pg_health_exporter: PostgreSQL primaries and replicas as Prometheus sees them.
#include <memory>
#include <string>
#include <vector>

#include "exporters/postgres/collector_flags.hpp"
#include "exporters/postgres/config.hpp"
#include "exporters/postgres/probe_targets.hpp"
#include "exporters/postgres/subjects.hpp"
#include "exporters/run_exporter.hpp"

int main(int argc, char** argv) {
  namespace exporters = fleet::exporters;
  namespace postgres = exporters::postgres;
  postgres::CollectorFlags switches;
  exporters::ExporterDescription description;
  description.program = "pg_health_exporter";
  description.summary = "Prometheus exporter of PostgreSQL health, under the names of postgres_exporter.";
  description.default_config = "postgres.yml";
  description.default_listen = ":9703";
  auto const queries_files = std::make_shared<std::vector<std::string>>();
  auto const read = [&switches, queries_files](const fleet::config::Document& document) {
    postgres::Config config = postgres::read_config(document, *queries_files);
    switches.apply(config);
    return config;
  };
  description.parse = [read](const fleet::config::Document& document) -> exporters::Build {
    return [config = read(document)](fleet::asio::any_io_executor executor, exporters::Purpose) {
      return postgres::make_collectors(executor, config);
    };
  };
  description.multi_target = [read](const fleet::config::Document& document,
                                    fleet::asio::any_io_executor executor) {
    postgres::Config config = read(document);
    bool const wanted = config.probe.enabled;
    return wanted ? std::make_shared<postgres::ProbeTargets>(executor, std::move(config)) : nullptr;
  };
  description.flags = [&switches, queries_files](fleet::app::Flags& flags) {
    switches.register_on(flags);
    flags.add("extend.query-path", "FILE", "Custom queries in postgres_exporter's format, repeatable.",
              [queries_files](const std::string& file) { queries_files->push_back(file); });
  };
  description.collector_name = [](const std::string& name) { return std::string(postgres::subject_of(name)); };
  return exporters::run_exporter(argc, argv, description);
}
