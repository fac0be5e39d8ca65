#include "demo/batch_ledger.hpp"

#include <boost/json.hpp>

namespace fleet::demo {

namespace json = boost::json;

std::string encode(const QueuedDocument& document, std::int64_t enqueued_at_us) {
  json::object object;
  object["batch_id"] = document.batch_id;
  object["document_id"] = document.document_id;
  object["enqueued_at_us"] = enqueued_at_us;
  return json::serialize(object);
}

QueuedDocument decode_document(std::string_view entry) {
  boost::system::error_code failure;
  auto const parsed = json::parse(json::string_view(entry.data(), entry.size()), failure);
  auto const* object = failure ? nullptr : parsed.if_object();
  QueuedDocument document;
  if (!object) return document;
  auto const text = [object](std::string_view key) {
    auto const* member = object->if_contains(key);
    auto const* value = member ? member->if_string() : nullptr;
    return value ? std::string(value->data(), value->size()) : std::string();
  };
  document.batch_id = text("batch_id");
  document.document_id = text("document_id");
  return document;
}

void BatchLedger::begin(Batch batch) {
  std::string const id = batch.id;
  batches_.try_emplace(id, std::move(batch));
}

void BatchLedger::note_queued(std::string_view id, std::int64_t at_us) {
  auto const place = batches_.find(id);
  if (place != batches_.end()) place->second.queued_us = at_us;
}

bool BatchLedger::count(std::string_view id, bool succeeded) {
  auto const place = batches_.find(id);
  if (place == batches_.end()) return false;
  ++(succeeded ? place->second.succeeded : place->second.failed);
  return true;
}

std::vector<Batch> BatchLedger::ended() const {
  std::vector<Batch> list;
  for (auto const& [id, batch] : batches_) {
    if (batch.ended()) list.push_back(batch);
  }
  return list;
}

void BatchLedger::remove(std::string_view id) {
  auto const place = batches_.find(id);
  if (place != batches_.end()) batches_.erase(place);
}

std::map<std::string, std::uint32_t> BatchLedger::missing(
    const std::map<std::string, std::uint32_t>& present) const {
  std::map<std::string, std::uint32_t> result;
  for (auto const& [id, batch] : batches_) {
    auto const place = present.find(id);
    auto const accounted = batch.succeeded + batch.failed + (place == present.end() ? 0 : place->second);
    if (accounted < batch.size) result[id] = batch.size - accounted;
  }
  return result;
}

}  // namespace fleet::demo
