// Exporters that measure a target which the request names: GET /probe?target=.
#pragma once

#include <memory>

#include "core/web/server.hpp"
#include "exporters/collector_set.hpp"

namespace fleet::exporters {

/// Made of one configuration, and replaced with it. Lives on the worker io thread; destroyed there, or after
/// it.
class MultiTarget {
 public:
  virtual ~MultiTarget() = default;
  /// The collectors of the target that the request names. Throws app::BadRequest if it names none that may be
  /// measured. A request in flight keeps the set alive.
  virtual awaitable<std::shared_ptr<CollectorSet>> collectors(const web::Request& request,
                                                              Deadline deadline) = 0;
};

}  // namespace fleet::exporters
