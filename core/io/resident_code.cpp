#include "core/io/resident_code.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace fleet {

namespace {

#ifndef MADV_POPULATE_READ
constexpr int MADV_POPULATE_READ = 22;  // Linux 5.14
#endif

struct Sum {
  std::size_t locked = 0;
  bool is_program = true;  // the first object that is visited, see dl_iterate_phdr(3)
};

int keep(dl_phdr_info* object, std::size_t, void* data) {
  auto& sum = *static_cast<Sum*>(data);
  auto const page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int n = 0; n < object->dlpi_phnum; ++n) {
    auto const& segment = object->dlpi_phdr[n];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    auto const begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
    auto const length = object->dlpi_addr + segment.p_vaddr + segment.p_memsz - begin;
    auto* const where = reinterpret_cast<void*>(begin);
    ::madvise(where, length, sum.is_program ? MADV_POPULATE_READ : MADV_WILLNEED);
    if (::mlock2(where, length, MLOCK_ONFAULT) == 0) sum.locked += length;
  }
  sum.is_program = false;
  return 0;
}

}  // namespace

std::size_t keep_code_resident() {
  Sum sum;
  ::dl_iterate_phdr(keep, &sum);
  return sum.locked;
}

}  // namespace fleet
