// Documents probe: a synthetic batch through the queue, from enqueuing to its end.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "probers/documents/batch_watch.hpp"
#include "probers/redis/redis_session.hpp"

namespace fleet::probers {

/// The batch is announced and enqueued as every producer does it: a record `started` on the stream, one JSON entry a document
/// (batch_id, document_id, enqueued_at_us) on the list; the pipeline takes them and writes the record `finished`. Its pipeline label is
/// `pipeline`, so exporters and dashboards keep it apart from clients' work, and its ids begin with "canary-".
struct DocumentsOptions {
  RedisAccess access;
  std::uint32_t size = 1;                        ///< documents in the batch
  std::chrono::milliseconds objective{90'000};  ///< slower is Reason::slow
  std::string pipeline = "canary";
  std::string queue = "document_processing_queue";
  std::string stream = "documents:batches";
  std::string golden_sha256;  ///< expected of the record `finished`, lower-case hex; empty: not judged
};

namespace facts {
inline constexpr FactKind documents_seconds{"probe_documents_batch_seconds",
                                            "From announcing the synthetic batch until it was finished."};
inline constexpr FactKind documents_size{"probe_documents_size", "Documents in the synthetic batch."};
inline constexpr FactKind documents_failed{"probe_documents_failed", "Documents of the synthetic batch that failed."};
inline constexpr FactKind documents_throughput{"probe_documents_throughput_per_second",
                                               "Documents of the synthetic batch by the time it took."};
}  // namespace facts

/// The first thing that is wrong with a batch that ended after `took`; nullopt if nothing is. Pure.
std::optional<ProbeResult> judge_batch(const DocumentsOptions& options, const BatchEnd& end,
                                       std::chrono::nanoseconds took);

class DocumentsProbe : public Probe {
 public:
  DocumentsProbe(HostPort target, std::shared_ptr<const DocumentsOptions> options);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  awaitable<void> run(Attempt attempt, ProbeResult* result) const;
  awaitable<std::string> announce(RedisSession* session, std::string batch_id, Attempt attempt, ProbeResult* result) const;
  awaitable<void> enqueue(RedisSession* session, std::string batch_id, std::string now_us, Attempt attempt,
                          ProbeResult* result) const;
  awaitable<void> await_end(RedisSession* session, BatchWatch* watch, Attempt attempt, ProbeResult* result) const;
  awaitable<std::string> progress(RedisSession* session, Deadline deadline) const;

  HostPort target_;
  std::shared_ptr<const DocumentsOptions> options_;
};

}  // namespace fleet::probers
