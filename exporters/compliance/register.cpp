#include "exporters/compliance/register.hpp"

#include <chrono>
#include <utility>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::compliance {

namespace {

awaitable<std::vector<ViolationCount>> read(std::shared_ptr<exporters::SqlSource> source,
                                            std::shared_ptr<Memory> memory, Deadline deadline) {
  std::string query = "violations";
  auto rows = co_await source->read(std::move(query), read_violations, deadline);
  memory->register_rows = rows;
  memory->last_successful_check = std::chrono::system_clock::now();
  co_return rows;
}

}  // namespace

Register::Register(asio::any_io_executor executor, std::shared_ptr<exporters::SqlSource> source,
                   std::shared_ptr<Memory> memory, exporters::LabelLimit frameworks,
                   exporters::LabelLimit severities)
    : memory_(memory),
      frameworks_(std::move(frameworks)),
      severities_(std::move(severities)),
      reading_(std::move(executor), [source = std::move(source), memory = std::move(memory)](
                                        Deadline deadline) { return read(source, memory, deadline); }) {}

awaitable<void> Register::refresh(Deadline deadline) { co_await reading_.get(deadline); }

awaitable<void> Register::try_refresh(Deadline deadline) {
  try {
    co_await reading_.get(deadline);
  } catch (const std::exception&) {
  }
}

std::optional<std::map<FrameworkSeverity, ViolationCount>> Register::counts() {
  if (!memory_->register_rows) return std::nullopt;
  return by_label(*memory_->register_rows, frameworks_, severities_);
}

const std::map<FrameworkSeverity, double>& Register::observe_recorded(
    const std::map<FrameworkSeverity, ViolationCount>& counts) {
  std::map<FrameworkSeverity, double> sizes;
  for (auto const& [labels, count] : counts) sizes.emplace(labels, count.recorded);
  return memory_->recorded.observe(sizes);
}

awaitable<void> Violations::collect(Deadline deadline, Families& out) {
  co_await register_->refresh(exporters::answer_by(deadline));
  if (auto const counts = register_->counts()) {
    publish_violations(*counts, register_->observe_recorded(*counts), out);
  }
}

awaitable<void> RunbookMetric::collect(Deadline deadline, Families& out) {
  co_await register_->try_refresh(exporters::answer_by(deadline));
  if (auto const counts = register_->counts()) publish_runbook_metric(*counts, out);
}

}  // namespace fleet::exporters::compliance
