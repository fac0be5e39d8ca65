#include "core/metrics/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace fleet {

namespace {

struct ProcessStat {
  double cpu_seconds, start_ticks, threads, virtual_bytes, resident_bytes;
};

/// Opened once: that is two thirds of what reading it costs. As each thread's own, it is nobody's to guard.
int stat_file() {
  struct Kept {
    int descriptor = -1;
    ~Kept() {
      if (descriptor >= 0) close(descriptor);
    }
  };
  thread_local Kept kept;
  if (kept.descriptor < 0) kept.descriptor = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  return kept.descriptor;
}

/// /proc/self/stat as proc(5) numbers its fields: 14 utime, 15 stime, 20 threads, 22 start, 23 vsize, 24 rss.
std::optional<ProcessStat> read_stat() {
  int const file = stat_file();
  if (file < 0) return {};
  std::array<char, 2048> buffer;
  auto const size = pread(file, buffer.data(), buffer.size(), 0);
  if (size <= 0) return {};
  std::string_view rest(buffer.data(), static_cast<std::size_t>(size));
  auto const name_end = rest.rfind(')');  // the name may hold anything
  if (name_end == rest.npos) return {};
  rest.remove_prefix(name_end + 1);
  constexpr std::size_t first = 3, last = 24;  // of the fields after the name
  std::array<double, last + 1> field{};
  for (std::size_t number = first; number <= last; ++number) {
    auto const begin = rest.find_first_not_of(' ');
    if (begin == rest.npos) return {};
    rest.remove_prefix(begin);
    std::from_chars(rest.data(), rest.data() + rest.size(),
                    field[number]);  // the state is a letter, and stays 0
    rest.remove_prefix(std::min(rest.find(' '), rest.size()));
  }
  auto const ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  auto const page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return ProcessStat{(field[14] + field[15]) / ticks, field[22] / ticks, field[20], field[23],
                     field[24] * page};
}

std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  std::string word;
  double value = 0;
  while (file >> word) {
    if (word == "btime" && file >> value) return value;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return {};
}

std::optional<double> open_descriptors() {
  // Linux 6.2 and later tell it as the directory's size, and list it a hundred times slower.
  struct stat facts {};
  if (stat("/proc/self/fd", &facts) == 0 && facts.st_size > 0) return static_cast<double>(facts.st_size);
  DIR* const directory = opendir("/proc/self/fd");
  if (!directory) return {};
  int count = 0;
  while (readdir(directory)) ++count;
  closedir(directory);
  return count - 3;  // ".", ".." and the directory's own descriptor
}

}  // namespace

void add_process_metrics(Families& out) {
  if (auto const stat = read_stat()) {
    out.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.")
        .add(stat->cpu_seconds);
    out.gauge("process_resident_memory_bytes", "Resident memory size in bytes.").add(stat->resident_bytes);
    out.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.").add(stat->virtual_bytes);
    out.gauge("process_threads", "Threads of this process.").add(stat->threads);
    static const auto booted = boot_time();
    if (booted) {
      out.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.")
          .add(*booted + stat->start_ticks);
    }
  }
  if (auto const count = open_descriptors()) {
    out.gauge("process_open_fds", "Number of open file descriptors.").add(*count);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    out.gauge("process_max_fds", "Maximum number of open file descriptors.")
        .add(limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                             : static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace fleet
