// Australian legal compliance: the register of violations, response times, Form 13, retention, and the
// compliance monitor.
#include <array>
#include <memory>
#include <utility>

#include "exporters/compliance/checks.hpp"
#include "exporters/compliance/collectors.hpp"
#include "exporters/compliance/config.hpp"
#include "exporters/compliance/monthly/report_command.hpp"
#include "exporters/run_exporter.hpp"

int main(int argc, char** argv) {
  using namespace fleet;
  static constexpr std::array<app::Command, 2> commands{{
      {"check", "name every breach in the register, and whether the monitor sees",
       exporters::compliance::run_check},
      {"report", "a month of compliance as a PDF or HTML", exporters::compliance::monthly::run_report},
  }};
  auto const memory = std::make_shared<exporters::compliance::Memory>();
  exporters::ExporterDescription description;
  description.program = "compliance_exporter";
  description.summary =
      "Exports Australian legal compliance: violations, response times, Form 13, retention, the monitor.";
  description.default_config = "compliance.yml";
  description.default_listen = ":9704";
  description.parse = [memory](const config::Document& document) -> exporters::Build {
    auto const config =
        std::make_shared<const exporters::compliance::Config>(exporters::compliance::read_config(document));
    return [config, memory](asio::any_io_executor executor, exporters::Purpose) {
      return exporters::compliance::make_collectors(*config, memory, std::move(executor));
    };
  };
  description.commands = commands;
  return exporters::run_exporter(argc, argv, description);
}
