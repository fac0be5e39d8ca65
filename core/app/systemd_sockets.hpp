// Listening sockets that systemd opened for this process (sd_listen_fds(3)).
#pragma once

#include <vector>

namespace fleet::app {

/// The descriptors, which children will not inherit, and forgets the variables that announced them. Throws
/// UsageError if there are none for this process.
std::vector<int> take_systemd_sockets();

}  // namespace fleet::app
