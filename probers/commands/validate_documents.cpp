#include "probers/commands/validate_documents.hpp"

#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"
#include "probers/commands/command.hpp"
#include "probers/commands/report_formats.hpp"
#include "probers/commands/selection.hpp"
#include "probers/documents/documents_module.hpp"
#include "probers/once.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

constexpr FactKind batch_kind{"slo_prober_run_batch_seconds",
                              "From announcing the batch until it was finished."};
constexpr FactKind target_kind{"slo_prober_run_target_seconds", "The objective's time for the batch."};
constexpr FactKind documents_kind{"slo_prober_run_documents", "Documents in the batch."};
constexpr FactKind failed_kind{"slo_prober_run_failed", "Documents of the batch that failed."};
constexpr FactKind rate_kind{"slo_prober_run_achieved_rate", "Documents a second."};

struct DocumentsFlags {
  std::uint64_t documents = 500;
  std::chrono::milliseconds target_time{90'000}, timeout{0};  // timeout 0: twice the target
  Selection selection;
};

/// Leaves only the documents probes, each with a batch of the size and the objective that were asked for.
/// Returns whether a golden hash had to go: it is that of the configured size.
bool take_documents_probes(FleetConfig& fleet, const DocumentsFlags& flags) {
  bool dropped = false;
  std::vector<ProbeConfig> kept;
  for (auto& probe : fleet.probes) {
    auto const* const module = dynamic_cast<const DocumentsModule*>(probe.module.module.get());
    if (!module) continue;
    auto options = module->options();
    if (!options.golden_sha256.empty() && options.size != flags.documents) {
      options.golden_sha256.clear();
      dropped = true;
    }
    options.size = static_cast<std::uint32_t>(flags.documents);
    options.objective = flags.target_time;
    probe.module.module = std::make_shared<DocumentsModule>(std::move(options));
    probe.timeout = flags.timeout;
    kept.push_back(std::move(probe));
  }
  fleet.probes = std::move(kept);
  return dropped;
}

std::vector<Measure> measures_of(const Facts& facts, const DocumentsFlags& flags) {
  auto const value = [&](const FactKind& kind) {
    auto const* const found = facts.find(kind);
    return found ? *found : std::numeric_limits<double>::quiet_NaN();
  };
  return {{&documents_kind, static_cast<double>(flags.documents)},
          {&batch_kind, value(facts::documents_seconds)},
          {&target_kind, std::chrono::duration<double>(flags.target_time).count()},
          {&failed_kind, value(facts::documents_failed)},
          {&rate_kind, value(facts::documents_throughput)}};
}

/// The probe says what it took and what was allowed; people want the difference too.
void add_excess(ProbeResult& result, const DocumentsFlags& flags) {
  auto const* const took = result.facts.find(facts::documents_seconds);
  auto const target = std::chrono::duration<double>(flags.target_time).count();
  if (result.reason == Reason::slow && took) result.detail += ", " + human_seconds(*took - target) + " over";
  if (result.reason == Reason::timeout)
    result.detail +=
        "; given up after " + human_seconds(result.duration) + ", wanted within " + human_seconds(target);
}

awaitable<Report> make_report(FleetConfig* fleet, const DocumentsFlags* flags) {
  bool const dropped = take_documents_probes(*fleet, *flags);
  auto roster = co_await roster_of(*fleet, Deadline::after(10s));
  if (roster.probes.empty() && roster.gaps.empty())
    throw app::UsageError("the configuration has no documents probe");
  apply(flags->selection, roster);
  Report report;
  report.command = "validate documents";
  report.began = std::chrono::system_clock::now();
  auto const begin = Deadline::Clock::now();
  report.rows = rows_of(roster);
  OnceOptions once;
  once.concurrency = 1;  // two batches through one queue would measure each other
  OnceObserver const observer = [&](std::size_t probe, ProbeResult result, bool) {
    add_excess(result, *flags);
    report.rows[probe].measures = measures_of(result.facts, *flags);
    report.rows[probe].add(std::move(result));
  };
  co_await run_once(roster.probes, once, observer);
  if (dropped)
    report.remarks.emplace_back("the golden hash was not judged: it belongs to a batch of another size");
  report.summary = std::to_string(flags->documents) + " documents within " + human_seconds(flags->target_time) +
                   ": " + summarize(report.rows);
  report.duration = Deadline::Clock::now() - begin;
  co_return report;
}

}  // namespace

int run_validate_documents(int argc, const char* const* argv) {
  app::Flags flags(
      "slo_prober validate documents",
      command_help("Sends one synthetic batch through the queue of each configured documents probe\n"
                   "and judges how long the pipeline takes to finish it, and whether every\n"
                   "document came through.",
                   "slo_prober validate documents --target-docs 500 --target-time 90"));
  CommandFlags common;
  DocumentsFlags options;
  common.register_on(flags, "validate documents");
  options.selection.register_on(flags);
  add_count(flags, "target-docs", "Documents in the batch (500).", &options.documents, 1, 100'000);
  add_duration(flags, "target-time", "How long the batch may take (90).", &options.target_time, 1ms, 24h);
  add_duration(flags, "timeout", "When to give up (twice --target-time).", &options.timeout, 1ms, 48h);
  if (!flags.parse(argc, argv)) return app::exit_met;
  common.settle();
  if (options.timeout.count() == 0) options.timeout = 2 * options.target_time;
  if (options.timeout < options.target_time)
    throw app::UsageError("--timeout: expected at least --target-time");
  asio::io_context io;
  auto fleet = read_fleet(config::Document::load(common.config_file));
  auto const report = run_to_end(io, make_report(&fleet, &options));
  return conclude(io, report, common);
}

}  // namespace fleet::probers
