#include "probers/commands/report.hpp"

#include <algorithm>
#include <numeric>

#include "core/app/exit_status.hpp"
#include "core/io/seconds.hpp"

namespace fleet::probers {

namespace {

constexpr std::string_view measure_prefix = "slo_prober_run_";

int severity(Outcome outcome) { return outcome == Outcome::bad ? 2 : outcome == Outcome::unknown ? 1 : 0; }

void name_those(std::string& out, const std::vector<ReportRow>& rows, Outcome outcome, std::string_view word) {
  constexpr std::size_t most = 10;
  std::size_t named = 0;
  for (auto const& row : rows) {
    if (row.result.outcome != outcome) continue;
    if (++named > most) continue;
    if (named > 1)
      out += ", ";
    else
      out += std::string(" ") + std::string(word) + ": ";
    out +=
        row.identity.probe + "/" + row.identity.target + " (" + std::string(to_string(row.result.reason)) + ")";
  }
  if (named > most) out += ", ...";
}

std::vector<Label> labels_of(const Identity& identity) {
  std::vector<Label> labels{{"probe", identity.probe}, {"target", identity.target}};
  labels.insert(labels.end(), identity.labels.begin(), identity.labels.end());
  return labels;
}

void add_row(Families& out, const ReportRow& row) {
  auto labels = labels_of(row.identity);
  auto const& result = row.result;
  out.gauge("probe_success", "Whether the probe was good.")
      .add(labels, result.outcome == Outcome::good ? 1 : 0);
  out.gauge("probe_duration_seconds", "Duration of the attempt.").add(labels, seconds(result.duration));
  for (auto const& [name, value] : result.phases) {
    labels.emplace_back("phase", name);
    out.gauge(result.phase_kind->name, result.phase_kind->help).add(labels, value);
    labels.pop_back();
  }
  for (auto const& fact : result.facts.all()) {
    auto with = labels;
    with.insert(with.end(), fact.labels.begin(), fact.labels.end());
    out.gauge(fact.kind->name, fact.kind->help).add(with, fact.value);
  }
  for (auto const& measure : row.measures)
    out.gauge(measure.kind->name, measure.kind->help).add(labels, measure.value);
}

}  // namespace

std::string_view key_of(const Measure& measure) {
  auto name = measure.kind->name;
  if (name.starts_with(measure_prefix)) name.remove_prefix(measure_prefix.size());
  return name;
}

std::uint64_t ReportRow::attempts_in_all() const {
  return std::accumulate(attempts.begin(), attempts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, auto const& entry) { return sum + entry.second; });
}

std::uint64_t ReportRow::attempts_of(Outcome outcome) const {
  std::uint64_t sum = 0;
  for (auto const& [what, count] : attempts) sum += what.first == outcome ? count : 0;
  return sum;
}

void ReportRow::add(ProbeResult attempt) {
  bool const first = attempts.empty();
  ++attempts[{attempt.outcome, attempt.reason}];
  if (first || severity(attempt.outcome) >= severity(result.outcome)) result = std::move(attempt);
}

int exit_status(const Report& report) {
  int worst = report.rows.empty() ? 1 : 0;
  for (auto const& row : report.rows) worst = std::max(worst, severity(row.result.outcome));
  if (worst == 0) return app::exit_met;
  return worst == 2 ? app::exit_missed : app::exit_unmeasured;
}

std::string summarize(const std::vector<ReportRow>& rows) {
  auto const count = [&](Outcome outcome) {
    return std::count_if(rows.begin(), rows.end(),
                         [&](auto const& row) { return row.result.outcome == outcome; });
  };
  std::string out = std::to_string(count(Outcome::good)) + " of " + std::to_string(rows.size()) +
                    (rows.size() == 1 ? " target" : " targets") + " well";
  for (auto const& [outcome, word] :
       {std::pair(Outcome::bad, "failing"), std::pair(Outcome::unknown, "unknown")}) {
    auto const so_many = count(outcome);
    if (so_many == 0) continue;
    out += "; " + std::to_string(so_many);
    name_those(out, rows, outcome, word);
  }
  return out;
}

Families metrics_of(const Report& report) {
  std::map<Identity, const ReportRow*> last;
  std::map<Identity, std::map<std::pair<Outcome, Reason>, std::uint64_t>> attempts;
  for (auto const& row : report.rows) {
    last[row.identity] = &row;
    for (auto const& [what, count] : row.attempts) attempts[row.identity][what] += count;
  }
  Families out;
  auto& results = out.gauge("slo_probe_results", "Attempts of this run by result and reason.");
  for (auto const& [identity, row] : last) {
    add_row(out, *row);
    auto labels = labels_of(row->identity);
    for (auto const& [what, count] : attempts[identity]) {
      labels.emplace_back("result", to_string(what.first));
      labels.emplace_back("reason", to_string(what.second));
      results.add(labels, static_cast<double>(count));
      labels.resize(labels.size() - 2);
    }
  }
  out.gauge("slo_prober_run_timestamp_seconds", "When the run ended, unix time.")
      .add(seconds(report.began.time_since_epoch() + report.duration));
  out.gauge("slo_prober_run_duration_seconds", "How long the run took.").add(seconds(report.duration));
  out.gauge("slo_prober_run_success", "Whether every objective of the run was met.")
      .add(exit_status(report) == app::exit_met ? 1 : 0);
  return out;
}

}  // namespace fleet::probers
