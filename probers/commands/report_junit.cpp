#include <algorithm>
#include <charconv>

#include "core/io/seconds.hpp"
#include "core/report/xml.hpp"
#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

using report::xml;
using report::xml_attribute;

namespace {

std::string value_text(double value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string seconds_text(std::chrono::nanoseconds length) { return value_text(seconds(length)); }

std::string property(std::string_view name, std::string_view value) {
  return "        <property" + xml_attribute("name", name) + xml_attribute("value", value) + "/>\n";
}

std::string properties(const ReportRow& row) {
  std::string out;
  for (auto const& [name, value] : row.identity.labels) out += property(name, value);
  for (auto const& measure : row.measures) out += property(key_of(measure), value_text(measure.value));
  for (auto const& [what, count] : row.attempts) {
    out +=
        property("attempts_" + std::string(to_string(what.first)) + "_" + std::string(to_string(what.second)),
                 std::to_string(count));
  }
  for (auto const& [name, length] : row.result.phases)
    out += property("phase_" + std::string(name) + "_seconds", value_text(length));
  return out;
}

std::string testcase(const Report& report, const ReportRow& row) {
  auto const& result = row.result;
  std::string out = "    <testcase" + xml_attribute("name", row.identity.target) +
                    xml_attribute("classname", "slo_prober " + report.command + "." + row.identity.probe) +
                    xml_attribute("time", seconds_text(result.duration)) + ">\n      <properties>\n" +
                    properties(row) + "      </properties>\n";
  if (result.outcome != Outcome::good) {
    std::string const element = result.outcome == Outcome::bad ? "failure" : "error";
    out += "      <" + element + xml_attribute("message", result.detail) +
           xml_attribute("type", to_string(result.reason)) + ">" + xml("step: " + result.step) + "</" +
           element + ">\n";
  }
  return out + "    </testcase>\n";
}

std::string counts(const std::vector<const ReportRow*>& rows) {
  auto const count = [&](Outcome outcome) {
    return std::to_string(std::count_if(rows.begin(), rows.end(),
                                        [&](auto const* row) { return row->result.outcome == outcome; }));
  };
  return xml_attribute("tests", std::to_string(rows.size())) + xml_attribute("failures", count(Outcome::bad)) +
         xml_attribute("errors", count(Outcome::unknown));
}

}  // namespace

std::string render_junit(const Report& report) {
  std::vector<std::pair<std::string, std::vector<const ReportRow*>>> suites;
  std::vector<const ReportRow*> all;
  for (auto const& row : report.rows) {
    all.push_back(&row);
    auto const found = std::find_if(suites.begin(), suites.end(),
                                    [&](auto const& suite) { return suite.first == row.identity.probe; });
    if (found == suites.end()) {
      suites.push_back({row.identity.probe, {&row}});
    } else {
      found->second.push_back(&row);
    }
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                    xml_attribute("name", "slo_prober " + report.command) + counts(all) +
                    xml_attribute("time", seconds_text(report.duration)) + ">\n";
  for (auto const& [probe, rows] : suites) {
    std::chrono::nanoseconds spent{0};
    for (auto const* row : rows) spent += row->result.duration;
    out += "  <testsuite" + xml_attribute("name", probe) + counts(rows) +
           xml_attribute("time", seconds_text(spent)) + ">\n";
    for (auto const* row : rows) out += testcase(report, *row);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace fleet::probers
