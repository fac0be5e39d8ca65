#include "bench/probes/program.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::bench {

namespace {

using Clock = std::chrono::steady_clock;

int connect_to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to the prober");
  return fd;
}

std::string request_text(const std::string& query) {
  return "GET /probe?" + query + " HTTP/1.1\r\nHost: bench\r\n\r\n";
}

/// A chunked body, joined.
std::string joined(std::string_view chunks) {
  std::string body;
  while (!chunks.empty()) {
    auto const line = chunks.find("\r\n");
    auto const size = std::stoul(std::string(chunks.substr(0, line)), nullptr, 16);
    if (size == 0) break;
    body += chunks.substr(line + 2, size);
    chunks.remove_prefix(line + 2 + size + 2);
  }
  return body;
}

/// The body of one exchange on a kept connection; answers have a Content-Length or are chunked to their end.
std::string exchange(int fd, const std::string& request) {
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error("send failed");
  std::string text;
  char buffer[16384];
  for (;;) {
    auto const got = ::read(fd, buffer, sizeof buffer);
    if (got <= 0) throw std::runtime_error("the prober closed the connection");
    text.append(buffer, static_cast<std::size_t>(got));
    auto const head = text.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    auto const length = text.find("Content-Length: ");
    if (length != std::string::npos && length < head) {
      if (text.size() >= head + 4 + std::stoul(text.substr(length + 16))) return text.substr(head + 4);
    } else if (text.ends_with("\r\n0\r\n\r\n")) {
      return joined(std::string_view(text).substr(head + 4));
    }
  }
}

}  // namespace

Program::Program(std::vector<std::string> command, std::uint16_t port)
    : directory_(std::make_unique<testing::TemporaryDirectory>()), port_(port) {
  testing::Launch launch;
  launch.command = std::move(command);
  launch.output = directory_->path() / "log";
  process_ = std::make_unique<testing::Process>(std::move(launch));
  if (!testing::wait_until([&] { return testing::accepts(port_); }))
    throw std::runtime_error("a prober did not start: " + process_->output());
}

Program Program::blackbox(const std::string& configuration) {
  auto const port = testing::free_port();
  testing::TemporaryDirectory const directory;
  auto const file = directory.write("blackbox.yml", configuration);
  return Program({"prometheus-blackbox-exporter", "--config.file=" + file,
                  "--web.listen-address=127.0.0.1:" + std::to_string(port)},
                 port);
}

Program Program::ours(const std::string& configuration, const std::vector<std::string>& flags) {
  auto const port = testing::free_port();
  testing::TemporaryDirectory const directory;
  auto const file = directory.write("prober.yml", configuration);
  std::vector<std::string> command{FLEET_BIN_DIR "/slo_prober", "--config.file=" + file, "--log.level=error",
                                   "--web.listen-address=127.0.0.1:" + std::to_string(port)};
  command.insert(command.end(), flags.begin(), flags.end());
  return Program(std::move(command), port);
}

double Program::cpu_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(process_->pid()) + "/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream words(line.substr(line.rfind(')') + 2));
  std::string word;
  double ticks = 0;
  for (int i = 0; words >> word; ++i)
    if (i == 11 || i == 12) ticks += std::stod(word);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double Program::resident_bytes() const {
  std::ifstream status("/proc/" + std::to_string(process_->pid()) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) * 1024;
  throw std::runtime_error("the prober is gone");
}

std::string Program::page(const std::string& path) const {
  return testing::http_get(port_, path, {}, std::chrono::seconds(60)).body;
}

double sum_of(const std::string& page, const std::string& family, const std::string& label) {
  std::istringstream lines(page);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(family) || (line[family.size()] != '{' && line[family.size()] != ' ')) continue;
    if (!label.empty() && line.find(label) == std::string::npos) continue;
    sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

std::vector<double> values_of(const std::string& page, const std::string& family) {
  std::istringstream lines(page);
  std::vector<double> values;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(family + "{")) values.push_back(std::stod(line.substr(line.rfind(' ') + 1)));
  return values;
}

double bucket_quantile(const std::string& page, const std::string& family, double wanted) {
  std::map<double, double> cumulative;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(family + "_bucket{")) continue;
    auto const le = line.find("le=\"");
    auto const bound = line.substr(le + 4, line.find('"', le + 4) - le - 4);
    cumulative[bound == "+Inf" ? INFINITY : std::stod(bound)] += std::stod(line.substr(line.rfind(' ') + 1));
  }
  if (cumulative.empty()) return NAN;
  auto const total = cumulative.rbegin()->second;
  for (auto const& [bound, count] : cumulative)
    if (count >= wanted * total) return bound;
  return INFINITY;
}

std::vector<double> drive(const Program& program, const std::string& query, double per_second, double seconds) {
  constexpr int threads = 16;
  std::mutex mutex;
  std::vector<double> durations;
  std::string failure;
  auto const begin = Clock::now() + std::chrono::milliseconds(100);
  auto const total = static_cast<int>(per_second * seconds);
  std::vector<std::thread> crew;
  for (int t = 0; t < threads; ++t) {
    crew.emplace_back([&, t] {
      try {
        int const fd = connect_to(program.port());
        auto const request = request_text(query);
        for (int n = t; n < total; n += threads) {
          std::this_thread::sleep_until(begin + std::chrono::duration_cast<Clock::duration>(
                                                    std::chrono::duration<double>(n / per_second)));
          auto const text = exchange(fd, request);
          if (text.find("\nprobe_success 1") == std::string::npos) throw std::runtime_error("a probe failed:\n" + program.page("/probe?debug=true&" + query).substr(0, 3000));
          auto const at = text.find("\nprobe_duration_seconds ");
          std::lock_guard const lock(mutex);
          durations.push_back(std::stod(text.substr(at + 24)));
        }
        ::close(fd);
      } catch (const std::exception& error) {
        std::lock_guard const lock(mutex);
        failure = error.what();
      }
    });
  }
  for (auto& thread : crew) thread.join();
  if (!failure.empty()) throw std::runtime_error(failure);
  return durations;
}

std::vector<int> hang(const Program& program, const std::string& query, int count) {
  std::vector<int> descriptors;
  auto const request = request_text(query);
  for (int i = 0; i < count; ++i) {
    descriptors.push_back(connect_to(program.port()));
    if (::send(descriptors.back(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
      throw std::runtime_error("send failed");
  }
  return descriptors;
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return NAN;
  auto const rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size()))) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
  return values[rank];
}

}  // namespace fleet::bench
