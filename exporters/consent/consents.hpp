// Consents by type and state.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/consent/memory.hpp"
#include "exporters/label_limit.hpp"
#include "exporters/shared_reading.hpp"

namespace fleet::exporters::consent {

/// One row of the query `consents`.
struct ConsentCount {
  std::string consent_type;
  double granted = 0;        ///< rows of any state
  double active = 0;         ///< neither withdrawn nor expired
  double withdrawn = 0;      ///< expired or not
  double expired = 0;        ///< and not withdrawn
  double expiring_soon = 0;  ///< of the active ones
};

using ConsentReading = exporters::SharedReading<std::vector<ConsentCount>>;

/// Rows sorted by type. Throws postgres::Error if a column is missing or holds no number.
std::vector<ConsentCount> read_consents(const postgres::Rows& rows);
/// One count for each type to publish, known or found; rows that share their label are added up.
std::map<std::string, ConsentCount> by_label(const std::vector<ConsentCount>& rows,
                                             exporters::LabelLimit& types);
/// `granted`: totals as RisingCounts returns them.
void publish_consents(const std::map<std::string, ConsentCount>& counts,
                      const std::map<std::string, double>& granted, Families& out);

class Consents : public exporters::Collector {
 public:
  Consents(std::shared_ptr<ConsentReading> reading, std::shared_ptr<Memory> memory, exporters::LabelLimit types)
      : reading_(std::move(reading)), memory_(std::move(memory)), types_(std::move(types)) {}
  std::string_view name() const override { return "consents"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<ConsentReading> reading_;
  std::shared_ptr<Memory> memory_;
  exporters::LabelLimit types_;
};

}  // namespace fleet::exporters::consent
