// How many descriptors this process may have.
#pragma once

#include <cstdint>

namespace fleet::io {

/// Raises the soft limit to the hard one and returns it: the shell's is often 1,024 where the kernel's is much
/// higher. 1,024 if it cannot be told.
std::uint64_t raise_descriptor_limit();

}  // namespace fleet::io
