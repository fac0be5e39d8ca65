// legalllm_demo: LegalLLM Professional as the fleet sees it, with faults on demand.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "core/app/exit_status.hpp"
#include "core/app/flags.hpp"
#include "core/app/healthcheck.hpp"
#include "core/app/logging.hpp"
#include "core/config/document.hpp"
#include "core/io/parse_number.hpp"
#include "demo/legal_llm.hpp"

namespace {

using fleet::app::UsageError;
using fleet::demo::Settings;
using Set = std::function<void(const std::string&)>;

template <class Number>
Set number(Number* target, Number min, Number max) {
  return [target, min, max](const std::string& text) {
    auto const value = fleet::parse_number<Number>(text);
    if (!value || !(*value >= min && *value <= max)) {
      throw UsageError("expected a number from " + std::to_string(min) + " to " + std::to_string(max) +
                       ", got \"" + text + "\"");
    }
    *target = *value;
  };
}

template <class Options>
Set address(Options* target) {
  return [target](const std::string& text) {
    auto const colon = text.rfind(':');
    std::string host, port;
    if (colon != std::string::npos) {
      host = text.substr(0, colon);
      port = text.substr(colon + 1);
    }
    if (host.empty()) throw UsageError("expected host:port, got \"" + text + "\"");
    number<std::uint16_t>(&target->port, 1, 65535)(port);
    target->host = host;
  };
}

void register_flags(fleet::app::Flags& flags, Settings& settings) {
  flags.add("redis-coordinator", "HOST:PORT", "Redis that carries the messages (127.0.0.1:9733).",
            address(&settings.coordinator));
  flags.add("redis-queue", "HOST:PORT", "Redis that holds the documents (127.0.0.1:9734).",
            address(&settings.queue));
  flags.add("postgres", "HOST:PORT", "PostgreSQL (127.0.0.1:9732).", address(&settings.database));
  flags.text("postgres-user", "NAME", "Role that writes the registers (legalllm_app).",
             &settings.database.user);
  flags.text("database", "NAME", "Database (legalllm_multiagent).", &settings.database.database);
  flags.text("interface.listen", "ADDRESS", "Unified interface (127.0.0.1:9710).", &settings.interface_listen);
  flags.text("compliance.listen", "ADDRESS", "Compliance monitor (127.0.0.1:9711).",
             &settings.compliance_listen);
  flags.text("control.listen", "ADDRESS", "Faults (127.0.0.1:9712).", &settings.control_listen);
  flags.text("agents.host", "HOST", "Where the agents listen, and what their cards say (127.0.0.1).",
             &settings.agents_host);
  flags.add("agents.base-port", "PORT", "First of the agents' ten ports (9721).",
            number<std::uint16_t>(&settings.agents_base_port, 1, 65526));
  flags.add("seed", "N", "Seed of everything drawn at random (1).",
            number<std::uint64_t>(&settings.seed, 0, UINT64_MAX - 1000));
  flags.add("hops-per-second", "N", "Messages between agents per second (40).",
            number<double>(&settings.hops_per_second, 0, 20000));
  flags.add("batch-size", "N", "Documents of a batch, up to a tenth more (520).",
            number<std::uint32_t>(&settings.batch_size, 1, 100000));
  flags.add("batch-every", "DURATION", "Time from one batch's start to the next (60s).",
            [&settings](const std::string& text) {
              auto const length = fleet::config::parse_duration(text);
              if (!length) throw UsageError("expected a duration such as 60s, got \"" + text + "\"");
              settings.batch_every = *length;
            });
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  fleet::app::Flags flags("legalllm_demo",
                          "LegalLLM Professional as the fleet sees it, with faults on demand.");
  register_flags(flags, settings);
  bool healthcheck = false;
  flags.toggle("healthcheck",
               "Ask the demo whose --control.listen this is whether it is ready and exit: 0, or 1.",
               &healthcheck);
  try {
    if (!flags.parse(argc, argv)) return fleet::app::exit_met;
    if (healthcheck) return fleet::app::healthcheck("legalllm_demo", settings.control_listen, "/-/ready");
  } catch (const UsageError& e) {
    std::cerr << "legalllm_demo: " << e.what() << "\n";
    return fleet::app::exit_usage;
  }
  fleet::logging::start("legalllm_demo", fleet::logging::Level::info, fleet::logging::Style::logfmt);

  boost::asio::io_context io(1);
  fleet::demo::LegalLlm system(io, settings);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code& failure, int) {
    if (!failure) io.stop();
  });
  try {
    system.start();
  } catch (const std::system_error& e) {
    fleet::logging::error("cannot start", {{"err", e.what()}});
    return fleet::app::exit_usage;
  }
  fleet::logging::info("started",
                       {{"interface", settings.interface_listen}, {"control", settings.control_listen}});
  io.run();

  system.stop();
  io.restart();
  io.run_for(std::chrono::seconds(3));  // returns as soon as everything has unwound
  fleet::logging::info("stopped");
  return fleet::app::exit_met;
}
