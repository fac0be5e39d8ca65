// process_* metrics of this process, from /proc/self.
#pragma once

#include "core/metrics/families.hpp"

namespace fleet {

/// Adds process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
/// process_open_fds, process_max_fds, process_start_time_seconds, process_threads: client_golang's names and
/// meanings. What /proc does not tell is left out. Any thread.
void add_process_metrics(Families& out);

}  // namespace fleet
