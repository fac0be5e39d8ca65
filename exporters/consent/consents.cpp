#include "exporters/consent/consents.hpp"

#include <algorithm>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::consent {

std::vector<ConsentCount> read_consents(const postgres::Rows& rows) {
  auto const type = rows.column("consent_type"), granted = rows.column("granted"),
             active = rows.column("active"), withdrawn = rows.column("withdrawn"),
             expired = rows.column("expired"), expiring_soon = rows.column("expiring_soon");
  std::vector<ConsentCount> counts;
  counts.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ConsentCount count;
    count.consent_type = rows.text(row, type);
    count.granted = rows.number_or_null(row, granted).value_or(0);
    count.active = rows.number_or_null(row, active).value_or(0);
    count.withdrawn = rows.number_or_null(row, withdrawn).value_or(0);
    count.expired = rows.number_or_null(row, expired).value_or(0);
    count.expiring_soon = rows.number_or_null(row, expiring_soon).value_or(0);
    counts.push_back(std::move(count));
  }
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.consent_type < b.consent_type; });
  return counts;
}

std::map<std::string, ConsentCount> by_label(const std::vector<ConsentCount>& rows,
                                             exporters::LabelLimit& types) {
  std::map<std::string, ConsentCount> counts;
  for (auto const& type : types.known()) counts[type];
  for (auto const& row : rows) {
    auto& count = counts[types.label(row.consent_type)];
    count.granted += row.granted;
    count.active += row.active;
    count.withdrawn += row.withdrawn;
    count.expired += row.expired;
    count.expiring_soon += row.expiring_soon;
  }
  for (auto& [type, count] : counts) count.consent_type = type;
  return counts;
}

void publish_consents(const std::map<std::string, ConsentCount>& counts,
                      const std::map<std::string, double>& granted, Families& out) {
  auto& active = out.gauge("consent_active", "Consents in force: neither withdrawn nor expired.");
  auto& withdrawn = out.gauge("consent_withdrawn", "Consents that were withdrawn.");
  auto& expired = out.gauge("consent_expired", "Consents that expired without having been withdrawn.");
  auto& soon = out.gauge("consent_expiring_soon", "Consents in force that expire within the configured time.");
  auto& total = out.counter("consent_granted_total",
                            "Consents ever granted. Deleted rows stay counted while the exporter runs.");
  for (auto const& [type, count] : counts) {
    active.add({{"consent_type", type}}, count.active);
    withdrawn.add({{"consent_type", type}}, count.withdrawn);
    expired.add({{"consent_type", type}}, count.expired);
    soon.add({{"consent_type", type}}, count.expiring_soon);
  }
  for (auto const& [type, value] : granted) total.add({{"consent_type", type}}, value);
}

awaitable<void> Consents::collect(Deadline deadline, Families& out) {
  auto const rows = co_await reading_->get(exporters::answer_by(deadline));
  auto const counts = by_label(*rows, types_);
  std::map<std::string, double> sizes;
  for (auto const& [type, count] : counts) sizes.emplace(type, count.granted);
  publish_consents(counts, memory_->granted.observe(sizes), out);
}

}  // namespace fleet::exporters::consent
