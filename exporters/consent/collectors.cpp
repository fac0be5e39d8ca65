#include "exporters/consent/collectors.hpp"

#include <chrono>
#include <utility>

#include "exporters/consent/consents.hpp"
#include "exporters/consent/processing.hpp"
#include "exporters/consent/withdrawals.hpp"
#include "exporters/custom_queries.hpp"
#include "exporters/database_state.hpp"

namespace fleet::exporters::consent {

namespace {

awaitable<std::vector<ConsentCount>> read(std::shared_ptr<exporters::SqlSource> source,
                                          std::shared_ptr<Memory> memory, Deadline deadline) {
  std::string query = "consents";
  auto rows = co_await source->read(std::move(query), read_consents, deadline);
  memory->last_successful_check = std::chrono::system_clock::now();
  co_return rows;
}

awaitable<std::optional<std::chrono::system_clock::time_point>> last_check(
    std::shared_ptr<ConsentReading> reading, std::shared_ptr<Memory> memory, Deadline deadline) {
  try {
    co_await reading->get(deadline);
  } catch (const std::exception&) {  // the collector "consents" reports it
  }
  co_return memory->last_successful_check;
}

}  // namespace

std::vector<std::unique_ptr<exporters::Collector>> make_collectors(const Config& config,
                                                                   std::shared_ptr<Memory> memory,
                                                                   asio::any_io_executor executor) {
  exporters::LabelLimit const types(config.consent_types, config.label_limit);
  auto const source = std::make_shared<exporters::SqlSource>(executor, config.database, config.queries);
  auto const reading = std::make_shared<ConsentReading>(
      executor, [source, memory](Deadline deadline) { return read(source, memory, deadline); });

  std::vector<std::unique_ptr<exporters::Collector>> collectors;
  collectors.push_back(std::make_unique<exporters::DatabaseState>(
      "consent", source,
      [reading, memory](Deadline deadline) { return last_check(reading, memory, deadline); }));
  collectors.push_back(std::make_unique<Consents>(reading, memory, types));
  if (source->has("withdrawals")) collectors.push_back(std::make_unique<Withdrawals>(source, types));
  if (source->has("processing")) collectors.push_back(std::make_unique<Processing>(source, types));
  if (!config.custom_sql->empty()) {
    exporters::CustomTarget place{"consent_exporter", "", config.database};
    collectors.push_back(
        std::make_unique<exporters::CustomQueries>(executor, std::move(place), config.custom_sql));
  }
  return collectors;
}

}  // namespace fleet::exporters::consent
