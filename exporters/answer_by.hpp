// How long a collector waits for its source.
#pragma once

#include <algorithm>
#include <chrono>

#include "core/io/deadline.hpp"

namespace fleet::exporters {

/// A deadline a little before the scrape's own: a collector that waits no longer can still say that its source
/// is down, where one that is cancelled at the scrape's deadline says nothing. A quarter of the time left is
/// kept back, at most 250 ms.
inline Deadline answer_by(Deadline scrape) {
  return Deadline::at(scrape.when() - std::min<Deadline::Clock::duration>(std::chrono::milliseconds(250),
                                                                          scrape.remaining() / 4));
}

}  // namespace fleet::exporters
