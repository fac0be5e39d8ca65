// Everything that OTLP requests have told: one object, that the receiver fills and the page reads.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/a2a/config.hpp"
#include "exporters/a2a/otlp/span_hops.hpp"
#include "exporters/a2a/otlp/span_pairs.hpp"
#include "exporters/a2a/recent_hops.hpp"

namespace fleet::exporters::a2a {

/// Takes spans in, each once, and pairs and counts them. Thread-safe: the receiver's thread takes, the worker
/// renders. The lock is held for a few hundred spans at a time, so that neither waits for more than a
/// millisecond. Outlives reloads and the receiver: nothing that was counted is lost before the process ends.
class SpanIngest {
 public:
  explicit SpanIngest(const OtlpSettings& settings, std::chrono::milliseconds window);

  void set_settings(const OtlpSettings& settings);
  /// The spans of one request; `ignored` and `rejected` ones are only counted.
  void take(std::vector<HopSpan> spans, std::uint64_t ignored, std::uint64_t rejected);
  /// A request was answered with this HTTP status.
  void note_answer(int status);
  void add_families(const PageSettings& page, Families& out);

 private:
  enum Result : std::uint8_t { duplicate, ignored, rejected, taken, unnamed };
  static constexpr std::array<std::string_view, 5> result_names{"duplicate", "ignored", "rejected", "taken",
                                                                "unnamed"};
  static constexpr std::array<int, 5> statuses{200, 400, 413, 415, 503};

  void take_one(HopSpan span, SpanPairs::Time now);

  std::mutex mutex_;
  RecentHops recent_;
  SpanPairs pairs_;
  SpanHops hops_;
  std::array<std::uint64_t, result_names.size()> results_{};
  std::array<std::uint64_t, statuses.size()> answers_{};
  double last_request_ = 0;
};

}  // namespace fleet::exporters::a2a
