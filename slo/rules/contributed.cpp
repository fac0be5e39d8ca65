#include "slo/rules/contributed.hpp"

#include <set>

#include "slo/number_text.hpp"
#include "slo/query_template.hpp"
#include "slo/rules/objective_rules.hpp"
#include "slo/rules/recorded_amounts.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

using config::format_duration;

const config::Value& options_of(const Plugin& plugin) {
  if (!plugin.options) plugin.place.fail("missing key `config` beside this plugin");
  return *plugin.options;
}

void need_events(const Objective& objective, const Plugin& plugin) {
  if (!objective.indicator.has_events())
    plugin.place.fail("expected an sli with events: this plugin has no use for `raw`");
}

std::set<std::string> read_words(const Section& section, std::string_view key) {
  std::set<std::string> out;
  if (auto const at = section.optional(key)) {
    for (const auto& word : at->list_or_empty()) out.insert(word.verbatim());
  }
  return out;
}

std::vector<milliseconds> all_windows(const Objective& objective) {
  auto out = objective.windows.lengths();
  out.push_back(objective.windows.period);
  return out;
}

}  // namespace

void add_info_labels(const Objective&, const Plugin& plugin, ObjectiveRules& rules) {
  auto const& at = options_of(plugin);
  Section const options(at, {"labels", "metric_name"});
  auto const labels = read_labels(options, "labels");
  if (labels.empty()) at.fail("expected at least one of `labels`");
  auto const metric = options.optional("metric_name");
  std::string const wanted = metric ? metric->verbatim() : "sloth_slo_info";
  for (auto& rule : rules.metadata.rules) {
    if (rule.record != wanted) continue;
    rule.labels = merged(std::move(rule.labels), labels);
    return;
  }
}

void set_intervals(const Objective&, const Plugin& plugin, ObjectiveRules& rules) {
  Section const options(options_of(plugin), {"interval"});
  Section const interval(options.required("interval"), {"default", "sli_error", "metadata", "alert"});
  milliseconds const usual = interval.required("default").duration(milliseconds(1));
  rules.indicator.interval = interval.duration_or("sli_error", usual);
  rules.metadata.interval = interval.duration_or("metadata", usual);
  rules.alerts.interval = interval.duration_or("alert", usual);
}

void remove_labels(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules) {
  std::set<std::string> kept, skipped;
  if (plugin.options) {
    Section const options(*plugin.options, {"preserve_labels", "skip_metrics"});
    kept = read_words(options, "preserve_labels");
    skipped = read_words(options, "skip_metrics");
  }
  for (const auto& [name, value] : objective.identity()) kept.insert(name);
  skipped.insert("sloth_slo_info");
  auto const strip = [&](RuleGroup& group, bool with_window) {
    for (auto& rule : group.rules) {
      if (skipped.contains(rule.record)) continue;
      std::erase_if(rule.labels, [&](const auto& label) {
        return !kept.contains(label.first) && !(with_window && label.first == "sloth_window");
      });
    }
  };
  strip(rules.indicator, true);
  strip(rules.metadata, false);
}

void add_total_amounts(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules) {
  need_events(objective, plugin);
  RuleGroup group;
  group.name = "sloth-slo-sli-total-amount-" + objective.id();
  for (auto const window : all_windows(objective)) {
    Rule rule;
    rule.record = total_amount_record(window);
    rule.expression = with_window(objective.indicator.total_query, format_duration(window));
    rule.labels = objective.all_labels();
    group.rules.push_back(std::move(rule));
  }
  rules.extra.push_back(std::move(group));
}

void correct_denominators(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules) {
  need_events(objective, plugin);
  auto const& windows = objective.windows;
  for (auto& rule : rules.indicator.rules) {
    for (auto const window : windows.lengths()) {
      if (rule.record != indicator_record(window)) continue;
      std::string const length = format_duration(window);
      rule.expression = "(\nslo:numerator_correction:ratio" + length + selector_of(objective) + "\n* on()\n(" +
                        with_window(objective.indicator.error_query, length) + ")\n)\n/\n(" +
                        with_window(objective.indicator.total_query, length) + ")\n";
    }
    bool const whole = plugin.options &&
                       Section(*plugin.options, {"disable_optimized"}).boolean_or("disable_optimized", false);
    if (whole && rule.record == indicator_record(windows.period))
      rule.expression = indicator_expression(objective, windows.period) + "\n";
  }
  for (auto const window : windows.lengths()) {
    Rule rule;
    rule.record = "slo:numerator_correction:ratio" + format_duration(window);
    rule.expression = "(" + with_window(objective.indicator.total_query, format_duration(window)) + ")/(" +
                      with_window(objective.indicator.total_query, format_duration(windows.period)) + ")";
    rule.labels = objective.all_labels();
    rules.metadata.rules.push_back(std::move(rule));
  }
}

void add_exhausted_alert(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules) {
  Rule out;
  out.alert = "ErrorBudgetExhausted";
  out.hold = std::chrono::minutes(5);
  Labels wanted = objective.all_labels();
  double threshold = 0;
  if (plugin.options) {
    // This plugin's own spelling is snake_case.
    Section const options(*plugin.options,
                          {"threshold", "for", "annotations", "alert_name", "selector_labels", "alert_labels"});
    if (auto const at = options.optional("threshold")) threshold = at->number(-1e6, 1);
    if (auto const name = options.optional("alert_name")) out.alert = name->non_empty_text();
    out.hold = options.duration_or("for", out.hold);
    out.labels = read_alert_labels(options, "alert_labels");
    out.annotations = read_annotations(options, "annotations");
    wanted = merged(std::move(wanted), read_labels(options, "selector_labels"));
  }
  std::string selector;
  for (const auto& [name, value] : wanted)
    selector += (selector.empty() ? "" : ", ") + name + "=" + quoted_text(value);
  out.expression = "slo:period_error_budget_remaining:ratio{" + selector + "} <= " + number_text(threshold);
  rules.alerts.rules.push_back(std::move(out));
}

}  // namespace fleet::slo
