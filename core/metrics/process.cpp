#include "core/metrics/process.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>

namespace fleet {

namespace {

struct ProcessStat {
  double cpu_seconds, start_ticks, threads, virtual_bytes, resident_bytes;
};

/// /proc/self/stat as proc(5) numbers its fields: 14 utime, 15 stime, 20 threads, 22 start, 23 vsize, 24 rss.
std::optional<ProcessStat> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return {};
  auto const name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<std::string> const fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() < 22) return {};
  auto const field = [&](std::size_t number) { return std::strtod(fields[number - 3].c_str(), nullptr); };
  auto const ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  auto const page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return ProcessStat{(field(14) + field(15)) / ticks, field(22) / ticks, field(20), field(23),
                     field(24) * page};
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
  if (auto const open = open_descriptors()) {
    out.gauge("process_open_fds", "Number of open file descriptors.").add(*open);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    out.gauge("process_max_fds", "Maximum number of open file descriptors.")
        .add(limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                             : static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace fleet
