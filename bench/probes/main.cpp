// slo_prober beside Debian's blackbox_exporter on the same targets, in one run: truth of the reported time, CPU
// a probe, memory of a probe that hangs, and what one worker holds.
//
//   probes [accuracy] [stall] [cost] [memory] [scale] [viewers]      all of them if none is named
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <thread>

#include "bench/probes/program.hpp"
#include "bench/probes/stall.hpp"
#include "bench/probes/target.hpp"
#include "bench/probes/viewers.hpp"

namespace {

using namespace fleet::bench;
using namespace std::chrono_literals;

constexpr double million = 1e6;

std::string url(std::uint16_t port, const char* scheme = "http") {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(port) + "/";
}

/// A probe of `count` targets, one a line: yaml-cpp takes quadratic time over a long flow sequence.
std::string probe_of(const std::string& type, const std::string& name, int count, const std::string& timing,
                     const std::string& target) {
  std::string text = "  - name: " + name + "\n    type: " + type + "\n" + timing + "    targets:\n";
  for (int i = 0; i < count; ++i) text += "      - {name: t" + std::to_string(i) + ", " + target + "}\n";
  return text;
}

std::string timing(const std::string& interval, const std::string& timeout) {
  return "    interval: " + interval + "\n    timeout: " + timeout + "\n";
}

std::string http_probe(const std::string& name, const std::string& base, int count,
                       const std::string& options) {
  return probe_of("http", name, count, options, "url: \"" + base + "\"");
}

const char* verdict(bool good) { return good ? "met" : "MISSED"; }

void accuracy() {
  std::puts(
      "accuracy: a target that takes exactly 20 ms, 200 probes a second for 20 s; /metrics of 100,000 series "
      "every second");
  Target const target(20ms);
  // 200 targets that run, and as many idle ones as make a page of 100,000 series.
  auto const ours =
      Program::ours("probes:\n" + http_probe("live", url(target.port()), 200, timing("1s", "900ms")) +
                    http_probe("idle", url(target.port()), 2500, timing("1d", "900ms")));
  std::vector<double> reported, bare;
  std::thread beside([&] {
    for (int i = 0; i < 1000; ++i) {
      bare.push_back(bare_probe(target.port()));
      std::this_thread::sleep_for(1ms);
    }
  });
  // Read afterwards: who scrapes does so elsewhere.
  std::vector<std::string> pages;
  auto next = std::chrono::steady_clock::now() + 2s;
  for (int second = 0; second < 20; ++second) {
    std::this_thread::sleep_until(next);
    next += 1s;
    pages.push_back(ours.page("/metrics"));
  }
  beside.join();
  for (auto const& page : pages) {
    for (auto const value : values_of(page, "probe_duration_seconds")) reported.push_back(value);
  }
  auto const black = Program::blackbox("modules: {http_2xx: {prober: http, timeout: 5s}}");
  auto const theirs = drive(black, "module=http_2xx&target=" + url(target.port()), 200, 20);

  auto const show = [](const char* name, const std::vector<double>& values) {
    std::printf("  %-34s p50 %.3f ms  p99 %.3f ms  (%zu probes)\n", name, (quantile(values, 0.5) - 0.02) * 1e3,
                (quantile(values, 0.99) - 0.02) * 1e3, values.size());
  };
  std::printf("  reported duration less 20 ms; page: %zu series lines, %.1f MB\n",
              static_cast<std::size_t>(std::count(pages.back().begin(), pages.back().end(), '\n')),
              static_cast<double>(pages.back().size()) / million);
  show("bare epoll client", bare);
  show("slo_prober", reported);
  show("blackbox_exporter (page of its own)", theirs);
  double const p50 = (quantile(reported, 0.5) - quantile(bare, 0.5)) * 1e3;
  double const ratio = (quantile(reported, 0.99) - 0.02) / (quantile(theirs, 0.99) - 0.02);
  std::printf(
      "  p50 less the bare client's: %.3f ms (goal 0.15: %s);  p99 against blackbox: %.2f (goal 0.6: %s)\n",
      p50, verdict(p50 <= 0.15), ratio, verdict(ratio <= 0.6));
}

/// CPU seconds a probe of the schedule: 200 targets, once a second, over 15 s.
double cost_of_schedule(const std::string& probe) {
  auto const ours = Program::ours("probes:\n" + probe);
  std::this_thread::sleep_for(2s);
  auto const probes = [&] {
    return sum_of(ours.page("/metrics"), "slo_probe_results_total", "result=\"good\"");
  };
  double const count = probes(), cpu = ours.cpu_seconds();
  std::this_thread::sleep_for(15s);
  double const spent = ours.cpu_seconds() - cpu, made = probes() - count;
  if (made < 100) throw std::runtime_error("the probes fail:\n" + ours.page("/metrics").substr(0, 3000));
  return spent / made;
}

double cost_of_blackbox(const std::string& module, const std::string& query, double per_second) {
  auto const black = Program::blackbox("modules: {m: " + module + "}");
  drive(black, "module=m&" + query, per_second, 2);
  double const cpu = black.cpu_seconds();
  auto const made = drive(black, "module=m&" + query, per_second, 10);
  return (black.cpu_seconds() - cpu) / static_cast<double>(made.size());
}

void cost_line(const char* what, double ours, double theirs) {
  std::printf("  %-28s slo_prober %7.1f us   blackbox_exporter %8.1f us   ratio %.3f (goal 0.167: %s)\n", what,
              ours * million, theirs * million, ours / theirs, verdict(ours / theirs <= 1.0 / 6));
}

void cost() {
  std::puts("cost: CPU (user and system) of one probe");
  Target const target(0us);
  auto const address = "127.0.0.1:" + std::to_string(target.port());
  cost_line("HTTP", cost_of_schedule(http_probe("p", url(target.port()), 200, timing("1s", "900ms"))),
            cost_of_blackbox("{prober: http}", "target=" + url(target.port()), 200));

  auto const tcp = probe_of("tcp", "p", 200, timing("1s", "900ms"), "address: \"" + address + "\"");
  cost_line("TCP connect", cost_of_schedule(tcp), cost_of_blackbox("{prober: tcp}", "target=" + address, 200));

  fleet::testing::TemporaryDirectory const directory;
  auto const file = [&](const char* name) { return (directory.path() / name).string(); };
  auto const make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench "
      "-addext subjectAltName=IP:127.0.0.1 -keyout " +
      file("key.pem") + " -out " + file("cert.pem") +
      " 2>/dev/null && cat /etc/ssl/certs/ca-certificates.crt " + file("cert.pem") + " > " + file("ca.pem");
  if (std::system(make.c_str()) != 0) throw std::runtime_error("openssl failed");
  TlsTarget const tls(file("cert.pem"), file("key.pem"));
  auto const trust = "tls_config: {ca_file: " + file("ca.pem") + "}";
  cost_line(
      "HTTPS, verified, CA file",
      cost_of_schedule(
          http_probe("p", url(tls.port(), "https"), 50, timing("1s", "900ms") + "    http: {" + trust + "}\n")),
      cost_of_blackbox("{prober: http, http: {" + trust + "}}", "target=" + url(tls.port(), "https"), 50));
}

void memory() {
  constexpr int in_flight = 2000;
  std::printf("memory: resident bytes of a probe in flight, %d that hang\n", in_flight);
  Target const silent(-1us), fast(0us);
  auto const resident = [&](std::uint16_t port) {
    auto const ours =
        Program::ours("probes:\n" + http_probe("p", url(port), in_flight, timing("10s", "9900ms")));
    std::this_thread::sleep_for(15s);
    return ours.resident_bytes();
  };
  double const ours = (resident(silent.port()) - resident(fast.port())) / in_flight;

  auto const black = Program::blackbox("modules: {m: {prober: http, timeout: 100s}}");
  drive(black, "module=m&target=" + url(fast.port()), 200, 2);
  double const idle = black.resident_bytes();
  auto const held = hang(black, "module=m&target=" + url(silent.port()), in_flight);
  std::this_thread::sleep_for(5s);
  double const theirs = (black.resident_bytes() - idle) / in_flight;
  for (int const fd : held) ::close(fd);
  std::printf("  slo_prober %.1f KiB   blackbox_exporter %.1f KiB   ratio %.3f (goal 0.167: %s)\n", ours / 1024,
              theirs / 1024, ours / theirs, verdict(ours / theirs <= 1.0 / 6));
}

void scale() {
  std::puts("scale: 10,000 targets every 10 s on one worker, for 40 s");
  Target const target(1ms);
  auto const ours =
      Program::ours("probes:\n" + http_probe("p", url(target.port()), 10'000, timing("10s", "5s")));
  std::this_thread::sleep_for(12s);
  double const cpu = ours.cpu_seconds();
  std::this_thread::sleep_for(28s);
  double const share = (ours.cpu_seconds() - cpu) / 28;
  auto const page = ours.page("/metrics");
  double const lag = bucket_quantile(page, "slo_probe_schedule_lag_seconds", 0.99);
  std::printf(
      "  CPU %.0f %% of a core, %.0f MiB, missed runs %.0f, not good %.0f, p99 lag <= %.1f ms (goal 5: %s)\n",
      share * 100, ours.resident_bytes() / 1048576, sum_of(page, "slo_probe_missed_runs_total"),
      sum_of(page, "slo_probe_failures_total"), lag * 1e3, verdict(lag <= 0.005));
}

}  // namespace

int main(int argc, char** argv) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::pair<std::string, std::function<void()>> parts[] = {
      {"accuracy", accuracy}, {"stall", stall}, {"cost", cost}, {"memory", memory}, {"scale", scale}, {"viewers", viewers}};
  try {
    for (auto const& [name, run] : parts) {
      bool wanted = argc == 1;
      for (int i = 1; i < argc; ++i) wanted = wanted || name == argv[i];
      if (wanted) run();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
