#include "exporters/compliance/monthly/report_command.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include "core/app/command_list.hpp"
#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"
#include "core/app/log_flag.hpp"
#include "core/io/run_to_end.hpp"
#include "exporters/compliance/monthly/compose.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

using namespace std::chrono_literals;

constexpr auto program = "compliance_exporter";

/// Whole or not at all: a reader never finds half a report under its name.
void write_file(const std::string& name, const std::string& bytes) {
  auto const part = name + ".part";
  auto* const file = std::fopen(part.c_str(), "wb");
  if (!file) throw std::runtime_error("cannot write " + part);
  bool const written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  bool const closed = std::fclose(file) == 0;
  if (written && closed && std::rename(part.c_str(), name.c_str()) == 0) return;
  std::remove(part.c_str());
  throw std::runtime_error("cannot write " + name);
}

Month month_of(const std::string& text) {
  auto const month = parse_month(text);
  if (!month) throw app::UsageError("expected a month like 2026-10, got `" + text + "`");
  return *month;
}

}  // namespace

int run_report(int argc, const char* const* argv) {
  app::Flags flags(
      "compliance_exporter report",
      app::command_help(
          "Writes what the register and Prometheus say of a month: violations by framework and severity,\n"
          "time to resolve, consents, retention, Form 13, availability. Counts and ages only.",
          "compliance_exporter report --month 2026-10 --output compliance_report_202610.pdf",
          "0 written, 2 bad usage or configuration, 3 some of it could not be measured (the\n"
          "report says what, and standard error why) or it could not be written."));
  std::string config_file = "compliance.yml", output;
  std::optional<Month> month;
  std::chrono::milliseconds timeout = 2min;
  auto level = logging::Level::warn;
  flags.text("config.file", "FILE", "Configuration file of the exporter (compliance.yml).", &config_file);
  flags.add("month", "YYYY-MM", "Of which month, in the time zone that the configuration says.",
            [&](const std::string& text) { month = month_of(text); });
  flags.add("output", "FILE", "What to write; ends in .pdf or .html.", [&](const std::string& text) {
    if (!text.ends_with(".pdf") && !text.ends_with(".html"))
      throw app::UsageError("expected a file name that ends in .pdf or .html, got `" + text + "`");
    output = text;
  });
  app::add_duration(flags, "timeout", "For all readings together (2m).", &timeout, 100ms, 1h);
  app::add_log_level(flags, "debug, info, warn or error, on standard error (warn).", &level);
  if (!flags.parse(argc, argv)) return app::exit_met;
  if (!month) throw app::UsageError("expected --month");
  if (output.empty()) throw app::UsageError("expected --output");
  logging::start(program, level, logging::Style::logfmt);
  auto const config = read_config(config::Document::load(config_file));
  auto const span = span_of(*month, config.report.time_zone, std::chrono::system_clock::now());
  if (span.from >= span.to)
    throw app::UsageError("--month: expected a month that has begun, " + span.title() + " has not");

  asio::io_context io(1);
  auto const readings = run_to_end(io, read_month(config, span, Deadline::after(timeout)));
  auto const document = compose(config, readings);
  write_file(output, output.ends_with(".pdf") ? render_pdf(document) : render_html(document));
  auto const failures = readings.failures();
  for (auto const& failure : failures) std::fprintf(stderr, "%s: not measured: %s\n", program, failure.c_str());
  return failures.empty() ? app::exit_met : app::exit_unmeasured;
}

}  // namespace fleet::exporters::compliance::monthly
