// Long-lived counters, gauges and histograms that one thread updates and another renders.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/inheriting_mutex.hpp"
#include "core/metrics/families.hpp"

namespace fleet {

/// Only rises. All members may be called from any thread; reads see a value that was true.
class Counter {
 public:
  void add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Gauge {
 public:
  void set(double value) {
    value_.store(value, std::memory_order_relaxed);
    hidden_.store(false, std::memory_order_release);
  }
  void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }
  /// Leaves it out of pages until the next set(): cheaper than remove() for what comes and goes.
  void hide() { hidden_.store(true, std::memory_order_relaxed); }
  bool hidden() const { return hidden_.load(std::memory_order_acquire); }

 private:
  std::atomic<double> value_{0};
  std::atomic<bool> hidden_{false};
};

/// Atomic buckets; a snapshot's count is the sum of its buckets, so a page is consistent with itself.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  /// The same, and keeps this as its bucket's exemplar in place of the one before. Takes a lock of its own.
  void observe(double value, Exemplar exemplar);
  HistogramData snapshot() const;
  /// Empty, or one per bucket; an empty trace_id means none.
  std::vector<Exemplar> exemplars() const;

 private:
  std::size_t bucket_of(double value) const;

  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
  mutable InheritingMutex exemplars_mutex_;
  std::vector<Exemplar> exemplars_;  // made at first use
};

/// Owns the instruments of a program, by family and label set. Making an instrument takes a lock and returns
/// the existing one for the same labels; the reference lives as long as the registry, or until remove().
/// Updating an instrument takes no lock.
class Instruments {
 public:
  using LabelList = std::vector<std::pair<std::string, std::string>>;

  Instruments();
  ~Instruments();
  Counter& counter(std::string_view family, std::string_view help, const LabelList& labels = {});
  Gauge& gauge(std::string_view family, std::string_view help, const LabelList& labels = {});
  Histogram& histogram(std::string_view family, std::string_view help, const std::vector<double>& bounds,
                       const LabelList& labels = {});
  /// Destroys every instrument whose labels include all of these; nobody may use a reference to one any more.
  void remove(const LabelList& labels);
  /// Destroys the one instrument of that family with exactly these labels, if there is one.
  void remove(std::string_view family, const LabelList& labels);
  /// How many there are.
  std::size_t size() const;
  /// Appends every instrument's present value. Any thread.
  void collect(Families& out) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fleet
