// pg_health_exporter: PostgreSQL primaries and replicas as Prometheus sees them.
#include <memory>
#include <string>
#include <vector>

#include "exporters/postgres/config.hpp"
#include "exporters/postgres/subjects.hpp"
#include "exporters/run_exporter.hpp"

int main(int argc, char** argv) {
  namespace exporters = fleet::exporters;
  exporters::ExporterDescription description;
  description.program = "pg_health_exporter";
  description.summary = "Prometheus exporter of PostgreSQL health, under the names of postgres_exporter.";
  description.default_config = "postgres.yml";
  description.default_listen = ":9703";
  auto const queries_files = std::make_shared<std::vector<std::string>>();
  description.flags = [queries_files](fleet::app::Flags& flags) {
    flags.add("extend.query-path", "FILE", "Custom queries in postgres_exporter's format, repeatable.",
              [queries_files](const std::string& file) { queries_files->push_back(file); });
  };
  description.parse = [queries_files](const fleet::config::Document& document) -> exporters::Build {
    return [config = exporters::postgres::read_config(document, *queries_files)](fleet::asio::any_io_executor executor, fleet::exporters::Purpose) {
      return exporters::postgres::make_collectors(executor, config);
    };
  };
  return exporters::run_exporter(argc, argv, description);
}
