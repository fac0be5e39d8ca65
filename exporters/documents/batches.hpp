// Batches in flight and finished: the state behind the document metrics.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/families.hpp"
#include "exporters/documents/batch_record.hpp"
#include "exporters/documents/recent_batches.hpp"

namespace fleet::exporters::documents {

struct BatchRules {
  std::int64_t linger_us = 300'000'000;            ///< how long the last finished batch stays in the two gauges
  std::int64_t stuck_after_us = 600'000'000;       ///< a batch in flight for longer is stuck
  std::int64_t abandon_after_us = 86'400'000'000;  ///< a batch in flight for longer is given up and forgotten
  std::int64_t large_size = 500;                   ///< objective: batches of this size or more
  std::int64_t objective_us = 90'000'000;          ///< ... within this time
  std::int64_t recent_within_us = 1'800'000'000;   ///< which of the last batches the recent ratios are made of
  std::size_t recent_batches = 10;                 ///< ... and how many of them
  std::size_t max_pipelines = 50;                  ///< further pipelines are counted as "other"
  std::size_t max_stages = 20;                     ///< the same of a pipeline's stages
};

/// Everything counted so far. Plain data and arithmetic: no sockets, no clock of its own; `now_us` is the
/// queue's Redis TIME. encode() and decode() carry it through the checkpoint, so a restart loses nothing.
class Batches {
 public:
  explicit Batches(BatchRules rules) : rules_(rules) {}

  void apply(const BatchRecord& record);
  void skip(Skip reason) { ++skipped_[static_cast<std::size_t>(reason)]; }
  /// Forgets batches in flight since before now - abandon_after.
  void give_up_old(std::int64_t now_us);

  /// Adds counters, histograms and, from one snapshot with equal labels, document_processing_time_seconds and
  /// document_batch_size: of the oldest batch in flight, else of the last finished for `linger`, else absent.
  void add_families(std::int64_t now_us, Families& out) const;
  /// Documents of all batches that ever started.
  std::uint64_t documents_started() const;

  std::string encode() const;
  /// The state that encode() wrote; nullopt if the text is not one. What an older version did not write is 0.
  static std::optional<Batches> decode(std::string_view text, BatchRules rules);
  void set_rules(BatchRules rules) { rules_ = rules; }

 private:
  struct InFlight {
    std::string pipeline;
    std::int64_t size, started_us;
    std::vector<std::string> stages;  // told so far, to know a repetition
  };
  struct Stage {
    HistogramData duration{stage_bounds()};
    std::uint64_t succeeded = 0, failed = 0;
  };
  struct Pipeline {
    std::uint64_t started = 0, succeeded_batches = 0, partial_batches = 0, failed_batches = 0, abandoned = 0;
    std::uint64_t documents_started = 0, documents_succeeded = 0, documents_failed = 0;
    HistogramData large{bounds()}, small{bounds()};
    std::map<std::string, Stage, std::less<>> stages;
    // The last finished batch.
    std::int64_t last_finished_us = -1, last_duration_us = 0, last_size = 0, last_failed = 0;
    RecentBatches recent;
  };
  static const std::vector<double>& bounds();
  static const std::vector<double>& stage_bounds();
  Pipeline& pipeline(std::string_view name);
  std::string_view pipeline_name(std::string_view name) const;
  void start(const BatchRecord& record);
  void finish(const BatchRecord& record);
  void end_stage(const BatchRecord& record);
  void add_present(std::int64_t now_us, Families& out) const;
  void add_recent(std::int64_t now_us, Families& out) const;
  void add_counts(Families& out) const;
  void add_stages(Families& out) const;

  BatchRules rules_;
  std::map<std::string, Pipeline, std::less<>> pipelines_;
  std::map<std::string, InFlight, std::less<>> in_flight_;  // by batch id
  std::deque<std::string> finished_ids_;                    // the latest, to know a repetition
  std::array<std::uint64_t, skip_kinds> skipped_{};
};

}  // namespace fleet::exporters::documents
