#include "demo/outage_log.hpp"

#include "core/app/logging.hpp"

namespace fleet::demo {

void OutageLog::lost(std::string_view reason) {
  if (state_ != State::down) logging::warn("source lost", {{"source", what_}, {"err", std::string(reason)}});
  state_ = State::down;
}

void OutageLog::present() {
  if (state_ != State::up) logging::info("source present", {{"source", what_}});
  state_ = State::up;
}

}  // namespace fleet::demo
