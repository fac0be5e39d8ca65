#include "core/app/systemd_sockets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string_view>

#include "core/app/flags.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::app {
namespace {

constexpr int first_descriptor = 3;
constexpr int most_descriptors = 64;

std::optional<int> number_of(const char* variable) {
  auto const* const value = std::getenv(variable);
  return value ? parse_number<int>(value) : std::nullopt;
}

}  // namespace

std::vector<int> take_systemd_sockets() {
  auto const process = number_of("LISTEN_PID"), count = number_of("LISTEN_FDS");
  for (auto const* const variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(variable);
  if (process != static_cast<int>(getpid()) || !count || *count < 1 || *count > most_descriptors)
    throw UsageError("--web.systemd-socket: systemd passed no socket to this process");
  std::vector<int> descriptors;
  for (int n = 0; n < *count; ++n) {
    int const descriptor = first_descriptor + n;
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
      throw UsageError("--web.systemd-socket: descriptor " + std::to_string(descriptor) + " is not open");
    descriptors.push_back(descriptor);
  }
  return descriptors;
}

}  // namespace fleet::app
