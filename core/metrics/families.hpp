// What one scrape returns: metric families whose samples are rendered as they are added.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/metrics/arena.hpp"
#include "core/metrics/histogram.hpp"

namespace fleet {

enum class MetricType : std::uint8_t { counter, gauge, histogram, summary, untyped };

using Label = std::pair<std::string_view, std::string_view>;

/// Appends `{a="x",b="y"}` (nothing if empty) with values escaped as both text formats demand; invalid UTF-8 in
/// a value becomes U+FFFD. Label names are the program's own and taken as they are.
void append_labels(std::string& out, std::span<const Label> labels);
/// Appends a sample value: shortest decimal that reads back equal, or NaN, +Inf, -Inf.
void append_value(std::string& out, double value);

/// A summary's quantile: the `quantile` label's value, and what it is.
struct Quantile {
  std::string_view label;
  double value = 0;
};

/// An OpenMetrics exemplar; at most 128 characters of labels. Left out of text 0.0.4.
struct Exemplar {
  std::string trace_id;
  double value = 0;
  double unix_seconds = 0;
};

/// One metric family: name, help, type and its samples as finished lines. Adding a sample appends to one
/// buffer; no object per sample is built.
class Family {
 public:
  /// Made by Families, which keeps the views' texts in the same arena.
  Family(Arena& arena, MetricType type, std::string_view name, std::string_view constant,
         std::string_view help);

  void add(double value) { add(std::span<const Label>(), value); }
  void add(std::initializer_list<Label> labels, double value) {
    add(std::span(labels.begin(), labels.size()), value);
  }
  void add(std::span<const Label> labels, double value);
  /// A sample whose `name{labels} ` the caller rendered once and keeps: the cheapest form.
  void add_rendered(std::string_view name_and_labels_and_space, double value);
  /// `_bucket`, `_sum` and `_count` of one label set. Only for histogram families.
  void add_histogram(std::initializer_list<Label> labels, const HistogramData& data,
                     std::span<const Exemplar> exemplars = {}) {
    add_histogram(std::span(labels.begin(), labels.size()), data, exemplars);
  }
  /// exemplars: empty, or one per bucket (an empty trace_id means none).
  void add_histogram(std::span<const Label> labels, const HistogramData& data,
                     std::span<const Exemplar> exemplars = {});

  /// A line for each quantile, `_sum` and `_count` of one label set. Only for summary families.
  void add_summary(std::span<const Label> labels, std::span<const Quantile> quantiles, double sum,
                   std::uint64_t count);

  /// Makes room for `samples` more, of `bytes` bytes in all: a family of thousands then holds no spare half.
  void reserve(std::size_t samples, std::size_t bytes) {
    groups_.reserve(groups_.size() + samples);
    text_.reserve(text_.size() + bytes);
  }

  std::string_view name() const { return name_; }
  MetricType type() const { return type_; }
  std::string_view help() const { return std::string_view(text_).substr(0, help_size_); }
  std::size_t series_groups() const { return groups_.size(); }
  bool empty() const { return groups_.empty(); }

 private:
  friend class Families;
  friend class Exposition;
  struct Group {  // one label set: a line, or the lines of a histogram or summary; kept whole when sorted
    std::uint32_t begin;
    std::uint32_t key_length;  // of "name{labels}" at begin, for sorting and for finding duplicates
  };
  struct Mark {  // an exemplar, placed after the line that ends at `offset`
    std::uint32_t offset;
    std::string text;
  };
  /// Room for the lines of a family that has no more than one label set, as most have.
  void expect(std::span<const Label> labels, std::size_t lines);
  void begin_group(std::size_t begin, std::size_t key_length);
  void add_sum_and_count(std::string_view rendered_labels, double sum, std::uint64_t count);
  template <class Out>
  void append_label_set(Out& out, std::span<const Label> labels) const;

  std::string_view lines() const { return std::string_view(text_).substr(help_size_); }

  using Text = std::basic_string<char, std::char_traits<char>, ArenaAllocator<char>>;
  std::string_view name_;
  std::string_view constant_;  // `feed="x"`, in every sample that is added from now on
  Text text_;                  // the help, then the lines; offsets count from its beginning
  std::vector<Group, ArenaAllocator<Group>> groups_;
  std::uint32_t help_size_;
  MetricType type_;
  std::vector<Mark> marks_;
  bool sorted_ = true;
};

/// The families of one page, by name. Not thread-safe; build it on one thread, hand it over whole.
class Families {
 public:
  Families() : Families(std::string_view()) {}
  /// A page on which every sample gets this label, before its own: what merge() takes in keeps its labels as
  /// they are.
  explicit Families(Label constant);
  /// What is moved from may only be destroyed, or assigned to.
  Families(Families&&) = default;
  Families& operator=(Families&& other) noexcept {
    swap(other);
    other.families_.clear();  // before the memory that they lie in
    other.arenas_.clear();
    return *this;
  }
  void swap(Families& other) noexcept {
    arenas_.swap(other.arenas_);
    std::swap(constant_, other.constant_);
    families_.swap(other.families_);
  }
  /// An empty page whose samples get the same label as this one's: for what is to be merged into it, or not.
  Families like() const { return Families(constant_); }

  /// The family of that name, made if new. Throws std::logic_error if it exists with another type. The
  /// reference stays valid until this object is destroyed or merged away.
  Family& family(std::string_view name, MetricType type, std::string_view help);
  Family& counter(std::string_view name, std::string_view help) {
    return family(name, MetricType::counter, help);
  }
  Family& gauge(std::string_view name, std::string_view help) { return family(name, MetricType::gauge, help); }
  Family& histogram(std::string_view name, std::string_view help) {
    return family(name, MetricType::histogram, help);
  }
  Family& untyped(std::string_view name, std::string_view help) {
    return family(name, MetricType::untyped, help);
  }

  /// Moves every family of `other` into this page, joining those of one name. Throws std::logic_error on a
  /// conflict of types, with nothing merged. `other` is then as if moved from.
  void merge(Families&& other);
  std::size_t series() const;
  std::set<std::string, std::less<>> names() const;
  /// Whether a family whose name ends in `name_suffix` ("_up") has a sample of value 0.
  bool has_zero(std::string_view name_suffix) const;

 private:
  friend class Exposition;
  using Map = std::map<std::string_view, Family, std::less<>,
                       ArenaAllocator<std::pair<const std::string_view, Family>>>;
  explicit Families(std::string_view constant);
  std::string_view keep(std::string_view text);

  // Before what lies in them. The first is where new families go, the others came with pages that were merged
  // into this one.
  std::vector<std::unique_ptr<Arena>> arenas_;
  std::string_view constant_;
  Map families_;
};

}  // namespace fleet
