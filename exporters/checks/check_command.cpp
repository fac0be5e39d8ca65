#include "exporters/checks/check_command.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>

#include "core/app/command_list.hpp"
#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"
#include "core/app/log_flag.hpp"
#include "core/io/run_to_end.hpp"
#include "core/report/output.hpp"
#include "exporters/checks/check_report.hpp"

namespace fleet::exporters {

namespace {

using namespace std::chrono_literals;

std::string help_of(const CheckDescription& description) {
  std::string text = description.what + "\n\nChecks:\n";
  for (auto const& subject : description.subjects) {
    text += "  " + std::string(subject.name) + std::string(14 - subject.name.size(), ' ') +
            std::string(subject.summary) + "\n";
  }
  text.pop_back();
  return app::command_help(text, description.example,
                           "0 compliant, 1 a breach, 2 bad usage or configuration, 3 something could not be\n"
                           "measured and what could be is no breach.");
}

void add_names(std::set<std::string>& only, std::span<const CheckSubject> subjects, const std::string& list) {
  for (std::size_t at = 0; at <= list.size();) {
    auto const end = std::min(list.find(',', at), list.size());
    auto const name = list.substr(at, end - at);
    std::string known;
    bool found = false;
    for (auto const& subject : subjects) {
      known.append(known.empty() ? "" : ", ").append(subject.name);
      found |= subject.name == name;
    }
    if (!found) throw app::UsageError("expected some of " + known + ", got `" + name + "`");
    only.insert(name);
    at = end + 1;
  }
}

}  // namespace

int run_check(int argc, const char* const* argv, const CheckDescription& description) {
  app::Flags flags(description.program + " check", help_of(description));
  std::string file = description.default_config;
  std::set<std::string> only;
  auto output = report::Output::table;
  auto level = logging::Level::warn;
  std::chrono::milliseconds timeout = 30s;
  flags.text("config.file", "FILE", "Configuration file of the exporter (" + file + ").", &file);
  flags.add("only", "NAMES", "Some of the checks, separated by commas (all that are configured).",
            [&](const std::string& list) { add_names(only, description.subjects, list); });
  report::add_output(flags, &output);
  app::add_duration(flags, "timeout", "For the whole check (30s).", &timeout, 100ms, 10min);
  app::add_log_level(flags, "debug, info, warn or error, on standard error (warn).", &level);
  if (!flags.parse(argc, argv)) return app::exit_met;
  logging::start(description.program, level, logging::Style::logfmt);
  auto const judge = description.parse(config::Document::load(file));

  CheckReport report;
  report.program = description.program;
  report.began = std::chrono::system_clock::now();
  auto const begin = Deadline::Clock::now();
  asio::io_context io(1);
  report.findings = run_to_end(io, judge(io.get_executor(), only, Deadline::after(timeout)));
  report.duration = Deadline::Clock::now() - begin;
  auto const page = render(report, output);
  bool const written = std::fwrite(page.data(), 1, page.size(), stdout) == page.size();
  if (std::fflush(stdout) == 0 && written) return exit_status(report);
  std::fprintf(stderr, "%s: error: the findings could not be written\n", description.program.c_str());
  return app::exit_unmeasured;
}

}  // namespace fleet::exporters
