#include "exporters/compliance/source_log.hpp"

#include "core/app/logging.hpp"

namespace fleet::exporters::compliance {

void SourceLog::note(const std::string& failure) {
  if (failure == last_) return;
  last_ = failure;
  if (failure.empty()) {
    logging::info(name_ + " is usable again", {{"url", url_}});
  } else {
    logging::warn(name_ + " is not usable", {{"url", url_}, {"err", failure}});
  }
}

}  // namespace fleet::exporters::compliance
