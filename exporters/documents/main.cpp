#include <algorithm>
#include <string_view>

#include "exporters/documents/exporter.hpp"

int main(int argc, char** argv) {
  using namespace fleet::exporters;
  // One page on stdout must not take records from the exporter that runs as a service.
  bool const once = std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--once"; });
  using documents::BatchFeed;
  return run_exporter(argc, argv, documents::describe(once ? BatchFeed::Mode::look : BatchFeed::Mode::count));
}
