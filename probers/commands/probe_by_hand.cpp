#include "probers/commands/probe_by_hand.hpp"

#include <algorithm>

#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"
#include "probers/commands/command.hpp"
#include "probers/commands/report_formats.hpp"
#include "probers/commands/selection.hpp"
#include "probers/self_canary.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using Cells = std::vector<std::string>;

struct Request {
  std::string module;
  TargetSpec target;
  std::chrono::milliseconds timeout{0};  // 0: the module's
  std::chrono::milliseconds interval{1000};
  std::uint64_t repeat = 1;
};

std::string indented(const std::string& block) {
  std::string out;
  std::size_t begin = 0;
  while (begin < block.size()) {
    auto const end = block.find('\n', begin) + 1;
    out += "  " + block.substr(begin, end - begin);
    begin = end;
  }
  return out;
}

std::string facts_block(const Facts& facts) {
  std::vector<Cells> lines;
  for (auto const& fact : facts.all()) {
    std::vector<Label> const labels(fact.labels.begin(), fact.labels.end());
    std::string name(fact.kind->name), value;
    append_labels(name, labels);
    append_value(value, fact.value);
    lines.push_back({printable(name), value});
  }
  return align(lines);
}

awaitable<Report> make_report(const Request* request, const NamedModule* module) {
  auto const executor = co_await asio::this_coro::executor;
  Report report;
  report.command = "probe";
  report.began = std::chrono::system_clock::now();
  auto const begin = Deadline::Clock::now();
  auto const probe = module->module->probe(request->target);
  Instruments instruments;
  SelfCanary canary(executor, instruments, "0");
  canary.start();
  asio::steady_timer timer(executor);
  for (std::uint64_t i = 0; i < request->repeat; ++i) {
    timer.expires_at(begin + i * request->interval);
    co_await timer.async_wait(asio::use_awaitable);
    ReportRow row;
    row.identity = {request->module, request->target.address, {}};
    row.kind = module->kind;
    row.timeout = request->timeout;
    auto const began = Deadline::Clock::now();
    Notes notes;
    auto result = co_await attempt_once(*probe, Deadline::after(request->timeout), &notes);
    judge_starvation(result, canary.worst_since(began, Deadline::Clock::now()), request->timeout);
    row.notes = notes.lines();
    row.add(std::move(result));
    report.text += (report.text.empty() ? "" : "\n") + explain(row);
    report.rows.push_back(std::move(row));
  }
  canary.stop();
  if (request->repeat == 1) {
    auto const& result = report.rows[0].result;
    report.summary =
        request->module + " " + request->target.address + ": " + std::string(to_string(result.outcome));
    if (result.outcome != Outcome::good) report.summary += " (" + std::string(to_string(result.reason)) + ")";
  } else {
    auto const good = std::count_if(report.rows.begin(), report.rows.end(),
                                    [](auto const& row) { return row.result.outcome == Outcome::good; });
    report.summary = std::to_string(good) + " of " + std::to_string(request->repeat) + " attempts good";
  }
  report.duration = Deadline::Clock::now() - begin;
  co_return report;
}

}  // namespace

std::string explain(const ReportRow& row) {
  auto const& result = row.result;
  std::string out =
      row.kind + " " + printable(row.identity.target) + ": " + std::string(to_string(result.outcome));
  out += " in " + human_seconds(result.duration);
  if (row.timeout.count() > 0) out += " of at most " + human_seconds(row.timeout);
  out += "\n";
  if (result.outcome != Outcome::good) {
    std::vector<Cells> const why{{"reason", std::string(to_string(result.reason))},
                                 {"step", printable(result.step)},
                                 {"detail", printable(result.detail)}};
    out += indented(align(why));
  }
  if (!result.phases.empty()) {
    std::vector<Cells> lines;
    for (auto const& [name, value] : result.phases) lines.push_back({std::string(name), human_seconds(value)});
    out += "Phases:\n" + indented(align(lines));
  }
  if (!result.facts.all().empty()) out += "Facts:\n" + indented(facts_block(result.facts));
  if (!row.notes.empty()) {
    std::vector<Cells> lines;
    for (auto const& [at, note] : row.notes) lines.push_back({"+" + human_seconds(at), printable(note)});
    out += "Notes:\n" + indented(align(lines));
  }
  return out + "Trace: " + result.trace.trace_id() + "\n";
}

int run_probe_by_hand(int argc, const char* const* argv) {
  app::Flags flags(
      "slo_prober probe",
      command_help("Tries one target by hand and shows every phase, fact and step. The module is one\n"
                   "of the configuration, a probe's name (its own options), or a kind with its\n"
                   "defaults (http, tcp, icmp, a2a, ...), which needs no configuration file.",
                   "slo_prober probe --module http https://legalllm.example/healthz"));
  CommandFlags common;
  Request request;
  std::vector<std::string> words;
  common.register_on(flags, "probe");
  flags.text("module", "NAME", "Module, probe or kind.", &request.module);
  flags.text("hostname", "NAME", "Host header and TLS server name in place of the target's own.",
             &request.target.hostname);
  add_duration(flags, "timeout", "Of one attempt (the module's, else 5s).", &request.timeout, 1ms, 1h);
  add_count(flags, "repeat", "Attempts (1).", &request.repeat, 1, 100'000);
  add_duration(flags, "interval", "Between the starts of two attempts (1s).", &request.interval, 0ms, 1h);
  flags.positionals("TARGET", &words);
  if (!flags.parse(argc, argv)) return app::exit_met;
  common.settle();
  if (request.module.empty()) throw app::UsageError("expected --module=NAME");
  if (words.size() != 1) throw app::UsageError("expected one target, got " + std::to_string(words.size()));
  request.target.address = words[0];

  asio::io_context io;
  auto const fleet = read_fleet_if_there(common);
  auto const module = find_module(fleet, request.module);
  if (request.timeout.count() == 0) request.timeout = module.timeout.value_or(5s);
  auto const report = run_to_end(io, make_report(&request, &module));
  return conclude(io, report, common);
}

}  // namespace fleet::probers
