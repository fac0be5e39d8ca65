#include "slo/lint/command.hpp"

#include <algorithm>
#include <cstdio>

#include "core/app/exit_status.hpp"
#include "core/app/flags.hpp"
#include "slo/lint/allowances.hpp"
#include "slo/lint/check_runbook.hpp"
#include "slo/lint/lint.hpp"

namespace fleet::lint {
namespace {

struct Inputs {
  std::vector<std::string> pages, declarations, allow_files, rule_files;
  std::string scrape_config, alertmanager_config, runbooks;
  std::vector<std::string> target_labels{"job", "instance"};
  Demands demands;
};

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < list.size();) {
    std::size_t const end = std::min(list.find(',', at), list.size());
    if (end > at) out.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string summary_text() {
  return "Finds what promtool does not see in files of Prometheus rules. A finding is file:line:column: check: "
         "message.\n\n"
         "Checks:\n" +
         list_of_checks() +
         "\nA finding that is meant to be there is allowed by a comment at its rule,\n"
         "  # rule_lint: allow CHECK: REASON\n"
         "or in an allow file. Exit codes: 0 no finding, 1 findings, 2 bad usage or a file that cannot be "
         "read.";
}

bool read_flags(int argc, const char* const* argv, Inputs& in) {
  app::Flags flags("rule_lint", summary_text());
  auto const list = [&](const char* name, const char* help, std::vector<std::string>* target) {
    flags.add(name, "FILE", help, [target](const std::string& file) { target->push_back(file); });
  };
  auto const words = [&](const char* name, const char* help, std::vector<std::string>* target) {
    flags.add(name, "NAME,...", help, [target](const std::string& text) { *target = words_of(text); });
  };
  list("metrics", "A metrics page: what is on it is exported. Repeatable.", &in.pages);
  list("outside", "Metrics of other programs, declared in YAML. Repeatable.", &in.declarations);
  list("allow", "Findings that are expected, with reasons. Repeatable.", &in.allow_files);
  flags.text("scrape-config", "FILE", "A configuration of Prometheus: the values of label job.",
             &in.scrape_config);
  flags.text("alertmanager-config", "FILE", "A configuration of Alertmanager: who takes which alert.",
             &in.alertmanager_config);
  flags.text("runbooks", "FOLDER", "Pages, NAME.md, that a runbook_url may end in.", &in.runbooks);
  flags.add("scrape-interval", "DURATION", "The longest one in use (default 15s).",
            [&](const std::string& text) {
              auto const length = config::parse_duration(text);
              if (!length || length->count() == 0)
                throw app::UsageError("expected a duration such as 15s, got `" + text + "`");
              in.demands.scrape_interval = *length;
            });
  words("target-labels", "What Prometheus adds to every page's series (default job,instance).",
        &in.target_labels);
  words("annotations", "What every alert needs (default summary,description,runbook_url).",
        &in.demands.annotations);
  words("labels", "What every alert needs (default sev,severity,team).", &in.demands.labels);
  flags.positionals("RULES...", &in.rule_files);
  if (!flags.parse(argc, argv)) return false;
  if (in.rule_files.empty()) throw app::UsageError("expected files of rules, see --help");
  if (in.pages.empty() && in.declarations.empty()) {
    throw app::UsageError("expected --metrics or --outside: without them every metric is unknown");
  }
  return true;
}

Catalogue read_catalogue(const Inputs& in) {
  Catalogue out({in.target_labels.begin(), in.target_labels.end()});
  for (const std::string& page : in.pages) out.add_page(page);
  for (const std::string& file : in.declarations) out.add_declarations(file);
  if (!in.scrape_config.empty()) out.add_scrape_config(in.scrape_config);
  return out;
}

}  // namespace

int run_rule_lint(int argc, const char* const* argv) {
  Inputs in;
  if (!read_flags(argc, argv, in)) return app::exit_met;
  if (!in.runbooks.empty()) in.demands.runbooks = runbook_pages(in.runbooks);
  if (!in.alertmanager_config.empty())
    in.demands.routing = std::make_shared<const RoutingTree>(load_routing(in.alertmanager_config));
  Catalogue const catalogue = read_catalogue(in);
  std::vector<RuleFile> files;
  std::size_t count = 0;
  for (const std::string& name : in.rule_files) {
    files.push_back(load_rules(name));
    count += files.back().rules.size();
  }
  RuleSet const rules(std::move(files));
  Allowances allowances;
  for (const std::string& file : in.allow_files) allowances.load(file);
  allowances.add(rules);
  auto all = lint(catalogue, rules, in.demands);
  for (Finding& finding : lint_routing(catalogue, rules, in.demands)) all.push_back(std::move(finding));
  auto const findings = allowances.left(std::move(all));
  for (const Finding& finding : findings) std::printf("%s\n", line_of(finding).c_str());
  std::fflush(stdout);
  std::fprintf(stderr, "rule_lint: %zu rules in %zu files, %zu findings\n", count, rules.files().size(),
               findings.size());
  return findings.empty() ? app::exit_met : app::exit_missed;
}

}  // namespace fleet::lint
