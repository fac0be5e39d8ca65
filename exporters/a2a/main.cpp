#include <algorithm>
#include <string_view>

#include "exporters/a2a/exporter.hpp"

int main(int argc, char** argv) {
  using fleet::a2a::HopFeed;
  // One page on stdout must not take records from the exporter that runs as a service.
  bool const once = std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--once"; });
  auto const description = fleet::a2a::describe(once ? HopFeed::Mode::look : HopFeed::Mode::count);
  return fleet::exporters::run_exporter(argc, argv, description);
}
