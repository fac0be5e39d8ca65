// Hours of hanging, resetting and lying targets: does slo_prober stay within its deadlines, its descriptors and
// its memory?
//
//   probe_soak [MINUTES [FLAG OF slo_prober]...]      60; with --realtime also on a busy machine
//
// Prints a line a minute; exits 1 if an attempt outlived its deadline by more than 50 ms, if a descriptor
// leaked, or if resident memory grew by more than 5 % after the first tenth. How late an idle thread woke
// beside it is printed to read an overrun by; it excuses none.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "bench/probes/hostile.hpp"
#include "bench/probes/program.hpp"

namespace {

using namespace fleet::bench;

constexpr double timeout_seconds = 0.4;

std::string configuration(const HostileServers& servers) {
  std::string text = "probes:\n";
  auto const probe = [&](const std::string& type, const char* key, const std::string& prefix,
                         const std::string& options) {
    text += "  - name: " + type + "-" + std::to_string(text.size()) + "\n    type: " + type +
            "\n    interval: 500ms\n    timeout: 400ms\n" + options + "    targets:\n";
    for (auto const& [name, port] : servers.ports())
      text += "      - {name: " + name + ", " + key + ": \"" + prefix + "127.0.0.1:" + std::to_string(port) +
              "\"}\n";
  };
  probe("http", "url", "http://", "");
  probe("http", "url", "https://", "    http: {tls_config: {insecure_skip_verify: true}}\n");
  probe("tcp", "address", "", "    tcp: {query_response: [{send: \"hello\"}, {expect: \"^never$\"}]}\n");
  probe("tcp", "address", "", "    tcp: {tls: true, tls_config: {insecure_skip_verify: true}}\n");
  probe("grpc", "address", "", "    grpc: {service: x}\n");
  probe("dns", "address", "", "    dns: {transport_protocol: tcp, query_name: example.com}\n");
  probe("a2a", "url", "http://", "");
  probe("redis", "address", "", "");
  probe("postgres", "address", "", "    postgres: {username: x, password: y, database: z}\n");
  return text;
}

/// How late a thread that does nothing else wakes: what the machine, not the prober, adds to an attempt.
class IdleClock {
 public:
  IdleClock() : thread_([this] { run(); }) {}
  ~IdleClock() {
    stop_ = true;
    thread_.join();
  }
  /// The worst since the last call, in seconds.
  double worst() { return worst_.exchange(0); }

 private:
  void run() {
    using Clock = std::chrono::steady_clock;
    while (!stop_) {
      auto const due = Clock::now() + std::chrono::milliseconds(1);
      std::this_thread::sleep_until(due);
      worst_ = std::max(worst_.load(), std::chrono::duration<double>(Clock::now() - due).count());
    }
  }
  std::atomic<double> worst_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

long descriptors(const Program& program) {
  auto const page = program.page("/metrics");
  return static_cast<long>(sum_of(page, "process_open_fds"));
}

}  // namespace

int main(int argc, char** argv) {
  int const minutes = argc > 1 ? std::max(1, std::atoi(argv[1])) : 60;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    HostileServers const servers;
    auto const prober = Program::ours(configuration(servers), {argv + std::min(argc, 2), argv + argc});
    IdleClock idle;
    double settled = 0, worst = 0, resident = 0;
    long most_descriptors_settled = 0, most_descriptors = 0;
    for (int minute = 1; minute <= minutes; ++minute) {
      long most = 0;
      double longest = 0;
      // More often than the probes run, so that no attempt is overwritten unseen.
      for (int look = 0; look < 300; ++look) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        most = std::max(most, descriptors(prober));
        for (double const value : values_of(prober.page("/metrics"), "probe_duration_seconds"))
          longest = std::max(longest, value);
      }
      auto const page = prober.page("/metrics");
      resident = prober.resident_bytes();
      if (minute <= std::max(1, minutes / 10)) {
        settled = resident;
        most_descriptors_settled = std::max(most_descriptors_settled, most);
      }
      most_descriptors = most;
      double const late = idle.worst();
      worst = std::max(worst, longest);
      std::printf(
          "minute %d: %.0f attempts, %.0f unknown, resident %.2f MiB, at most %ld descriptors, longest attempt "
          "%.1f ms, "
          "an idle thread woke up to %.1f ms late\n",
          minute, sum_of(page, "slo_probe_results_total"),
          sum_of(page, "slo_probe_results_total", "result=\"unknown\""), resident / 1048576, most,
          longest * 1e3, late * 1e3);
    }
    bool const punctual = worst <= timeout_seconds + 0.05;
    bool const flat = resident <= settled * 1.05 && most_descriptors <= most_descriptors_settled + 16;
    std::printf("deadlines %s, memory and descriptors %s\n", punctual ? "kept" : "OVERRUN",
                flat ? "flat" : "GROWING");
    return punctual && flat ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
