#include "exporters/checks/check_report.hpp"

#include <algorithm>
#include <map>

#include "core/app/exit_status.hpp"
#include "core/metrics/families.hpp"
#include "core/report/figures.hpp"
#include "core/report/json_text.hpp"
#include "core/report/text_table.hpp"
#include "core/report/xml.hpp"

namespace fleet::exporters {

namespace {

namespace json = boost::json;
using report::xml_attribute;

constexpr std::size_t most_kept_lines = 4;

std::size_t count(const std::vector<Finding>& findings, Verdict verdict) {
  return static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(), [&](auto const& finding) { return finding.verdict == verdict; }));
}

std::string_view word_of(Verdict verdict) {
  return verdict == Verdict::kept ? "kept" : verdict == Verdict::breach ? "breach" : "unmeasured";
}

std::string name_those(const std::vector<Finding>& findings, Verdict verdict) {
  std::string out;
  for (auto const& finding : findings) {
    if (finding.verdict != verdict) continue;
    out += (out.empty() ? "" : ", ") + finding.check + " " + finding.subject;
  }
  return out;
}

std::string shown(const Finding& finding, const std::optional<double>& value) {
  if (!value) return "-";
  auto const name = finding.series.substr(0, finding.series.find('{'));
  if (name.ends_with("_seconds")) return report::human_age(*value);
  std::string out;
  append_value(out, *value);
  return out;
}

std::vector<std::string> cells_of(const Finding& finding) {
  auto const verdict = finding.verdict == Verdict::kept     ? "kept"
                       : finding.verdict == Verdict::breach ? "BREACH"
                                                            : "UNMEASURED";
  return {finding.check,
          report::printable(finding.subject),
          verdict,
          shown(finding, finding.value),
          shown(finding, finding.allowed),
          report::printable(finding.detail)};
}

std::string render_table(const CheckReport& report) {
  std::vector<std::vector<std::string>> lines{{"CHECK", "SUBJECT", "RESULT", "FOUND", "ALLOWED", "DETAIL"}};
  std::map<std::string, std::size_t> kept;
  for (auto const verdict : {Verdict::breach, Verdict::unmeasured}) {
    for (auto const& finding : report.findings)
      if (finding.verdict == verdict) lines.push_back(cells_of(finding));
  }
  for (auto const& finding : report.findings)
    if (finding.verdict == Verdict::kept) ++kept[finding.check];
  for (auto const& finding : report.findings) {
    if (finding.verdict != Verdict::kept) continue;
    auto& many = kept[finding.check];
    if (many == 0) continue;
    if (many <= most_kept_lines) {
      lines.push_back(cells_of(finding));
      continue;
    }
    lines.push_back({finding.check, "(" + std::to_string(many) + " requirements)", "kept", "-", "-", ""});
    many = 0;
  }
  return report::align(lines) + "\n" + report::printable(summarize(report.findings)) + "\n";
}

json::value number_or_null(const std::optional<double>& value) {
  return value ? report::number(*value) : json::value(nullptr);
}

std::string render_json(const CheckReport& report) {
  auto const status = exit_status(report);
  json::object out;
  out["program"] = report.program;
  out["command"] = "check";
  out["version"] = 1;
  out["began"] = report::rfc3339(report.began);
  out["duration_seconds"] = std::chrono::duration<double>(report.duration).count();
  out["exit_status"] = status;
  out["status"] = status == app::exit_met ? "compliant" : status == app::exit_missed ? "breach" : "unmeasured";
  out["summary"] = report::text(summarize(report.findings));
  json::array findings;
  for (auto const& finding : report.findings) {
    json::object entry;
    entry["check"] = finding.check;
    entry["subject"] = report::text(finding.subject);
    entry["result"] = word_of(finding.verdict);
    entry["series"] = finding.series.empty() ? json::value(nullptr) : json::value(report::text(finding.series));
    entry["value"] = number_or_null(finding.value);
    entry["allowed"] = number_or_null(finding.allowed);
    entry["detail"] = report::text(finding.detail);
    findings.push_back(std::move(entry));
  }
  out["findings"] = std::move(findings);
  return report::pretty(out);
}

std::string testcase(const CheckReport& report, const Finding& finding) {
  auto out = "    <testcase" + xml_attribute("name", finding.subject) +
             xml_attribute("classname", report.program + " check." + finding.check);
  if (finding.verdict == Verdict::kept) return out + "/>\n";
  std::string const element = finding.verdict == Verdict::breach ? "failure" : "error";
  return out + ">\n      <" + element + xml_attribute("message", finding.detail) +
         xml_attribute("type", word_of(finding.verdict)) + ">" +
         report::xml("found " + shown(finding, finding.value) + ", allowed " +
                     shown(finding, finding.allowed)) +
         "</" + element + ">\n    </testcase>\n";
}

std::string counts(const std::vector<Finding>& findings) {
  return xml_attribute("tests", std::to_string(findings.size())) +
         xml_attribute("failures", std::to_string(count(findings, Verdict::breach))) +
         xml_attribute("errors", std::to_string(count(findings, Verdict::unmeasured)));
}

std::string render_junit(const CheckReport& report) {
  std::vector<std::pair<std::string, std::vector<Finding>>> suites;
  for (auto const& finding : report.findings) {
    if (suites.empty() || suites.back().first != finding.check) suites.push_back({finding.check, {}});
    suites.back().second.push_back(finding);
  }
  std::string seconds;
  append_value(seconds, std::chrono::duration<double>(report.duration).count());
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                    xml_attribute("name", report.program + " check") + counts(report.findings) +
                    xml_attribute("time", seconds) + ">\n";
  for (auto const& [check, findings] : suites) {
    out += "  <testsuite" + xml_attribute("name", check) + counts(findings) + ">\n";
    for (auto const& finding : findings) out += testcase(report, finding);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace

int exit_status(const CheckReport& report) {
  if (count(report.findings, Verdict::breach) > 0) return app::exit_missed;
  bool const told = !report.findings.empty() && count(report.findings, Verdict::unmeasured) == 0;
  return told ? app::exit_met : app::exit_unmeasured;
}

std::string summarize(const std::vector<Finding>& findings) {
  auto const breaches = count(findings, Verdict::breach), unknown = count(findings, Verdict::unmeasured),
             kept = count(findings, Verdict::kept);
  std::string out;
  if (breaches > 0) {
    out = std::to_string(breaches) + (breaches == 1 ? " breach: " : " breaches: ") +
          name_those(findings, Verdict::breach) + "; ";
  }
  if (unknown > 0)
    out += std::to_string(unknown) + " not measured: " + name_those(findings, Verdict::unmeasured) + "; ";
  return out + std::to_string(kept) + " of " + std::to_string(findings.size()) + " requirements kept";
}

std::string render(const CheckReport& report, report::Output output) {
  switch (output) {
    case report::Output::json:
      return render_json(report);
    case report::Output::junit:
      return render_junit(report);
    case report::Output::table:
      break;
  }
  return render_table(report);
}

}  // namespace fleet::exporters
