// What the allocator does with memory that was freed.
#pragma once

namespace fleet {

/// Keeps freed memory, up to 64 MiB of each thread's, for the next allocation. glibc otherwise gives a page's
/// worth of buffers back to the kernel after each scrape and takes them again at the next: thousands of page
/// faults, each of which holds the lock of the whole address space, for which a probe's thread may then have to
/// wait. Resident memory stays near its peak, which the next scrape needs again. mallopt(3): the thresholds of
/// trimming and of mmap, also no longer adjusted by what is freed. Call before there are other threads.
void keep_freed_memory();

/// One heap for all threads instead of one each, for a program that makes its pages on one thread and frees
/// them on another: with a heap each it would keep both peaks. Threads then wait for each other's allocations.
/// Call before there are other threads.
void share_one_heap();

}  // namespace fleet
