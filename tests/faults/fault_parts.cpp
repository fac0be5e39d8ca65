#include "tests/faults/fault_parts.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

namespace fleet::testing {
namespace {

struct Part {
  std::function<std::vector<FaultCell>()> work;
  std::vector<FaultCell> cells;
  std::string failure;
};

}  // namespace

void check_fault_table(const std::vector<std::function<std::vector<FaultCell>()>>& works, std::size_t least) {
  std::vector<Part> parts;
  for (auto const& work : works) parts.push_back({work, {}, {}});
  std::vector<std::thread> threads;
  for (auto& part : parts) {
    threads.emplace_back([&part] {
      try {
        part.cells = part.work();
      } catch (const std::exception& error) {
        part.failure = error.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<FaultCell> cells;
  for (auto const& part : parts) {
    CHECK(part.failure == "");
    cells.insert(cells.end(), part.cells.begin(), part.cells.end());
  }
  std::printf("%s", fault_table(cells).c_str());
  for (auto const& cell : cells) {
    INFO(fault_table({cell}));
    CHECK(cell.problems.empty());
  }
  CHECK(cells.size() >= least);
}

}  // namespace fleet::testing
