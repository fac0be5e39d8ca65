// A page of N counters, from instruments to bytes and to gzip: CPU per series. `bin/exposition [SERIES]
// [ROUNDS]`.
//
// Beside it, where it is installed (prometheus-cpp-dev), prometheus-cpp's registry and serializer with the same
// counters; and the least that could be done: finished `name{labels} ` texts kept in one place, and
// std::to_chars of each value into one buffer.
#include "core/metrics/exposition.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/metrics/instruments.hpp"

#ifdef HAVE_PROMETHEUS_CPP
#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#endif

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Median CPU microseconds per series over the rounds.
template <class Work>
double measure(int rounds, std::size_t series, Work work) {
  std::vector<double> costs;
  for (int i = 0; i < rounds; ++i) {
    auto const begin = cpu_seconds();
    work();
    costs.push_back((cpu_seconds() - begin) * 1e6 / static_cast<double>(series));
  }
  std::nth_element(costs.begin(), costs.begin() + rounds / 2, costs.end());
  return costs[static_cast<std::size_t>(rounds / 2)];
}

#ifdef HAVE_PROMETHEUS_CPP
double measure_prometheus_cpp(int rounds, std::size_t series) {
  prometheus::Registry registry;
  auto& family = prometheus::BuildCounter().Name("bench_results_total").Help("R.").Register(registry);
  for (std::size_t i = 0; i < series; ++i) {
    family
        .Add({{"probe", "bench"}, {"target", "target-" + std::to_string(100'000'000 + i)}, {"result", "good"}})
        .Increment(static_cast<double>(i % 1000));
  }
  prometheus::TextSerializer const serializer;
  return measure(rounds, series, [&] { return serializer.Serialize(registry.Collect()).size(); });
}
#endif

}  // namespace

int main(int argc, char** argv) {
  using namespace fleet;
  auto const series = static_cast<std::size_t>(argc > 1 ? std::max(1, std::atoi(argv[1])) : 100'000);
  int const rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 21;

  Instruments instruments;
  std::vector<Counter*> counters;
  std::vector<std::string> prefixes;
  for (std::size_t i = 0; i < series; ++i) {
    auto const target = "target-" + std::to_string(100'000'000 + i);
    counters.push_back(&instruments.counter("bench_results_total", "R.",
                                            {{"probe", "bench"}, {"target", target}, {"result", "good"}}));
    prefixes.push_back("bench_results_total{probe=\"bench\",target=\"" + target + "\",result=\"good\"} ");
  }
  double next = 0;
  auto const bump = [&] {
    for (auto* const counter : counters) counter->add(1 + static_cast<double>(static_cast<int>(next++) % 1000));
  };

  std::size_t bytes = 0, packed = 0;
  std::string page;
  bump();
  auto const ours = measure(rounds, series, [&] {
    Families families;
    instruments.collect(families);
    page = Exposition::render(families, Format::text_0_0_4);
    bytes = page.size();
  });
  auto const zipped = measure(rounds, series, [&] { packed = gzip(page).size(); });
  auto const least = measure(rounds, series, [&] {
    std::string out;
    out.reserve(bytes);
    for (std::size_t i = 0; i < series; ++i) {
      out.append(prefixes[i]);
      char text[32];
      auto const end = std::to_chars(text, text + sizeof text, counters[i]->value()).ptr;
      out.append(text, static_cast<std::size_t>(end - text)).push_back('\n');
    }
    bytes = std::max(bytes, out.size());
  });
  std::printf("page of %zu series, %.1f MB, %.1f MB packed; CPU microseconds per series, median of %d\n",
              series, static_cast<double>(bytes) / 1e6, static_cast<double>(packed) / 1e6, rounds);
  std::printf("  collect and render   %.3f   (goal: at most 0.2)\n", ours);
  std::printf("  the least there is   %.3f   ratio %.2f\n", least, ours / least);
#ifdef HAVE_PROMETHEUS_CPP
  auto const peer = measure_prometheus_cpp(std::min(rounds, 5), series);
  std::printf("  prometheus-cpp       %.3f   ratio %.3f\n", peer, ours / peer);
#else
  std::printf("  prometheus-cpp       not installed\n");
#endif
  std::printf("  gzip                 %.3f\n", zipped);
  return ours <= 0.2 ? 0 : 1;
}
