// The program's own code in memory before it is needed.
#pragma once

#include <cstddef>

namespace fleet {

/// Reads the program into memory and asks for its libraries to be read; keeps both there as far as RLIMIT_MEMLOCK
/// allows. Code that runs for the first time, or again after the kernel gave its page away, otherwise waits for the
/// disk in the middle of what is being timed: an error's first unwinding does. Costs as much resident memory as the
/// program's file has code and constants. Returns how many bytes of them could be locked; 0 is no error. Linux; any
/// thread.
std::size_t keep_code_resident();

}  // namespace fleet
