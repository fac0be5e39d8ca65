// Australian legal compliance: the register of violations, response times, Form 13, retention, and the
// compliance monitor.
#include <memory>
#include <utility>

#include "exporters/compliance/collectors.hpp"
#include "exporters/compliance/config.hpp"
#include "exporters/run_exporter.hpp"

int main(int argc, char** argv) {
  using namespace fleet;
  auto const memory = std::make_shared<exporters::compliance::Memory>();
  exporters::ExporterDescription description;
  description.program = "compliance_exporter";
  description.summary =
      "Exports Australian legal compliance: violations, response times, Form 13, retention, the monitor.";
  description.default_config = "compliance.yml";
  description.default_listen = ":9704";
  description.parse = [memory](const config::Document& document) -> exporters::Build {
    auto const config = std::make_shared<const exporters::compliance::Config>(exporters::compliance::read_config(document));
    return [config, memory](asio::any_io_executor executor, exporters::Purpose) {
      return exporters::compliance::make_collectors(*config, memory, std::move(executor));
    };
  };
  return exporters::run_exporter(argc, argv, description);
}
