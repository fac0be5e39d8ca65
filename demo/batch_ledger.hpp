// Which batches are in flight and how far each is. Plain state, no sockets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::demo {

struct Batch {
  std::string id, pipeline;
  std::uint32_t size = 0;
  std::uint32_t succeeded = 0, failed = 0;
  std::int64_t queued_us = 0;  ///< when all its documents were on the queue; 0 if somebody else queued them
  bool ended() const { return succeeded + failed >= size; }
};

/// One entry of the list of documents.
struct QueuedDocument {
  std::string batch_id, document_id;
};

/// `{"batch_id","document_id","enqueued_at_us"}`.
std::string encode(const QueuedDocument& document, std::int64_t enqueued_at_us);
/// A document with empty ids if the entry is no such object.
QueuedDocument decode_document(std::string_view entry);

/// The batches in flight, by id. Not thread-safe.
class BatchLedger {
 public:
  void begin(Batch batch);
  bool knows(std::string_view id) const { return batches_.contains(id); }
  bool empty() const { return batches_.empty(); }
  /// All documents of the batch are on the queue.
  void note_queued(std::string_view id, std::int64_t at_us);
  /// Counts one document; false if its batch is unknown.
  bool count(std::string_view id, bool succeeded);
  /// Batches whose documents have all been counted and whose end has not been announced.
  std::vector<Batch> ended() const;
  void remove(std::string_view id);
  /// For each batch, how many documents are neither counted nor among `present` (those that still wait or are
  /// being worked on): a dead worker took them along.
  std::map<std::string, std::uint32_t> missing(const std::map<std::string, std::uint32_t>& present) const;
  const std::map<std::string, Batch, std::less<>>& all() const { return batches_; }

 private:
  std::map<std::string, Batch, std::less<>> batches_;
};

}  // namespace fleet::demo
