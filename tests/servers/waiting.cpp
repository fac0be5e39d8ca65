#include "tests/servers/waiting.hpp"

#include <thread>

namespace fleet::testing {

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  auto const end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace fleet::testing
