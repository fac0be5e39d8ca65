// The interface of everything that an exporter measures.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/io/deadline.hpp"
#include "core/metrics/families.hpp"

namespace fleet::exporters {

using MetricNames = std::set<std::string, std::less<>>;

/// One subject of measurement: asked once per scrape, it adds what it finds. Runs on the worker io thread, may
/// suspend, never blocks; two scrapes may overlap. Reports failure by throwing; CollectorSet is the only place
/// that catches, and makes of it
/// `<exporter>_collector_success 0` and one log line. What was added before a throw is not published - so a
/// source that is down adds its `..._up 0` and returns; it throws only what it did not expect.
class Collector {
 public:
  virtual ~Collector() = default;
  /// The `collector` label; stable, alerts refer to it. Unique in its exporter together with target().
  virtual std::string_view name() const = 0;
  /// Which of several sources of one kind: "10.0.0.1:5432"; "" where there is only one.
  virtual std::string_view target() const { return {}; }
  /// Whether it runs even when a request names other collectors: what tells whether the source is up at all.
  virtual bool always() const { return false; }
  virtual awaitable<void> collect(Deadline deadline, Families& out) = 0;

  /// Whether what it adds is named by a user, and so may have a name of another collector's.
  virtual bool gives_way() const { return false; }
  /// Called if it gives way, after collect() and once all others have ended; `taken` are the metrics that those have
  /// added, `out` what this one has. Adds and removes; does not throw.
  virtual void settle(const MetricNames& taken, Families& out) {
    static_cast<void>(taken);
    static_cast<void>(out);
  }
};

}  // namespace fleet::exporters
