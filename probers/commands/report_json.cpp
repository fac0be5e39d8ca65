#include "core/app/exit_status.hpp"
#include "core/io/seconds.hpp"
#include "core/report/figures.hpp"
#include "core/report/json_text.hpp"
#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

namespace {

namespace json = boost::json;
using report::number;
using report::pretty;
using report::rfc3339;
using report::text;

json::object labels_object(const std::vector<std::pair<std::string, std::string>>& labels) {
  json::object out;
  for (auto const& [name, value] : labels) out[name] = text(value);
  return out;
}

json::object measures_object(const std::vector<Measure>& measures) {
  json::object out;
  for (auto const& measure : measures) out[key_of(measure)] = number(measure.value);
  return out;
}

json::array results_array(const ReportRow& row) {
  json::array out;
  for (auto const& [what, count] : row.attempts) {
    json::object entry;
    entry["outcome"] = to_string(what.first);
    entry["reason"] = to_string(what.second);
    entry["count"] = count;
    out.push_back(std::move(entry));
  }
  return out;
}

json::array facts_array(const Facts& facts) {
  json::array out;
  for (auto const& fact : facts.all()) {
    json::object entry;
    entry["name"] = fact.kind->name;
    entry["labels"] = labels_object(fact.labels);
    entry["value"] = number(fact.value);
    out.push_back(std::move(entry));
  }
  return out;
}

json::object row_object(const ReportRow& row) {
  auto const& result = row.result;
  json::object out;
  out["probe"] = text(row.identity.probe);
  out["target"] = text(row.identity.target);
  out["kind"] = row.kind;
  out["labels"] = labels_object(row.identity.labels);
  out["outcome"] = to_string(result.outcome);
  out["reason"] = to_string(result.reason);
  out["step"] = text(result.step);
  out["detail"] = text(result.detail);
  out["duration_seconds"] = seconds(result.duration);
  out["timeout_seconds"] = row.timeout.count() > 0 ? json::value(seconds(row.timeout)) : json::value(nullptr);
  out["trace_id"] = result.trace.trace_id();
  json::object attempts;
  for (auto const outcome : {Outcome::good, Outcome::bad, Outcome::unknown})
    attempts[to_string(outcome)] = row.attempts_of(outcome);
  out["attempts"] = std::move(attempts);
  out["results"] = results_array(row);
  out["measures"] = measures_object(row.measures);
  json::object phases;
  for (auto const& [name, length] : result.phases) phases[name] = number(length);
  out["phases"] = std::move(phases);
  out["facts"] = facts_array(result.facts);
  json::array notes;
  for (auto const& [at, line] : row.notes) {
    json::object note;
    note["at_seconds"] = seconds(at);
    note["text"] = text(line);
    notes.push_back(std::move(note));
  }
  out["notes"] = std::move(notes);
  return out;
}

}  // namespace

std::string render_json(const Report& report) {
  auto const status = exit_status(report);
  json::object out;
  out["command"] = report.command;
  out["version"] = 1;
  out["began"] = rfc3339(report.began);
  out["duration_seconds"] = seconds(report.duration);
  out["exit_status"] = status;
  out["success"] = status == app::exit_met;
  out["summary"] = text(report.summary);
  json::array remarks;
  for (auto const& remark : report.remarks) remarks.push_back(text(remark));
  out["remarks"] = std::move(remarks);
  out["totals"] = measures_object(report.totals);
  json::array rows;
  for (auto const& row : report.rows) rows.push_back(row_object(row));
  out["rows"] = std::move(rows);
  return pretty(out);
}

}  // namespace fleet::probers
