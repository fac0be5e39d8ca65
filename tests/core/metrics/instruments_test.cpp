#include "core/metrics/instruments.hpp"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core/metrics/exposition.hpp"
#include "core/metrics/process.hpp"

using namespace fleet;

TEST_CASE("the same labels give the same instrument") {
  Instruments instruments;
  auto& a = instruments.counter("c_total", "C.", {{"x", "1"}});
  a.add(2);
  CHECK(&instruments.counter("c_total", "C.", {{"x", "1"}}) == &a);
  instruments.counter("c_total", "C.", {{"x", "0"}}).add();
  instruments.gauge("g", "G.").set(-1.5);
  Families page;
  instruments.collect(page);
  CHECK(Exposition::render(page, Format::text_0_0_4) ==
        "# HELP c_total C.\n# TYPE c_total counter\nc_total{x=\"0\"} 1\nc_total{x=\"1\"} 2\n"
        "# HELP g G.\n# TYPE g gauge\ng -1.5\n");
}

TEST_CASE("remove takes the instruments that carry all the labels") {
  Instruments instruments;
  instruments.counter("c_total", "C.", {{"probe", "p"}, {"target", "a"}, {"reason", "x"}}).add();
  instruments.counter("c_total", "C.", {{"probe", "p"}, {"target", "b"}}).add();
  instruments.gauge("g", "G.", {{"probe", "p"}, {"target", "a"}}).set(1);
  instruments.remove({{"probe", "p"}, {"target", "a"}});
  Families page;
  instruments.collect(page);
  CHECK(Exposition::render(page, Format::text_0_0_4) ==
        "# HELP c_total C.\n# TYPE c_total counter\nc_total{probe=\"p\",target=\"b\"} 1\n");
}

TEST_CASE("updates from several threads are all counted") {
  Instruments instruments;
  auto& counter = instruments.counter("c_total", "C.");
  auto& histogram = instruments.histogram("h", "H.", {1, 2});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) {
        counter.add();
        histogram.observe(i % 3 + 0.5);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(counter.value() == 40000);
  auto const data = histogram.snapshot();
  CHECK(data.count() == 40000);
  CHECK(data.counts[0] == 4 * 3334);
}

TEST_CASE("a hidden gauge is on no page until it is set again") {
  Instruments instruments;
  auto& gauge = instruments.gauge("g", "G.", {{"a", "1"}});
  auto const samples = [&] {
    Families page;
    instruments.collect(page);
    return page.series();
  };
  gauge.set(1);
  CHECK(samples() == 1);
  gauge.hide();
  CHECK(samples() == 0);
  gauge.set(2);
  CHECK(samples() == 1);
}

TEST_CASE("pages hold every instrument while others are made and removed") {
  Instruments instruments;
  for (int i = 0; i < 1000; ++i) instruments.gauge("kept", "K.", {{"i", std::to_string(i)}});
  std::atomic<bool> done{false};
  std::thread maker([&] {
    for (int i = 0; !done; ++i) {
      instruments.gauge("kept", "K.", {{"fleeting", std::to_string(i)}}).set(1);
      instruments.remove("kept", {{"fleeting", std::to_string(i)}});
    }
  });
  for (int i = 0; i < 50; ++i) {
    Families page;
    instruments.collect(page);
    auto const text = Exposition::render(page, Format::text_0_0_4);
    std::size_t kept = 0;
    for (auto at = text.find("kept{i="); at != std::string::npos; at = text.find("kept{i=", at + 1)) ++kept;
    CHECK(kept == 1000);
  }
  done = true;
  maker.join();
}

TEST_CASE("a value that equals a bound lies in that bound's bucket") {
  Histogram histogram({0.05, 0.2});
  for (double const value : {0.05, 0.0501, 0.2, 0.2001}) histogram.observe(value);
  CHECK(histogram.snapshot().counts == std::vector<std::uint64_t>{1, 2, 1});
  CHECK(histogram.snapshot().sum == Approx(0.5002));
}

TEST_CASE("process metrics tell this process") {
  Families page;
  add_process_metrics(page);
  auto const text = Exposition::render(page, Format::text_0_0_4);
  auto const sample = [&](const std::string& name) {
    auto const at = text.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stod(text.substr(at + name.size() + 2));
  };
  CHECK(sample("process_resident_memory_bytes") > 1e6);
  CHECK(sample("process_open_fds") >= 3);
  CHECK(sample("process_max_fds") >= sample("process_open_fds"));
  CHECK(sample("process_threads") >= 1);
  auto const now = static_cast<double>(time(nullptr));
  CHECK(sample("process_start_time_seconds") <= now + 1);
  CHECK(sample("process_start_time_seconds") > now - 3600);
}
