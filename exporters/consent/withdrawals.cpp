#include "exporters/consent/withdrawals.hpp"

#include <algorithm>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::consent {

std::vector<PendingCount> read_withdrawals(const postgres::Rows& rows) {
  auto const type = rows.column("consent_type"), pending = rows.column("pending"),
             oldest = rows.column("oldest_pending_seconds");
  std::vector<PendingCount> counts;
  counts.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    PendingCount count;
    count.consent_type = rows.text(row, type);
    count.pending = rows.number_or_null(row, pending).value_or(0);
    count.oldest_seconds = rows.number_or_null(row, oldest).value_or(0);
    counts.push_back(std::move(count));
  }
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.consent_type < b.consent_type; });
  return counts;
}

std::map<std::string, PendingCount> by_label(const std::vector<PendingCount>& rows,
                                             exporters::LabelLimit& types) {
  std::map<std::string, PendingCount> counts;
  for (auto const& type : types.known()) counts[type];
  for (auto const& row : rows) {
    auto& count = counts[types.label(row.consent_type)];
    count.pending += row.pending;
    count.oldest_seconds = std::max(count.oldest_seconds, row.oldest_seconds);
  }
  for (auto& [type, count] : counts) count.consent_type = type;
  return counts;
}

void publish_withdrawals(const std::map<std::string, PendingCount>& counts, Families& out) {
  auto& pending =
      out.gauge("consent_withdrawals_pending", "Withdrawals of consent that nobody has acted on yet.");
  auto& age = out.gauge("consent_withdrawal_oldest_pending_age_seconds",
                        "Time since the oldest withdrawal that nobody has acted on yet; 0 if there is none.");
  for (auto const& [type, count] : counts) {
    pending.add({{"consent_type", type}}, count.pending);
    age.add({{"consent_type", type}}, count.oldest_seconds);
  }
}

awaitable<void> Withdrawals::collect(Deadline deadline, Families& out) {
  std::string query = "withdrawals";
  auto const rows = co_await source_->read(std::move(query), read_withdrawals, exporters::answer_by(deadline));
  publish_withdrawals(by_label(rows, types_), out);
}

}  // namespace fleet::exporters::consent
