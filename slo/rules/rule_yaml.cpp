#include "slo/rules/rule_yaml.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace fleet::slo {

namespace {

/// Words that some YAML reader takes for something else.
bool is_special(const std::string& text) {
  static constexpr std::array<std::string_view, 12> words{"true", "false", "yes", "no",  "on",  "off",
                                                          "null", "y",     "n",   "nan", "inf", "~"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(words.begin(), words.end(), lower) != words.end();
}

bool is_plain(const std::string& text) {
  static const re2::RE2 safe("[A-Za-z_/(][A-Za-z0-9_./()+*@$%=<>|^-]*( [A-Za-z0-9_./()+*@$%=<>|^-]+)*");
  return re2::RE2::FullMatch(text, safe) && !is_special(text);
}

bool fits_block(const std::string& text) {
  if (text.find('\n') == std::string::npos || text.starts_with(' ') || text.starts_with('\n')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\n' || (c >= 0x20 && c != 0x7F) || (c & 0x80); });
}

std::string block(const std::string& text, std::size_t indentation) {
  bool const ends = text.ends_with('\n');
  std::string const chomping = !ends ? "|-" : text.ends_with("\n\n") ? "|+" : "|";
  std::string const body = ends ? text.substr(0, text.size() - 1) : text;
  std::string out = chomping;
  std::size_t from = 0;
  for (;;) {
    std::size_t const end = body.find('\n', from);
    std::string const line = body.substr(from, end == std::string::npos ? end : end - from);
    out += "\n" + (line.empty() ? line : std::string(indentation, ' ') + line);
    if (end == std::string::npos) return out;
    from = end + 1;
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c >= 0 && c < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// Writes groups below a line that the caller wrote, each line behind `margin`.
class Writer {
 public:
  explicit Writer(std::size_t margin) : margin_(margin) {}

  void group(const RuleGroup& group) {
    line(0, "- name: ", group.name);
    if (group.interval.count() > 0) line(2, "interval: ", config::format_duration(group.interval));
    out_ += std::string(margin_ + 2, ' ') + "rules:\n";
    for (const auto& rule : group.rules) write(rule);
  }
  std::string text() && { return std::move(out_); }

 private:
  void write(const Rule& rule) {
    if (!rule.record.empty()) line(4, "- record: ", rule.record);
    if (!rule.alert.empty()) line(4, "- alert: ", rule.alert);
    line(6, "expr: ", rule.expression);
    if (rule.hold.count() > 0) line(6, "for: ", config::format_duration(rule.hold));
    pairs("labels:", rule.labels);
    pairs("annotations:", rule.annotations);
  }
  void pairs(const std::string& head, const Labels& labels) {
    if (labels.empty()) return;
    out_ += std::string(margin_ + 6, ' ') + head + "\n";
    for (const auto& [name, value] : labels) line(8, name + ": ", value);
  }
  void line(std::size_t indentation, const std::string& head, const std::string& value) {
    std::size_t const at = margin_ + indentation;
    out_ += std::string(at, ' ') + head + yaml_value(value, at + 2) + "\n";
  }

  std::size_t margin_;
  std::string out_;
};

std::string map_of(const std::string& head, const Labels& labels, std::size_t indentation) {
  if (labels.empty()) return {};
  std::string out = std::string(indentation, ' ') + head + "\n";
  for (const auto& [name, value] : labels)
    out += std::string(indentation + 2, ' ') + name + ": " + yaml_value(value, indentation + 4) + "\n";
  return out;
}

}  // namespace

std::string yaml_value(const std::string& text, std::size_t indentation) {
  if (is_plain(text)) return text;
  return fits_block(text) ? block(text, indentation) : quoted(text);
}

std::string rule_file(const std::vector<RuleGroup>& groups) {
  Writer writer(2);
  for (const auto& group : groups) writer.group(group);
  return "groups:" + std::string(groups.empty() ? " []\n" : "\n") + std::move(writer).text();
}

std::string rule_manifest(const SpecOrigin& origin, const std::vector<RuleGroup>& groups) {
  Writer writer(4);
  for (const auto& group : groups) writer.group(group);
  std::string out = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n";
  out += map_of("annotations:", origin.annotations, 2);
  Labels labels = origin.labels;
  labels.insert_or_assign("app.kubernetes.io/component", "SLO");
  labels.insert_or_assign("app.kubernetes.io/managed-by", "slo_rules");
  out += map_of("labels:", labels, 2);
  out += "  name: " + yaml_value(origin.name, 4) + "\n";
  if (!origin.name_space.empty()) out += "  namespace: " + yaml_value(origin.name_space, 4) + "\n";
  return out + "spec:\n  groups:" + (groups.empty() ? " []\n" : "\n") + std::move(writer).text();
}

}  // namespace fleet::slo
