// How the kernel schedules a thread: Linux' own calls, each for the calling thread alone.
#pragma once

#include <system_error>

namespace fleet {

/// For a thread that is woken often and runs briefly: asks the fair scheduler for slices of 0.1 ms, the least
/// it gives. Such a thread interrupts those with long slices when it wakes, and gets no larger share of the
/// processor (the request size of EEVDF: Stoica and Abdel-Wahab, "Earliest Eligible Virtual Deadline First",
/// 1995). Linux 6.12 and later; ignored by those before. Needs no privilege.
void ask_for_short_slices();

/// Puts the thread into the class SCHED_RR at its lowest priority, which is above every ordinary thread of the
/// machine (sched(7)); threads and processes that it starts later are ordinary. Needs CAP_SYS_NICE or
/// RLIMIT_RTPRIO of 1: the error says what was missing, and the thread stays as it was. The kernel keeps 5 % of
/// each core for ordinary threads (kernel.sched_rt_runtime_us).
std::error_code take_realtime();

}  // namespace fleet
