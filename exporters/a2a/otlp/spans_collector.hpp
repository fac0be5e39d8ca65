// What was told by spans, as metric families.
#pragma once

#include <memory>
#include <string_view>

#include "exporters/a2a/config.hpp"
#include "exporters/a2a/otlp/otlp_receiver.hpp"
#include "exporters/collector.hpp"

namespace fleet::exporters::a2a {

/// Collector "spans": from memory; keeps the receiver alive.
class SpansCollector : public exporters::Collector {
 public:
  SpansCollector(std::shared_ptr<OtlpReceiver> receiver, PageSettings page)
      : receiver_(std::move(receiver)), page_(page) {}
  std::string_view name() const override { return "spans"; }
  awaitable<void> collect(Deadline, Families& out) override {
    receiver_->ingest()->add_families(page_, out);
    co_return;
  }

 private:
  std::shared_ptr<OtlpReceiver> receiver_;
  PageSettings page_;
};

}  // namespace fleet::exporters::a2a
