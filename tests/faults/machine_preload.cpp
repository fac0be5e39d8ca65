// Preloaded into a program under test: what machine.hpp says of the machine. System calls are made directly: a
// call of the library that another one needs first could come round to here again.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/faults/machine.hpp"

namespace {

const volatile fleet::testing::MachineState* machine = nullptr;

int called(long result) { return static_cast<int>(result); }

__attribute__((constructor)) void map_machine() {
  const char* const name = std::getenv("FLEET_TEST_MACHINE");
  if (!name) return;
  int const file = called(::syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0));
  if (file < 0) std::abort();
  void* const memory = ::mmap(nullptr, sizeof *machine, PROT_READ, MAP_SHARED, file, 0);
  ::syscall(SYS_close, file);
  if (memory == MAP_FAILED) std::abort();
  machine = static_cast<const fleet::testing::MachineState*>(memory);
}

timespec wall_clock(clockid_t id) {
  timespec now{};
  ::syscall(SYS_clock_gettime, id, &now);
  if (machine) now.tv_sec += machine->wall_clock_off;
  return now;
}

bool refused() {
  if (!machine || machine->no_descriptors == 0) return false;
  errno = EMFILE;
  return true;
}

int opened(int directory, const char* path, int flags, mode_t mode) {
  return refused() ? -1 : called(::syscall(SYS_openat, directory, path, flags, mode));
}

mode_t mode_of(int flags, va_list list) { return (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0; }

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* time) noexcept {
  if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)
    return called(::syscall(SYS_clock_gettime, id, time));
  *time = wall_clock(id);
  return 0;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  auto const now = wall_clock(CLOCK_REALTIME);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* time) noexcept {
  auto const now = wall_clock(CLOCK_REALTIME).tv_sec;
  if (time) *time = now;
  return now;
}

int socket(int domain, int type, int protocol) noexcept {
  return refused() ? -1 : called(::syscall(SYS_socket, domain, type, protocol));
}

int accept4(int listener, sockaddr* address, socklen_t* length, int flags) {
  return refused() ? -1 : called(::syscall(SYS_accept4, listener, address, length, flags));
}

int accept(int listener, sockaddr* address, socklen_t* length) { return accept4(listener, address, length, 0); }

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  auto const mode = mode_of(flags, list);
  va_end(list);
  return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  auto const mode = mode_of(flags, list);
  va_end(list);
  return opened(AT_FDCWD, path, flags, mode);
}

std::FILE* fopen(const char* path, const char* mode) {
  static auto const real =
      reinterpret_cast<std::FILE* (*)(const char*, const char*)>(::dlsym(RTLD_NEXT, "fopen"));
  return refused() ? nullptr : real(path, mode);
}
}
