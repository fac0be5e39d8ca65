#include "core/io/freed_memory.hpp"

#include <malloc.h>

namespace fleet {

void keep_freed_memory() {
  constexpr int kept = 64 << 20;
  ::mallopt(M_TRIM_THRESHOLD, kept);
  ::mallopt(M_MMAP_THRESHOLD, kept);
}

void share_one_heap() { ::mallopt(M_ARENA_MAX, 1); }

}  // namespace fleet
