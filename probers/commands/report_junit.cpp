#include <algorithm>
#include <charconv>

#include "core/config/utf8.hpp"
#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

namespace {

/// As an attribute or as text. XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF.
std::string xml(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    auto const length = config::utf8_length(raw);
    auto const piece = raw.substr(0, std::max<std::size_t>(length, 1));
    raw.remove_prefix(piece.size());
    auto const lead = static_cast<unsigned char>(piece[0]);
    if (length == 0 || piece == "\xEF\xBF\xBE" || piece == "\xEF\xBF\xBF" ||
        (lead < 0x20 && piece.find_first_of("\t\n\r") != 0)) {
      out += "\xEF\xBF\xBD";
    } else if (lead < 0x20) {
      out += "&#" + std::to_string(lead) + ";";
    } else if (piece == "&") {
      out += "&amp;";
    } else if (piece == "<") {
      out += "&lt;";
    } else if (piece == ">") {
      out += "&gt;";
    } else if (piece == "\"") {
      out += "&quot;";
    } else {
      out += piece;
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml(value) + "\"";
}

std::string number(double value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string seconds(std::chrono::nanoseconds length) {
  return number(std::chrono::duration<double>(length).count());
}

std::string property(std::string_view name, std::string_view value) {
  return "        <property" + attribute("name", name) + attribute("value", value) + "/>\n";
}

std::string properties(const ReportRow& row) {
  std::string out;
  for (auto const& [name, value] : row.identity.labels) out += property(name, value);
  for (auto const& measure : row.measures) out += property(key_of(measure), number(measure.value));
  for (auto const& [what, count] : row.attempts) {
    out +=
        property("attempts_" + std::string(to_string(what.first)) + "_" + std::string(to_string(what.second)),
                 std::to_string(count));
  }
  for (auto const& [name, length] : row.result.phases)
    out += property("phase_" + std::string(name) + "_seconds", number(length));
  return out;
}

std::string testcase(const Report& report, const ReportRow& row) {
  auto const& result = row.result;
  std::string out = "    <testcase" + attribute("name", row.identity.target) +
                    attribute("classname", "slo_prober " + report.command + "." + row.identity.probe) +
                    attribute("time", seconds(result.duration)) + ">\n      <properties>\n" + properties(row) +
                    "      </properties>\n";
  if (result.outcome != Outcome::good) {
    std::string const element = result.outcome == Outcome::bad ? "failure" : "error";
    out += "      <" + element + attribute("message", result.detail) +
           attribute("type", to_string(result.reason)) + ">" + xml("step: " + result.step) + "</" + element +
           ">\n";
  }
  return out + "    </testcase>\n";
}

std::string counts(const std::vector<const ReportRow*>& rows) {
  auto const count = [&](Outcome outcome) {
    return std::to_string(std::count_if(rows.begin(), rows.end(),
                                        [&](auto const* row) { return row->result.outcome == outcome; }));
  };
  return attribute("tests", std::to_string(rows.size())) + attribute("failures", count(Outcome::bad)) +
         attribute("errors", count(Outcome::unknown));
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
                    attribute("name", "slo_prober " + report.command) + counts(all) +
                    attribute("time", seconds(report.duration)) + ">\n";
  for (auto const& [probe, rows] : suites) {
    std::chrono::nanoseconds spent{0};
    for (auto const* row : rows) spent += row->result.duration;
    out += "  <testsuite" + attribute("name", probe) + counts(rows) + attribute("time", seconds(spent)) + ">\n";
    for (auto const* row : rows) out += testcase(report, *row);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace fleet::probers
