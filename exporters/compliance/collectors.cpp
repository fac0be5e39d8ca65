#include "exporters/compliance/collectors.hpp"

#include <utility>

#include "exporters/compliance/audit_events.hpp"
#include "exporters/compliance/cases.hpp"
#include "exporters/compliance/form13.hpp"
#include "exporters/compliance/monitor.hpp"
#include "exporters/compliance/register.hpp"
#include "exporters/compliance/response_times.hpp"
#include "exporters/compliance/retention.hpp"
#include "exporters/custom_queries.hpp"
#include "exporters/database_state.hpp"

namespace fleet::exporters::compliance {

namespace {

using exporters::LabelLimit;

awaitable<std::optional<std::chrono::system_clock::time_point>> last_check(std::shared_ptr<Register> violations,
                                                                           Deadline deadline) {
  co_await violations->try_refresh(deadline);
  co_return violations->memory().last_successful_check;
}

}  // namespace

std::vector<std::unique_ptr<exporters::Collector>> make_collectors(const Config& config,
                                                                   std::shared_ptr<Memory> memory,
                                                                   asio::any_io_executor executor) {
  LabelLimit const frameworks(config.frameworks, config.label_limit);
  LabelLimit const severities(config.severities, config.label_limit);
  auto const source = std::make_shared<exporters::SqlSource>(executor, config.database, config.queries);
  auto const violations = std::make_shared<Register>(executor, source, memory, frameworks, severities);

  std::vector<std::unique_ptr<exporters::Collector>> collectors;
  collectors.push_back(std::make_unique<exporters::DatabaseState>(
      "compliance", source, [violations](Deadline deadline) { return last_check(violations, deadline); }));
  collectors.push_back(std::make_unique<RunbookMetric>(violations));
  collectors.push_back(std::make_unique<Violations>(violations));
  ResponseTimeSubject const subjects[] = {
      {"acknowledge_times", "compliance_violation_acknowledge_seconds",
       "Time from detection to acknowledgement of the violations acknowledged so far, counted in the "
       "register."},
      {"resolve_times", "compliance_violation_resolve_seconds",
       "Time from detection to resolution of the violations resolved so far, counted in the register."}};
  for (auto const& subject : subjects) {
    if (!source->has(subject.query)) continue;
    collectors.push_back(
        std::make_unique<ResponseTimes>(subject, source, memory, severities, config.response_time_bounds));
  }
  if (source->has("cases")) {
    collectors.push_back(std::make_unique<Cases>(source, LabelLimit(config.case_types, config.label_limit)));
  }
  if (source->has("form13")) {
    collectors.push_back(
        std::make_unique<Form13>(source, LabelLimit(config.form13.case_types, config.label_limit)));
  }
  if (source->has("retention")) collectors.push_back(std::make_unique<Retention>(source));
  if (config.monitor) collectors.push_back(std::make_unique<Monitor>(*config.monitor, frameworks));
  if (config.elasticsearch)
    collectors.push_back(std::make_unique<AuditEvents>(*config.elasticsearch, frameworks));
  if (!config.custom_sql->empty()) {
    exporters::CustomTarget place{"compliance_exporter", "", config.database};
    collectors.push_back(
        std::make_unique<exporters::CustomQueries>(executor, std::move(place), config.custom_sql));
  }
  return collectors;
}

}  // namespace fleet::exporters::compliance
