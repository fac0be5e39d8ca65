// What the allocator does with memory that was freed.
#pragma once

namespace fleet {

/// Keeps freed memory, up to 64 MiB of each thread's, for the next allocation. glibc otherwise gives a page's
/// worth of buffers back to the kernel after each scrape and takes them again at the next: thousands of page
/// faults, each of which holds the lock of the whole address space, for which a probe's thread may then have to
/// wait. Resident memory stays near its peak, which the next scrape needs again. mallopt(3): the thresholds of
/// trimming and of mmap, also no longer adjusted by what is freed. Call before there are other threads.
void keep_freed_memory();

}  // namespace fleet
