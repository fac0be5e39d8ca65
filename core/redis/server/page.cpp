#include "core/redis/server/page.hpp"

#include <algorithm>
#include <array>

namespace fleet::redis {
namespace {

constexpr std::size_t most_labels = 12;
constexpr std::string_view prefix = "redis_";

/// The labels with `addr` before them.
class WithAddress {
 public:
  WithAddress(const std::string& addr, std::initializer_list<Label> labels) {
    if (!addr.empty()) labels_[count_++] = {"addr", addr};
    for (auto const& label : labels) labels_.at(count_++) = label;
  }
  operator std::span<const Label>() const { return {labels_.data(), count_}; }

 private:
  std::array<Label, most_labels> labels_;
  std::size_t count_ = 0;
};

}  // namespace

void ServerPage::Series::add(std::initializer_list<Label> labels, double value) {
  family_->add(WithAddress(*addr_, labels), value);
}

void ServerPage::Series::add_summary(std::initializer_list<Label> labels, std::span<const Quantile> quantiles,
                                     double sum, std::uint64_t count) {
  family_->add_summary(WithAddress(*addr_, labels), quantiles, sum, count);
}

void ServerPage::Series::add_histogram(std::initializer_list<Label> labels, const HistogramData& data) {
  family_->add_histogram(WithAddress(*addr_, labels), data);
}

ServerPage::Series ServerPage::series(MetricType type, std::string_view name, std::string_view help) {
  name_.assign(prefix).append(name);
  return named(type, name_, help);
}

ServerPage::Series ServerPage::plain(MetricType type, std::string_view name) {
  help_.assign(name.substr(prefix.size())).append(" metric");
  return named(type, name, help_);
}

}  // namespace fleet::redis
