// pg_health_exporter: PostgreSQL primaries and replicas as Prometheus sees them.
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
  description.parse = [](const fleet::config::Document& document) -> exporters::Build {
    return [config = exporters::postgres::read_config(document)](fleet::asio::any_io_executor executor, fleet::exporters::Purpose) {
      return exporters::postgres::make_collectors(executor, config);
    };
  };
  return exporters::run_exporter(argc, argv, description);
}
