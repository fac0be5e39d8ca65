#include "tests/slo/lint/known_metrics.hpp"

#include <filesystem>

namespace fleet::testing {

const lint::Catalogue& known_metrics() {
  static const lint::Catalogue all = [] {
    std::filesystem::path const root = FLEET_SOURCE_DIR;
    lint::Catalogue out({"job", "instance"});
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "tests/golden")) {
      std::string const extension = entry.path().extension();
      if (extension == ".prom" || extension == ".txt") out.add_page(entry.path());
    }
    out.add_declarations(root / "alert-rules/lint/outside.yml");
    out.add_scrape_config(root / "demo/prometheus.yml.in");
    return out;
  }();
  return all;
}

lint::Catalogue catalogue_of(const std::string& page) {
  lint::Catalogue out({"job", "instance"});
  out.add_page_text(page, "page");
  return out;
}

}  // namespace fleet::testing
