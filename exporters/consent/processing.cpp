#include "exporters/consent/processing.hpp"

#include <algorithm>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::consent {

std::vector<ProcessingCount> read_processing(const postgres::Rows& rows) {
  auto const type = rows.column("consent_type"), events = rows.column("events"),
             withdrawal = rows.column("after_withdrawal"), clients = rows.column("clients_after_withdrawal"),
             expiry = rows.column("after_expiry"), without = rows.column("without_grant");
  std::vector<ProcessingCount> counts;
  counts.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ProcessingCount count;
    count.consent_type = rows.text(row, type);
    count.events = rows.number_or_null(row, events).value_or(0);
    count.after_withdrawal = rows.number_or_null(row, withdrawal).value_or(0);
    count.clients_after_withdrawal = rows.number_or_null(row, clients).value_or(0);
    count.after_expiry = rows.number_or_null(row, expiry).value_or(0);
    count.without_grant = rows.number_or_null(row, without).value_or(0);
    counts.push_back(std::move(count));
  }
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.consent_type < b.consent_type; });
  return counts;
}

std::map<std::string, ProcessingCount> by_label(const std::vector<ProcessingCount>& rows,
                                                exporters::LabelLimit& types) {
  std::map<std::string, ProcessingCount> counts;
  for (auto const& type : types.known()) counts[type];
  for (auto const& row : rows) {
    auto& count = counts[types.label(row.consent_type)];
    count.events += row.events;
    count.after_withdrawal += row.after_withdrawal;
    count.clients_after_withdrawal += row.clients_after_withdrawal;
    count.after_expiry += row.after_expiry;
    count.without_grant += row.without_grant;
  }
  for (auto& [type, count] : counts) count.consent_type = type;
  return counts;
}

void publish_processing(const std::map<std::string, ProcessingCount>& counts, Families& out) {
  auto& events = out.gauge("consent_processing_events", "Uses of clients' data in the last window.");
  auto& withdrawal =
      out.gauge("consent_processing_after_withdrawal",
                "Uses in the last window of data whose consent had been withdrawn and not granted again.");
  auto& clients =
      out.gauge("consent_processing_after_withdrawal_clients",
                "Clients whose data was used in the last window although their consent had been withdrawn.");
  auto& expiry = out.gauge("consent_processing_after_expiry",
                           "Uses in the last window of data whose consent had expired and was not withdrawn.");
  auto& without = out.gauge("consent_processing_without_grant",
                            "Uses in the last window of data for which no such consent had ever been granted.");
  for (auto const& [type, count] : counts) {
    events.add({{"consent_type", type}}, count.events);
    withdrawal.add({{"consent_type", type}}, count.after_withdrawal);
    clients.add({{"consent_type", type}}, count.clients_after_withdrawal);
    expiry.add({{"consent_type", type}}, count.after_expiry);
    without.add({{"consent_type", type}}, count.without_grant);
  }
}

awaitable<void> Processing::collect(Deadline deadline, Families& out) {
  std::string query = "processing";
  auto const rows = co_await source_->read(std::move(query), read_processing, exporters::answer_by(deadline));
  publish_processing(by_label(rows, types_), out);
}

}  // namespace fleet::exporters::consent
