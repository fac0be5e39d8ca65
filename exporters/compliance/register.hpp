// The register of violations as a source: read once per scrape, remembered when it cannot be read.
#pragma once

#include <memory>
#include <vector>

#include "exporters/collector.hpp"
#include "exporters/compliance/memory.hpp"
#include "exporters/shared_reading.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::compliance {

/// Reads the register for the collectors below, all on the worker io thread.
class Register {
 public:
  Register(asio::any_io_executor executor, std::shared_ptr<exporters::SqlSource> source,
           std::shared_ptr<Memory> memory, exporters::LabelLimit frameworks, exporters::LabelLimit severities);

  /// Reads, and remembers what was read. Throws if the register cannot be read.
  awaitable<void> refresh(Deadline deadline);
  /// refresh() that keeps silent about a failure; the collector "violations" reports it.
  awaitable<void> try_refresh(Deadline deadline);

  const Memory& memory() const { return *memory_; }
  /// The rows last read, by label; nothing before the first successful reading.
  std::optional<std::map<FrameworkSeverity, ViolationCount>> counts();
  const std::map<FrameworkSeverity, double>& observe_recorded(
      const std::map<FrameworkSeverity, ViolationCount>& counts);

 private:
  std::shared_ptr<Memory> memory_;
  exporters::LabelLimit frameworks_;
  exporters::LabelLimit severities_;
  exporters::SharedReading<std::vector<ViolationCount>> reading_;
};

/// "violations": compliance_violations_*; fails when the register cannot be read.
class Violations : public exporters::Collector {
 public:
  explicit Violations(std::shared_ptr<Register> source) : register_(std::move(source)) {}
  std::string_view name() const override { return "violations"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<Register> register_;
};

/// "runbook": australian_legal_violations_total. Never fails: while the register cannot be read it publishes
/// the last reading, because a firing alert must not resolve by the database's failing. Nothing before the
/// first reading of the process.
class RunbookMetric : public exporters::Collector {
 public:
  explicit RunbookMetric(std::shared_ptr<Register> source) : register_(std::move(source)) {}
  std::string_view name() const override { return "runbook"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<Register> register_;
};

}  // namespace fleet::exporters::compliance
