#include <boost/json.hpp>
#include <cmath>
#include <ctime>

#include "core/app/exit_status.hpp"
#include "core/config/utf8.hpp"
#include "core/metrics/families.hpp"
#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

namespace {

namespace json = boost::json;

double seconds(std::chrono::nanoseconds length) { return std::chrono::duration<double>(length).count(); }

json::value number(double value) { return std::isfinite(value) ? json::value(value) : json::value(nullptr); }

/// JSON is UTF-8; what a target answered need not be.
json::string text(std::string_view raw) {
  json::string out;
  while (!raw.empty()) {
    auto const length = config::utf8_length(raw);
    out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : raw.substr(0, length));
    raw.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

void append(std::string& out, const json::value& value, std::size_t depth);

/// `open`, items each on a line of its own, `close`; just the brackets if there are none.
template <class Items, class AppendItem>
void append_items(std::string& out, const Items& items, char open, char close, std::size_t depth,
                  AppendItem append_item) {
  out += open;
  bool first = true;
  for (auto const& item : items) {
    if (!first) out += ',';
    first = false;
    out += '\n';
    out.append(2 * (depth + 1), ' ');
    append_item(item);
  }
  if (!first) {
    out += '\n';
    out.append(2 * depth, ' ');
  }
  out += close;
}

/// json::serialize() writes 0.5 as 5E-1 and all on one line.
void append(std::string& out, const json::value& value, std::size_t depth) {
  if (value.is_double()) {
    append_value(out, value.get_double());
  } else if (value.is_object()) {
    append_items(out, value.get_object(), '{', '}', depth, [&](const json::key_value_pair& item) {
      out += json::serialize(item.key()) + ": ";
      append(out, item.value(), depth + 1);
    });
  } else if (value.is_array()) {
    append_items(out, value.get_array(), '[', ']', depth,
                 [&](const json::value& item) { append(out, item, depth + 1); });
  } else {
    out += json::serialize(value);
  }
}

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

std::string rfc3339(std::chrono::system_clock::time_point when) {
  auto const time = std::chrono::system_clock::to_time_t(when);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char out[32];
  return std::string(out, std::strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%SZ", &utc));
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
  std::string page;
  append(page, std::move(out), 0);
  return page + "\n";
}

}  // namespace fleet::probers
