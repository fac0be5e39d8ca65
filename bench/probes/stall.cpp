#include "bench/probes/stall.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/probes/program.hpp"
#include "bench/probes/target.hpp"

namespace fleet::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int per_second = 20, seconds = 20;
constexpr double bounds[] = {0.1, 1, 2.5};

/// What each of the users who come at a fixed rate waits, whatever those before them wait.
std::vector<double> users_of(const Target& target, Clock::time_point begin) {
  std::vector<double> waits;
  std::mutex mutex;
  std::vector<std::thread> users;
  for (int n = 0; n < per_second * seconds; ++n) {
    std::this_thread::sleep_until(begin + n * (1000ms / per_second));
    users.emplace_back([&] {
      double const wait = bare_probe(target.port());
      std::lock_guard const lock(mutex);
      waits.push_back(wait);
    });
  }
  for (auto& user : users) user.join();
  return waits;
}

double above(const std::vector<double>& waits, double bound) {
  return static_cast<double>(
      std::count_if(waits.begin(), waits.end(), [&](double wait) { return wait > bound; }));
}

double above(const std::string& page, double bound) {
  std::string text = std::to_string(bound);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  std::string const family = "slo_probe_scheduled_duration_seconds";
  return sum_of(page, family + "_count") - sum_of(page, family + "_bucket", "le=\"" + text + "\"");
}

}  // namespace

void stall() {
  std::printf("stall: %d users a second of a target that does nothing for 5 s\n", per_second);
  Target target(0us);
  auto const url = "http://127.0.0.1:" + std::to_string(target.port()) + "/";
  std::string config =
      "probes:\n  - name: p\n    type: http\n    interval: 1s\n    timeout: 8s\n    targets:\n";
  for (int i = 0; i < per_second; ++i)
    config += "      - {name: t" + std::to_string(i) + ", url: \"" + url + "\"}\n";
  auto const ours = Program::ours(config);
  auto const black = Program::blackbox("modules: {m: {prober: http, timeout: 10s}}");
  std::this_thread::sleep_for(2s);
  auto const before = ours.page("/metrics");
  auto const begin = Clock::now();
  std::vector<double> users, scraped;
  std::thread beside([&] { users = users_of(target, begin); });
  std::thread prometheus([&] {
    for (auto next = begin; next < begin + seconds * 1s; next = std::max(next + 1s, Clock::now())) {
      std::this_thread::sleep_until(next);
      auto const one = drive(black, "module=m&target=" + url, 1, 1);
      scraped.insert(scraped.end(), one.begin(), one.end());
    }
  });
  std::this_thread::sleep_until(begin + 8s);
  target.stall(5s);
  beside.join();
  prometheus.join();
  auto const page = ours.page("/metrics");
  bool met = true;
  for (double const bound : bounds) {
    double const felt = above(users, bound), shown = above(page, bound) - above(before, bound);
    met = met && std::abs(felt - shown) <= 0.05 * felt + 1;
    std::printf(
        "  waited longer than %.1f s: users %3.0f   slo_prober %3.0f   blackbox_exporter %3.0f of %zu "
        "scrapes\n",
        bound, felt, shown, above(scraped, bound), scraped.size());
  }
  std::printf("  the prober shows what users felt: %s\n", met ? "met" : "MISSED");
}

}  // namespace fleet::bench
