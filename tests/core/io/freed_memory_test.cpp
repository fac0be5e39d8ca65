// A program of its own without sanitizers, whose allocator is not the one in question. Exits 1 and says what it saw
// if buffers as large as a page of metrics cost page faults each time they are made anew.
#include "core/io/freed_memory.hpp"

#include <sys/resource.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

namespace {

long faults() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

constexpr std::size_t size = 4 << 20;

/// Of `times` sets of four buffers, written and freed. One alone glibc would learn to keep.
long faults_of(int times) {
  auto const before = faults();
  for (int n = 0; n < times; ++n) {
    std::array<std::unique_ptr<char[]>, 4> buffers;
    for (auto& buffer : buffers) {
      buffer = std::make_unique_for_overwrite<char[]>(size);
      std::memset(buffer.get(), n + 1, size);
      asm volatile("" : : "g"(buffer.get()) : "memory");
    }
  }
  return faults() - before;
}

}  // namespace

int main() {
  auto const given_back = faults_of(4);
  fleet::keep_freed_memory();
  long in_thread = 0;
  std::thread([&] {
    faults_of(1);
    in_thread = faults_of(20);
  }).join();
  faults_of(1);
  auto const in_main = faults_of(20);
  std::printf("page faults: %ld before, then %ld and in a thread %ld\n", given_back, in_main, in_thread);
  return in_main < 20 && in_thread < 20 ? 0 : 1;
}
