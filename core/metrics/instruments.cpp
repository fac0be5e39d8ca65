#include "core/metrics/instruments.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace fleet {

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

std::size_t Histogram::bucket_of(double value) const {
  return static_cast<std::size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin());
}

void Histogram::observe(double value) {
  counts_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

void Histogram::observe(double value, Exemplar exemplar) {
  observe(value);
  std::lock_guard const lock(exemplars_mutex_);
  if (exemplars_.empty()) exemplars_.resize(counts_.size());
  exemplars_[bucket_of(value)] = std::move(exemplar);
}

std::vector<Exemplar> Histogram::exemplars() const {
  std::lock_guard const lock(exemplars_mutex_);
  return exemplars_;
}

HistogramData Histogram::snapshot() const {
  HistogramData data(bounds_);
  for (std::size_t i = 0; i < counts_.size(); ++i) data.counts[i] = counts_[i].load(std::memory_order_relaxed);
  data.sum = sum_.load(std::memory_order_relaxed);
  return data;
}

namespace {

/// One kind of instrument by family and rendered label set; node-based maps keep the references stable.
template <class Instrument>
struct Shelf {
  struct Entry {
    template <class... Arguments>
    Entry(std::string prefix, Instruments::LabelList list, Arguments&&... arguments)
        : rendered(std::move(prefix)),
          labels(std::move(list)),
          instrument(std::forward<Arguments>(arguments)...) {}
    std::string rendered;  // "name{labels} "
    Instruments::LabelList labels;
    Instrument instrument;
  };
  struct Series {
    std::string help;
    std::map<std::string, Entry> entries;
    std::size_t prefix_bytes = 0;  // of all entries
  };
  std::map<std::string, Series, std::less<>> families;

  template <class... Arguments>
  Instrument& get(std::string_view family, std::string_view help, const Instruments::LabelList& labels,
                  Arguments&&... arguments) {
    auto found = families.find(family);
    if (found == families.end()) {
      found = families.try_emplace(std::string(family)).first;
      found->second.help = help;
    }
    std::vector<Label> const views(labels.begin(), labels.end());
    std::string key;
    append_labels(key, views);
    auto& entries = found->second.entries;
    auto entry = entries.find(key);
    if (entry == entries.end()) {
      entry =
          entries
              .try_emplace(key, std::string(family) + key + " ", labels, std::forward<Arguments>(arguments)...)
              .first;
      found->second.prefix_bytes += entry->second.rendered.size();
    }
    return entry->second.instrument;
  }

  std::size_t size() const {
    std::size_t count = 0;
    for (auto const& [name, series] : families) count += series.entries.size();
    return count;
  }

  void remove(const Instruments::LabelList& wanted) {
    for (auto& [name, series] : families) {
      std::erase_if(series.entries, [&](auto const& entry) {
        auto const& labels = entry.second.labels;
        bool const carries = std::all_of(wanted.begin(), wanted.end(), [&](auto const& label) {
          return std::find(labels.begin(), labels.end(), label) != labels.end();
        });
        if (carries) series.prefix_bytes -= entry.second.rendered.size();
        return carries;
      });
    }
  }

  void remove(std::string_view family, const std::string& key) {
    auto const series = families.find(family);
    if (series == families.end()) return;
    auto const entry = series->second.entries.find(key);
    if (entry == series->second.entries.end()) return;
    series->second.prefix_bytes -= entry->second.rendered.size();
    series->second.entries.erase(entry);
  }
};

}  // namespace

struct Instruments::Impl {
  /// The lock for who makes or removes an instrument: a page in the making lets it go first.
  class Turn {
   public:
    explicit Turn(Impl& impl) : impl_(impl) {
      ++impl_.waiting;
      impl_.mutex.lock();
      --impl_.waiting;
    }
    ~Turn() { impl_.mutex.unlock(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Impl& impl_;
  };

  template <class Instrument, class Add>
  void render(const Shelf<Instrument>& shelf, Families& out, MetricType type, Add add) {
    constexpr std::size_t most_at_once = 256, usual_value = 12;
    std::unique_lock lock(mutex);
    for (auto const& [name, series] : shelf.families) {  // none is ever removed
      auto& family = out.family(name, type, series.help);
      family.reserve(series.entries.size(), series.prefix_bytes + series.entries.size() * usual_value);
      std::size_t added = 0;
      for (auto entry = series.entries.begin(); entry != series.entries.end();) {
        add(family, entry->second);
        if (++entry == series.entries.end() || ++added % most_at_once != 0) continue;
        auto const next = entry->first;
        lock.unlock();
        while (waiting > 0) std::this_thread::yield();
        lock.lock();
        entry = series.entries.lower_bound(next);
      }
    }
  }

  InheritingMutex mutex;
  std::atomic<int> waiting{0};
  Shelf<Counter> counters;
  Shelf<Gauge> gauges;
  Shelf<Histogram> histograms;
};

Instruments::Instruments() : impl_(std::make_unique<Impl>()) {}
Instruments::~Instruments() = default;

Counter& Instruments::counter(std::string_view family, std::string_view help, const LabelList& labels) {
  Impl::Turn const turn(*impl_);
  return impl_->counters.get(family, help, labels);
}

Gauge& Instruments::gauge(std::string_view family, std::string_view help, const LabelList& labels) {
  Impl::Turn const turn(*impl_);
  return impl_->gauges.get(family, help, labels);
}

Histogram& Instruments::histogram(std::string_view family, std::string_view help,
                                  const std::vector<double>& bounds, const LabelList& labels) {
  Impl::Turn const turn(*impl_);
  return impl_->histograms.get(family, help, labels, bounds);
}

void Instruments::remove(const LabelList& labels) {
  Impl::Turn const turn(*impl_);
  impl_->counters.remove(labels);
  impl_->gauges.remove(labels);
  impl_->histograms.remove(labels);
}

void Instruments::remove(std::string_view family, const LabelList& labels) {
  std::vector<Label> const views(labels.begin(), labels.end());
  std::string key;
  append_labels(key, views);
  Impl::Turn const turn(*impl_);
  impl_->counters.remove(family, key);
  impl_->gauges.remove(family, key);
  impl_->histograms.remove(family, key);
}

std::size_t Instruments::size() const {
  Impl::Turn const turn(*impl_);
  return impl_->counters.size() + impl_->gauges.size() + impl_->histograms.size();
}

void Instruments::collect(Families& out) const {
  auto const plain = [](Family& family, auto const& entry) {
    family.add_rendered(entry.rendered, entry.instrument.value());
  };
  impl_->render(impl_->counters, out, MetricType::counter, plain);
  impl_->render(impl_->gauges, out, MetricType::gauge, [&](Family& family, auto const& entry) {
    if (!entry.instrument.hidden()) plain(family, entry);
  });
  impl_->render(impl_->histograms, out, MetricType::histogram, [](Family& family, auto const& entry) {
    std::vector<Label> const labels(entry.labels.begin(), entry.labels.end());
    auto const exemplars = entry.instrument.exemplars();
    family.add_histogram(labels, entry.instrument.snapshot(), exemplars);
  });
}

}  // namespace fleet
