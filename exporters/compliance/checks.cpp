#include "exporters/compliance/checks.hpp"

#include <array>
#include <memory>
#include <utility>

#include "exporters/checks/check_command.hpp"
#include "exporters/checks/check_parts.hpp"
#include "exporters/compliance/judgements.hpp"
#include "exporters/compliance/monitor.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::compliance {

namespace {

using exporters::CheckSubject;
using exporters::LabelLimit;
using exporters::SqlSource;
using Findings = std::vector<Finding>;

constexpr std::array<CheckSubject, 4> subjects{{
    {"violations", "open violations of each framework and severity"},
    {"retention", "documents kept beyond their retention date"},
    {"financial", "Form 13s that are missing or incomplete"},
    {"monitor", "what the compliance monitor says, and whether it still checks"},
}};

/// What one run needs; the frames of its coroutines share it.
struct Run {
  Run(asio::any_io_executor executor, const Config& from)
      : config(from), source(std::move(executor), from.database, from.queries) {}
  bool has(std::string_view name) const {
    return name == "monitor" ? config.monitor.has_value() : source.has(name);
  }
  Config config;
  SqlSource source;
};

awaitable<Findings> violations(std::shared_ptr<Run> run, Deadline deadline) {
  std::string query = "violations";
  auto const rows = co_await run->source.read(std::move(query), read_violations, deadline);
  LabelLimit frameworks(run->config.frameworks, run->config.label_limit);
  LabelLimit severities(run->config.severities, run->config.label_limit);
  co_return judge_violations(by_label(rows, frameworks, severities), run->config.check);
}

awaitable<Findings> retention(std::shared_ptr<Run> run, Deadline deadline) {
  std::string query = "retention";
  auto const overdue = co_await run->source.read(std::move(query), read_overdue, deadline);
  co_return judge_retention(overdue, run->config.check);
}

awaitable<Findings> financial(std::shared_ptr<Run> run, Deadline deadline) {
  std::string query = "form13";
  auto const rows = co_await run->source.read(std::move(query), read_form13, deadline);
  LabelLimit types(run->config.form13.case_types, run->config.label_limit);
  co_return judge_form13(by_label(rows, types), run->config.check);
}

awaitable<Findings> monitor(std::shared_ptr<Run> run, Deadline deadline) {
  http::Client client(run->config.monitor->tls);
  auto const dashboard = co_await ask_monitor(client, *run->config.monitor, deadline);
  co_return judge_monitor(dashboard, *run->config.monitor, std::chrono::system_clock::now());
}

constexpr std::array<exporters::CheckPart<Run>, 4> parts{{
    {"violations", "violations", "register", violations},
    {"retention", "retention", "documents", retention},
    {"financial", "form13", "Form 13", financial},
    {"monitor", "monitor", "dashboard", monitor},
}};

}  // namespace

int run_check(int argc, const char* const* argv) {
  exporters::CheckDescription description;
  description.program = "compliance_exporter";
  description.what =
      "Reads the register and the compliance monitor once, by the queries that the exporter serves,\n"
      "and names every breach of what compliance.yml allows (`check:`). Counts and ages only.";
  description.example = "compliance_exporter check\ncompliance_exporter check --only retention --output json";
  description.default_config = "compliance.yml";
  description.subjects = subjects;
  description.parse = [](const config::Document& document) -> exporters::Judge {
    auto const config = std::make_shared<const Config>(read_config(document));
    return [config](asio::any_io_executor executor, std::set<std::string> only, Deadline deadline) {
      auto run = std::make_shared<Run>(std::move(executor), *config);
      return exporters::judge_parts(std::span<const exporters::CheckPart<Run>>(parts), std::move(run),
                                    std::move(only), deadline);
    };
  };
  return exporters::run_check(argc, argv, description);
}

}  // namespace fleet::exporters::compliance
