// GET /probe?target=&auth_module=, as postgres_exporter has it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "exporters/multi_target.hpp"
#include "exporters/postgres/config.hpp"

namespace fleet::exporters::postgres {

/// Any server that a request names, if the configuration's networks admit it: the name is looked up at each
/// request, and only addresses that were admitted are connected to. A target's session, and what is asked
/// seldom, is kept until nobody has asked for it for a while. 400: no target, one that cannot be understood or
/// is not admitted, an unknown auth_module. A name that does not resolve is pg_up 0.
class ProbeTargets : public MultiTarget {
 public:
  /// `config` says what is measured; its instances are no matter here.
  ProbeTargets(asio::any_io_executor executor, Config config);
  ~ProbeTargets() override;
  awaitable<std::shared_ptr<CollectorSet>> collectors(const web::Request& request, Deadline deadline) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fleet::exporters::postgres
