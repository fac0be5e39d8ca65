// A collector of which there are several, told apart by a label.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "exporters/collector.hpp"

namespace fleet::exporters {

/// Gives every sample of another collector one more label, and that collector the label's value as its target.
class LabelledCollector : public Collector {
 public:
  /// `label` is a literal.
  LabelledCollector(std::unique_ptr<Collector> collector, std::string_view label, std::string value)
      : collector_(std::move(collector)), label_(label), value_(std::move(value)) {}

  std::string_view name() const override { return collector_->name(); }
  std::string_view target() const override { return value_; }
  bool always() const override { return collector_->always(); }
  awaitable<void> collect(Deadline deadline, Families& out) override {
    Label const label(label_, value_);
    Families page(label);
    co_await collector_->collect(deadline, page);
    out.merge(std::move(page));
  }

 private:
  std::unique_ptr<Collector> collector_;
  std::string_view label_;
  std::string value_;
};

}  // namespace fleet::exporters
