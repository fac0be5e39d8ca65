#include "exporters/compliance/judgements.hpp"

#include <algorithm>

#include "core/report/figures.hpp"

namespace fleet::exporters::compliance {

namespace {

/// "1 document", "3 documents".
std::string counted(double count, const std::string& noun) {
  std::string out;
  append_value(out, count);
  return out + " " + noun + (count == 1 ? "" : "s");
}

Finding about(std::string check, std::string subject, std::string series) {
  Finding finding;
  finding.check = std::move(check);
  finding.subject = std::move(subject);
  finding.series = std::move(series);
  return finding;
}

Finding judge_status(const std::string& subject, const std::string& series, const std::string& status,
                     const MonitorConfig& config) {
  auto finding = about("monitor", subject, series);
  auto const& good = config.compliant_statuses;
  bool const compliant = std::find(good.begin(), good.end(), status) != good.end();
  finding.value = compliant ? 1 : 0;
  finding.verdict = compliant ? Verdict::kept : Verdict::breach;
  finding.detail = compliant ? "the monitor says so" : "the monitor does not call it compliant";
  return finding;
}

}  // namespace

std::vector<Finding> judge_violations(const std::map<FrameworkSeverity, ViolationCount>& counts,
                                      const CheckLimits& limits) {
  std::vector<Finding> findings;
  for (auto const& [labels, count] : counts) {
    auto const& [framework, severity] = labels;
    auto finding =
        about("violations", framework + "/" + severity,
              series_name("compliance_violations_open", {{"framework", framework}, {"severity", severity}}));
    finding.detail = count.open == 0 ? "none is open"
                                     : counted(count.open, "open violation") + ", the oldest for " +
                                           report::human_age(count.oldest_open_seconds);
    if (count.unacknowledged > 0) {
      finding.detail += ", ";
      append_value(finding.detail, count.unacknowledged);
      finding.detail += " unacknowledged";
    }
    auto const allowed = limits.max_open.find(severity);
    findings.push_back(
        at_most(std::move(finding), count.open, allowed == limits.max_open.end() ? 0 : allowed->second));
  }
  return findings;
}

std::vector<Finding> judge_retention(const Overdue& overdue, const CheckLimits& limits) {
  auto finding = about("retention", "documents", "compliance_retention_overdue_documents");
  finding.detail = overdue.documents == 0 ? "none is kept beyond its retention date"
                                          : counted(overdue.documents, "document") +
                                                " kept beyond the retention date, longest for " +
                                                report::human_age(overdue.oldest_seconds);
  return {at_most(std::move(finding), overdue.documents, limits.max_overdue_documents)};
}

std::vector<Finding> judge_form13(const std::map<std::string, Form13Count>& counts, const CheckLimits& limits) {
  std::vector<Finding> findings;
  for (auto const& [type, count] : counts) {
    bool const breach = count.missing + count.incomplete > limits.max_form13_lacking;
    auto const judge = [&](const std::string& metric, double value, const std::string& what) {
      auto finding = about("financial", type, series_name(metric, {{"case_type", type}}));
      finding.value = value;
      finding.allowed = limits.max_form13_lacking;
      finding.verdict = breach && value > 0 ? Verdict::breach : Verdict::kept;
      finding.detail = value == 0 ? "no Form 13 " + what : "Form 13 " + what + " in ";
      if (value > 0) {
        append_value(finding.detail, value);
        finding.detail += " of " + counted(count.due, "case") + ", longest due for " +
                          report::human_age(count.oldest_overdue_seconds);
      }
      findings.push_back(std::move(finding));
    };
    judge("compliance_form13_missing_cases", count.missing, "missing");
    judge("compliance_form13_incomplete_cases", count.incomplete, "incomplete");
  }
  return findings;
}

std::vector<Finding> judge_monitor(const Dashboard& dashboard, const MonitorConfig& config,
                                   std::chrono::system_clock::time_point now) {
  std::chrono::duration<double> const age =
      now.time_since_epoch() - std::chrono::duration<double>(dashboard.last_check_unix);
  if (is_stale(dashboard, config.stale_after, now)) {
    auto finding = about("monitor", "last check", "compliance_monitor_stale");
    finding.value = 1;
    finding.allowed = 0;
    finding.detail = "the monitor is blind: its last check was " +
                     (dashboard.last_check_unix > 0 ? report::human_age(age.count()) + " ago" : "never") +
                     ", allowed are " + config::format_duration(config.stale_after);
    return {finding};
  }
  std::vector<Finding> findings;
  auto checked = about("monitor", "last check", "compliance_monitor_stale");
  checked.detail = report::human_age(age.count()) + " ago";
  findings.push_back(at_most(std::move(checked), 0, 0));
  findings.push_back(judge_status("all frameworks", "compliance_monitor_compliant", dashboard.status, config));
  for (auto const& framework : dashboard.frameworks) {
    auto const name = exporters::LabelLimit::clean(framework.name);
    auto const series = series_name("compliance_monitor_framework_compliant", {{"framework", name}});
    findings.push_back(judge_status(name, series, framework.status, config));
  }
  return findings;
}

}  // namespace fleet::exporters::compliance
