// Pages of an exporter in tests: collect one, look into it, compare it with a golden file.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/exposition.hpp"
#include "exporters/collector_set.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/process.hpp"

namespace fleet::testing {

/// A page as Prometheus gets it, text 0.0.4.
struct Page {
  std::string text;
  bool all_succeeded = false;

  /// The value of the sample `name{labels}`, written exactly as on the page; nothing if there is none.
  std::optional<double> value(const std::string& series) const {
    auto const at = ("\n" + text).find("\n" + series + " ");
    if (at == std::string::npos) return std::nullopt;
    return std::strtod(text.c_str() + at + series.size() + 1, nullptr);
  }
  bool has_family(const std::string& name) const {
    return text.find("# TYPE " + name + " ") != std::string::npos;
  }
};

/// Asks every collector once, as a scrape with `time` left does.
inline Page collect(asio::io_context& io, const std::shared_ptr<exporters::CollectorSet>& set,
                    std::chrono::milliseconds time = std::chrono::seconds(10)) {
  Families families;
  Page page;
  page.all_succeeded = run_on(io, set->collect(Deadline::after(time), families));
  page.text = Exposition::render(families, Format::text_0_0_4);
  return page;
}

/// The page without the samples whose value no test can know: durations and timestamps of the present.
inline std::string without_clock(const std::string& page) {
  std::istringstream lines(page);
  std::string line, out;
  while (std::getline(lines, line)) {
    auto const name = std::string_view(line).substr(0, line.find_first_of("{ "));
    bool const moving = name.ends_with("_collector_duration_seconds") ||
                        name.ends_with("_last_successful_check_timestamp_seconds");
    if (!moving) out.append(line).push_back('\n');
  }
  return out;
}

/// The text of tests/golden/<name>; with FLEET_UPDATE_GOLDEN=1 `page` becomes that text first.
inline std::string golden(const std::string& name, const std::string& page) {
  auto const path = std::filesystem::path(FLEET_SOURCE_DIR) / "tests/golden" / name;
  auto const* const update = std::getenv("FLEET_UPDATE_GOLDEN");
  if (update && std::string_view(update) == "1") {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << page;
  }
  return read_text(path);
}

}  // namespace fleet::testing
