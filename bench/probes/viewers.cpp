#include "bench/probes/viewers.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "bench/probes/program.hpp"
#include "bench/probes/target.hpp"
#include "tests/servers/process.hpp"

namespace fleet::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr int crowd = 500, seconds = 20;

std::string field(const std::string& head, const std::string& name) {
  auto const at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  auto const begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

/// Viewers as status.js makes them: each waits for news, takes the page packed, and waits again.
class Viewers {
 public:
  Viewers(std::uint16_t port, int count) {
    for (int i = 0; i < count; ++i) {
      tcp::socket socket(io_);
      socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
      asio::co_spawn(io_, look(std::move(socket)), asio::detached);
    }
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Viewers() {
    io_.stop();
    thread_.join();
  }
  long pages() const { return pages_; }

 private:
  asio::awaitable<void> look(tcp::socket socket) {
    std::string version = "none", text;
    for (;;) {
      std::string const request =
          "GET /status/live?after=" + version + " HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n";
      co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
      auto const end =
          co_await asio::async_read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n", asio::use_awaitable);
      auto const head = text.substr(0, end);
      text.erase(0, end);
      auto const length = field(head, "Content-Length"), etag = field(head, "ETag");
      auto const body = length.empty() ? 0 : std::stoul(length);
      if (text.size() < body) {
        auto const missing = asio::transfer_exactly(body - text.size());
        co_await asio::async_read(socket, asio::dynamic_buffer(text), missing, asio::use_awaitable);
      }
      text.erase(0, body);
      if (etag.size() > 4) version = etag.substr(3, etag.size() - 4);
      ++pages_;
    }
  }

  asio::io_context io_{1};
  std::atomic<long> pages_{0};
  std::thread thread_;
};

/// A port that somebody listens on, every other half second.
class Door {
 public:
  explicit Door(std::uint16_t port) : thread_([this, port] { run(port); }) {}
  ~Door() {
    stop_ = true;
    thread_.join();
  }

 private:
  void run(std::uint16_t port) {
    for (bool open = true; !stop_; open = !open) {
      int const fd = open ? ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
      if (open) {
        int const yes = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(fd, 64);
      }
      std::this_thread::sleep_for(500ms);
      if (open) ::close(fd);
    }
  }

  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::string configuration(std::uint16_t target, std::uint16_t door) {
  std::string text =
      "probes:\n  - name: live\n    type: http\n    interval: 1s\n    timeout: 900ms\n    targets:\n";
  for (int i = 0; i < 200; ++i)
    text += "      - {name: t" + std::to_string(i) + ", url: \"http://127.0.0.1:" + std::to_string(target) +
            "/\"}\n";
  return text +
         "  - name: door\n    type: tcp\n    interval: 100ms\n    timeout: 90ms\n    targets: [\"127.0.0.1:" +
         std::to_string(door) + "\"]\n";
}

struct Timing {
  double p50, p99, lag;
};

Timing measure(int count) {
  Target const target(20ms);
  auto const port = testing::free_port();
  Door const door(port);
  auto const ours = Program::ours(configuration(target.port(), port));
  Viewers const watching(ours.port(), count);
  std::this_thread::sleep_for(3s);
  long const before = watching.pages();
  double const cpu = ours.cpu_seconds();
  std::vector<double> reported;
  for (int second = 0; second < seconds; ++second) {
    std::this_thread::sleep_for(1s);
    for (auto const value : values_of(ours.page("/metrics"), "probe_duration_seconds"))
      if (value > 0.015) reported.push_back(value);  // the door's are shorter
  }
  Timing const timing{quantile(reported, 0.5) - 0.02, quantile(reported, 0.99) - 0.02,
                      bucket_quantile(ours.page("/metrics"), "slo_probe_schedule_lag_seconds", 0.99)};
  std::printf(
      "  %3d viewers: duration less 20 ms p50 %.3f ms  p99 %.3f ms, lag p99 <= %.1f ms; %.0f pages a second, "
      "CPU %.0f %%\n",
      count, timing.p50 * 1e3, timing.p99 * 1e3, timing.lag * 1e3,
      static_cast<double>(watching.pages() - before) / seconds, 100 * (ours.cpu_seconds() - cpu) / seconds);
  return timing;
}

}  // namespace

void viewers() {
  std::printf("viewers: 200 probes a second of a target that takes 20 ms, for %d s\n", seconds);
  auto const alone = measure(0), watched = measure(crowd);
  double const p50 = (watched.p50 - alone.p50) * 1e3, p99 = (watched.p99 - alone.p99) * 1e3;
  std::printf("  the crowd moves the median by %.3f ms, the 99th percentile by %.3f ms (goal 1: %s)\n", p50,
              p99, p50 <= 1 && p99 <= 1 ? "met" : "MISSED");
}

}  // namespace fleet::bench
