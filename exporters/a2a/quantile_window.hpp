// A quantile of what completed within the last W seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace fleet::exporters::a2a {

/// Latencies of one pair of agents over a sliding window, and a quantile of them.
///
/// Time: all stamps are microseconds of one clock (the coordinator's), and so is `now`. The window is a ring of
/// 240 sub-windows of W/240 each (250 ms for 60 s). A hop belongs to the sub-window of its completion and
/// counts while that sub-window lies wholly within the last W: so for at most W, and for at least W - W/240. It
/// never counts longer than W. What completed before that when it is observed (a backlog) does not count at
/// all, nor does what completed more than 2 % of W after `now` (a clock that was set back).
///
/// Value: nearest rank, the ceil(q n)-th smallest of the n values in the window (the first if that is 0). Exact
/// while no sub-window holds more than 256 distinct values (at W = 60 s: about 1,000 hops a second of one
/// pair). Beyond, the values of that sub-window are rounded to the middle of log-linear buckets, 128 to an
/// octave: a relative error of at most 1/256. Rounding never moves a value across 50 ms or 200 ms, the
/// objectives: v > 50 ms stays > 50 ms. Values saturate at 2^32 - 1 us (71 minutes).
///
/// Memory: 25 KiB, and 8 bytes a value in each sub-window, at most 6,664 of them. Not thread-safe.
class QuantileWindow {
 public:
  explicit QuantileWindow(std::chrono::microseconds length);

  void observe(std::int64_t done_us, std::int64_t latency_us, std::int64_t now_us);
  /// In microseconds; nullopt if nothing is in the window. 0 < q <= 1.
  std::optional<double> quantile(double q, std::int64_t now_us);
  /// Values in the window.
  std::uint64_t count(std::int64_t now_us);
  void clear();

 private:
  struct Entry {
    std::uint32_t value;
    std::uint32_t count;
  };
  struct SubWindow {
    std::int64_t number = -1;
    std::size_t limit = 0;    // of entries before they are merged
    std::size_t sorted = 0;   // of them, from the front, since the last time
    std::size_t counted = 0;  // of them, from the front, in `buckets_`
    bool rounded = false;
    std::vector<Entry> entries;
  };
  void expire(std::int64_t now_us);
  void drop(SubWindow& sub);
  void merge(SubWindow& sub);
  /// Of all sub-windows at once, when they are asked for: the buckets are far apart in memory.
  void count_all();
  void count(SubWindow& sub);
  SubWindow& at(std::int64_t number);

  std::int64_t length_us_;
  std::int64_t width_us_;
  std::int64_t oldest_ = 0;  // number of the first sub-window not yet expired
  std::uint64_t total_ = 0;
  std::vector<std::uint32_t>
      buckets_;  // how many counted values of all sub-windows are in each log-linear bucket
  std::vector<SubWindow> ring_;
};

}  // namespace fleet::exporters::a2a
