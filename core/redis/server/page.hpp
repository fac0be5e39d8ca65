// Where the samples of one Redis server go.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/metrics/families.hpp"

namespace fleet::redis {

/// redis_exporter's pages are of one server and name none. A page of several needs a label that tells them
/// apart: `addr`, which redis_exporter had while it could do several. Labels are to be given in alphabetical
/// order, as client_golang renders them. A view of `out`, which must outlive it.
class ServerPage {
 public:
  /// Without `addr` the samples get no label but their own.
  explicit ServerPage(Families& out, std::string addr = {}) : out_(&out), addr_(std::move(addr)) {}

  /// The samples of one family.
  class Series {
   public:
    void add(double value) { add({}, value); }
    void add(std::initializer_list<Label> labels, double value);
    /// Of a summary.
    void add_summary(std::initializer_list<Label> labels, std::span<const Quantile> quantiles, double sum,
                     std::uint64_t count);
    void add_histogram(std::initializer_list<Label> labels, const HistogramData& data);

   private:
    friend class ServerPage;
    Series(Family& family, const std::string& addr) : family_(&family), addr_(&addr) {}
    Family* family_;
    const std::string* addr_;
  };

  /// `name` less "redis_".
  Series series(MetricType type, std::string_view name, std::string_view help);
  Series gauge(std::string_view name, std::string_view help) { return series(MetricType::gauge, name, help); }
  Series counter(std::string_view name, std::string_view help) {
    return series(MetricType::counter, name, help);
  }
  /// The same with the whole name, for a caller that keeps it.
  Series named(MetricType type, std::string_view name, std::string_view help) {
    return {out_->family(name, type, help), addr_};
  }
  /// One of the many whose help text in redis_exporter says no more than the name; with the whole name.
  Series plain(MetricType type, std::string_view name);

 private:
  Families* out_;
  std::string addr_;
  std::string name_, help_;  // put together here, as a page has hundreds
};

}  // namespace fleet::redis
