// SRV records (RFC 2782).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"

namespace fleet::io {

struct SrvRecord {
  std::string host;
  std::uint16_t port = 0;
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
};

/// The records of `name`, in the order of priority, host and port. Uses the servers of resolv.conf; throws
/// boost::system::system_error if there are none, Timeout at the deadline.
awaitable<std::vector<SrvRecord>> lookup_srv(std::string name, Deadline deadline);

}  // namespace fleet::io
