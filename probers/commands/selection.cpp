#include "probers/commands/selection.hpp"

#include <algorithm>
#include <set>

#include "core/config/nearest.hpp"
#include "probers/discovery/discovery_loop.hpp"

namespace fleet::probers {

namespace {

std::string joined(const std::set<std::string>& words) {
  constexpr std::size_t most = 20;
  std::string out;
  std::size_t count = 0;
  for (auto const& word : words) {
    if (++count > most) return out + ", ... (" + std::to_string(words.size()) + " in all)";
    out += (out.empty() ? "" : ", ") + word;
  }
  return out.empty() ? "none" : out;
}

bool among(const std::string& word, const std::vector<std::string>& words) {
  return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

bool has_label(const Identity& identity, const std::string& name, const std::string& value) {
  if (name == "probe") return identity.probe == value;
  if (name == "target") return identity.target == value;
  return std::find(identity.labels.begin(), identity.labels.end(), std::pair(name, value)) !=
         identity.labels.end();
}

/// Why nothing is left: the first condition that no target meets by itself, and what would be met.
std::string explain_nothing(const Selection& selection, const std::vector<Identity>& all) {
  std::set<std::string> labels, probes, targets;
  for (auto const& identity : all) {
    probes.insert(identity.probe);
    targets.insert(identity.target);
    for (auto const& [name, value] : identity.labels) labels.insert(name + "=" + value);
  }
  for (auto const& probe : selection.probes) {
    if (!probes.contains(probe)) return "no probe is named `" + probe + "`; there are: " + joined(probes);
  }
  for (auto const& target : selection.targets) {
    if (!targets.contains(target)) return "no target is named `" + target + "`; there are: " + joined(targets);
  }
  for (auto const& [name, value] : selection.labels) {
    if (std::any_of(all.begin(), all.end(),
                    [&](auto const& identity) { return has_label(identity, name, value); }))
      continue;
    return "no target has the label " + name + "=" + value + "; there are: " + joined(labels);
  }
  return "no target meets all conditions at once; labels there are: " + joined(labels);
}

}  // namespace

awaitable<Roster> roster_of(const FleetConfig& fleet, Deadline deadline) {
  Roster roster;
  std::set<Identity> known;
  auto const admit = [&](ScheduledProbe probe) {
    if (known.insert(probe.identity).second) roster.probes.push_back(std::move(probe));
  };
  for (auto& probe : static_probes(fleet)) admit(std::move(probe));
  for (auto const& probe : fleet.probes) {
    if (probe.discoveries.empty()) continue;
    std::vector<DiscoveredTarget> found;
    std::string problem;
    auto sources = probe.discoveries;
    try {
      found = co_await discover_once(std::move(sources), deadline);
    } catch (const std::exception& error) {
      problem = error.what();
    }
    if (!problem.empty()) roster.gaps.push_back({{probe.name, "(discovery)", {}}, probe.module.kind, problem});
    for (auto const& target : found) {
      try {
        admit(scheduled(probe, entry_of(target)));
      } catch (const std::exception& error) {
        roster.gaps.push_back({{probe.name, target.address, {}}, probe.module.kind, error.what()});
      }
    }
  }
  co_return roster;
}

std::vector<ReportRow> rows_of(const Roster& roster) {
  std::vector<ReportRow> rows;
  for (auto const& probe : roster.probes) {
    ReportRow row;
    row.identity = probe.identity;
    row.kind = probe.kind;
    row.timeout = probe.timeout;
    rows.push_back(std::move(row));
  }
  for (auto const& gap : roster.gaps) {
    ReportRow row;
    row.identity = gap.identity;
    row.kind = gap.kind;
    auto result = ProbeResult::bad(Reason::internal, "discovery", gap.why);
    row.add(std::move(result));
    rows.push_back(std::move(row));
  }
  return rows;
}

void Selection::register_on(app::Flags& flags) {
  flags.add("label", "NAME=VALUE", "Only targets with this label; repeatable, all must hold.",
            [this](const std::string& text) {
              auto const equals = text.find('=');
              if (equals == 0 || equals == std::string::npos)
                throw app::UsageError("expected NAME=VALUE, got `" + text + "`");
              labels.emplace_back(text.substr(0, equals), text.substr(equals + 1));
            });
  flags.add("probe", "NAME", "Only this probe; repeatable, any of them.",
            [this](const std::string& text) { probes.push_back(text); });
  flags.add("target", "NAME", "Only the target of this name; repeatable, any of them.",
            [this](const std::string& text) { targets.push_back(text); });
  flags.toggle("exclusive", "Exclusive (expensive) probes too; no lease is taken (yes).", &exclusive);
}

bool Selection::admits(const Identity& identity) const {
  return among(identity.probe, probes) && among(identity.target, targets) &&
         std::all_of(labels.begin(), labels.end(),
                     [&](auto const& label) { return has_label(identity, label.first, label.second); });
}

void apply(const Selection& selection, Roster& roster) {
  std::vector<Identity> all;
  for (auto const& probe : roster.probes) all.push_back(probe.identity);
  if (!selection.exclusive) std::erase_if(roster.probes, [](auto const& probe) { return probe.exclusive; });
  std::erase_if(roster.probes, [&](auto const& probe) { return !selection.admits(probe.identity); });
  // What a failed discovery would have found may carry any label.
  std::erase_if(roster.gaps, [&](auto const& gap) { return !among(gap.identity.probe, selection.probes); });
  if (!roster.probes.empty() || !roster.gaps.empty()) return;
  if (all.empty()) throw app::UsageError("the configuration has no targets");
  throw app::UsageError(explain_nothing(selection, all));
}

NamedModule find_module(const std::optional<FleetConfig>& fleet, const std::string& name) {
  std::vector<std::string_view> known;
  if (fleet) {
    for (auto const& [key, module] : fleet->modules) {
      if (key == name) return module;
      known.push_back(key);
    }
    for (auto const& probe : fleet->probes) {
      known.push_back(probe.name);
      if (probe.name != name) continue;
      auto module = probe.module;
      module.timeout = probe.timeout;
      return module;
    }
  }
  for (auto const& kind : module_kinds()) {
    known.push_back(kind.name);
    if (kind.name != name) continue;
    ReadContext context;
    if (fleet && !fleet->probe_networks.empty())
      context.allowed = std::make_shared<net::Networks>(fleet->probe_networks);
    auto const whole = config::Document::parse("{}", "--module=" + name).root();
    return {name, name, kind.read(std::nullopt, whole, context), std::nullopt, whole.place()};
  }
  std::string message = "no module, probe or kind is named `" + name + "`";
  auto const near = config::nearest(name, known);
  if (!near.empty()) throw app::UsageError(message + ", did you mean " + std::string(near) + "?");
  std::set<std::string> words(known.begin(), known.end());
  throw app::UsageError(message + "; there are: " + joined(words));
}

}  // namespace fleet::probers
