#include "slo/lint/rule_file.hpp"

#include <algorithm>

#include "core/config/file_text.hpp"

namespace fleet::lint {
namespace {

constexpr std::size_t max_bytes = 16 * 1024 * 1024;
constexpr std::string_view marker = "# rule_lint:";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t const end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  std::size_t const begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

InlineAllowance read_allowance(std::string_view line, const Place& place) {
  std::string_view const words = trimmed(line.substr(marker.size()));
  std::size_t const colon = words.find(':');
  std::string_view const check = trimmed(words.substr(0, colon));
  std::string_view const reason = colon == std::string_view::npos ? "" : trimmed(words.substr(colon + 1));
  if (!check.starts_with("allow ") || check.find('/') == std::string_view::npos || reason.empty()) {
    throw config::Error(place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) +
                        ": expected `# rule_lint: allow CHECK: REASON`");
  }
  return {place, std::string(trimmed(check.substr(6))), std::string(reason)};
}

class Reader {
 public:
  Reader(std::string text, std::string name)
      : name_(std::move(name)), source_(std::make_shared<const std::string>(std::move(text))) {}

  RuleFile run() {
    RuleFile out;
    out.name = name_;
    auto const document = config::Document::parse(*source_, name_);
    auto root = document.root().mapping({"groups", "apiVersion", "kind", "metadata", "spec", "namespace"});
    if (auto const spec = root.optional("spec")) root = spec->mapping({"groups"});
    for (const config::Value& value : root.required("groups").list_or_empty()) read_group(value, out);
    read_comments(out);
    return out;
  }

 private:
  PlacedText placed(const config::Value& value) const { return PlacedText(value, source_); }

  void read_group(const config::Value& value, RuleFile& out) {
    auto const group = value.mapping({"name", "interval", "limit", "rules", "partial_response_strategy"});
    std::string const name = group.required("name").verbatim();
    std::size_t position = 0;
    for (const config::Value& rule : group.required("rules").list_or_empty()) {
      out.rules.push_back(read_rule(rule));
      out.rules.back().group = name;
      out.rules.back().position = position++;
      begins_.push_back(place_of(rule).line);
    }
  }

  Rule read_rule(const config::Value& value) const {
    auto const mapping =
        value.mapping({"alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"});
    auto const alert = mapping.optional("alert"), record = mapping.optional("record");
    if (alert.has_value() == record.has_value()) value.fail("expected either `alert` or `record`");
    Rule out;
    out.alert = alert.has_value();
    out.name = placed(alert ? *alert : *record);
    out.expr_text = placed(mapping.required("expr"));
    out.hold = mapping.duration_or("for", out.hold, out.hold);
    out.hold_given = mapping.optional("for").has_value();
    if (auto const labels = mapping.optional("labels")) out.labels = read_texts(*labels);
    if (auto const annotations = mapping.optional("annotations")) out.annotations = read_texts(*annotations);
    try {
      out.expr = promql::parse(out.expr_text.text());
    } catch (const promql::SyntaxError& error) {
      out.syntax_error = error.what();
      out.error_offset = error.offset;
    }
    return out;
  }

  std::vector<std::pair<std::string, PlacedText>> read_texts(const config::Value& value) const {
    std::vector<std::pair<std::string, PlacedText>> out;
    for (const auto& [key, text] : value.entries()) out.emplace_back(key.verbatim(), placed(text));
    return out;
  }

  // Comments directly above a rule belong to it, as do those inside.
  void read_comments(RuleFile& out) const {
    auto const lines = lines_of(*source_);
    std::size_t rule = 0;
    for (std::size_t number = 1; number <= lines.size(); ++number) {
      while (rule + 1 < begins_.size() && number >= first_line(lines, begins_[rule + 1])) ++rule;
      std::size_t const at = lines[number - 1].find(marker);
      if (at == std::string_view::npos || out.rules.empty()) continue;
      out.rules[rule].allowances.push_back(
          read_allowance(trimmed(lines[number - 1].substr(at)), {name_, number, at + 1}));
    }
  }
  static std::size_t first_line(const std::vector<std::string_view>& lines, std::size_t begin) {
    while (begin > 1 && trimmed(lines[begin - 2]).starts_with('#')) --begin;
    return begin;
  }

  std::string name_;
  std::shared_ptr<const std::string> source_;
  std::vector<std::size_t> begins_;  // the line of each rule
};

const PlacedText* found(const std::vector<std::pair<std::string, PlacedText>>& texts, std::string_view key) {
  for (const auto& [name, text] : texts) {
    if (name == key) return &text;
  }
  return nullptr;
}

}  // namespace

const PlacedText* Rule::label(std::string_view key) const { return found(labels, key); }
const PlacedText* Rule::annotation(std::string_view key) const { return found(annotations, key); }

std::string Rule::label_text() const {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels) pairs.push_back(key + "=" + value.text());
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const std::string& pair : pairs) out += (out.empty() ? "" : ",") + pair;
  return out;
}

RuleFile parse_rules(std::string text, const std::string& name) { return Reader(std::move(text), name).run(); }

RuleFile load_rules(const std::string& path) {
  std::string text;
  if (auto const problem = config::read_file(path, max_bytes, text)) {
    throw config::Error(path + ": cannot be read: " + *problem);
  }
  return parse_rules(std::move(text), path);
}

RuleSet::RuleSet(std::vector<RuleFile> files) : files_(std::move(files)) {
  for (const RuleFile& file : files_) {
    for (const Rule& rule : file.rules) (rule.alert ? alerts_ : recording_)[rule.name.text()].push_back(&rule);
  }
}

const std::vector<const Rule*>& RuleSet::recording(std::string_view series) const {
  static const std::vector<const Rule*> none;
  auto const entry = recording_.find(series);
  return entry == recording_.end() ? none : entry->second;
}

std::vector<std::string_view> RuleSet::recorded_names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, rules] : recording_) out.push_back(name);
  return out;
}

std::vector<std::string_view> RuleSet::alert_names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, rules] : alerts_) out.push_back(name);
  return out;
}

}  // namespace fleet::lint
