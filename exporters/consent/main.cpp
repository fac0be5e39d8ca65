// Privacy consents: granted, withdrawn, expired, and whether processing follows them.
#include <array>
#include <memory>
#include <utility>

#include "exporters/consent/checks.hpp"
#include "exporters/consent/collectors.hpp"
#include "exporters/consent/config.hpp"
#include "exporters/run_exporter.hpp"

int main(int argc, char** argv) {
  using namespace fleet;
  static constexpr std::array<app::Command, 1> commands{{
      {"check", "name withdrawals not acted on, and data used without a consent",
       exporters::consent::run_check},
  }};
  auto const memory = std::make_shared<exporters::consent::Memory>();
  exporters::ExporterDescription description;
  description.program = "consent_exporter";
  description.summary =
      "Exports privacy consents: granted, withdrawn, expired, and whether processing follows them.";
  description.default_config = "consent.yml";
  description.default_listen = ":9705";
  description.parse = [memory](const config::Document& document) -> exporters::Build {
    auto const config =
        std::make_shared<const exporters::consent::Config>(exporters::consent::read_config(document));
    return [config, memory](asio::any_io_executor executor, exporters::Purpose) {
      return exporters::consent::make_collectors(*config, memory, std::move(executor));
    };
  };
  description.commands = commands;
  return exporters::run_exporter(argc, argv, description);
}
