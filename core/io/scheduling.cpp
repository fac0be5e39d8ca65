#include "core/io/scheduling.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace fleet {

namespace {

// sched_setattr(2): glibc has neither this nor the call before 2.41, and the kernel's own header cannot stand beside
// glibc's sched.h.
struct SchedulingWish {
  std::uint32_t size = sizeof(SchedulingWish);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;  // nanoseconds
};

}  // namespace

void ask_for_short_slices() {
  SchedulingWish wish;
  errno = 0;
  wish.nice = ::getpriority(PRIO_PROCESS, 0);
  if (errno != 0) return;
  wish.runtime = 100'000;
  ::syscall(SYS_sched_setattr, 0, &wish, 0);
}

std::error_code take_realtime() {
  sched_param const lowest{::sched_get_priority_min(SCHED_RR)};
  int const error = ::pthread_setschedparam(::pthread_self(), SCHED_RR | SCHED_RESET_ON_FORK, &lowest);
  return {error, std::generic_category()};
}

}  // namespace fleet
