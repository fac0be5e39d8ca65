#include "slo/lint/check_runbook.hpp"

#include <filesystem>

namespace fleet::lint {

void check_runbook(const Scope& scope, const Rule& rule, Report& report) {
  const PlacedText* const url = rule.annotation("runbook_url");
  if (!rule.alert || !scope.demands.runbooks || url == nullptr) return;
  std::size_t const slash = url->text().find_last_of("/#");
  std::string const page = slash == std::string::npos ? url->text() : url->text().substr(slash + 1);
  // One that is filled in is the page of another alert, whose own link is looked at.
  if (page.empty() || page.find("}}") != std::string::npos || scope.demands.runbooks->contains(page)) return;
  std::vector<std::string_view> const pages(scope.demands.runbooks->begin(), scope.demands.runbooks->end());
  report.at(url->at(url->text().size() - page.size()),
            "there is no page " + lint::backquoted(page) + " among the runbooks" + suggestion(page, pages));
}

std::set<std::string> runbook_pages(const std::string& folder) {
  namespace fs = std::filesystem;
  std::set<std::string> out;
  std::error_code problem;
  for (auto entry = fs::directory_iterator(folder, problem); !problem && entry != fs::directory_iterator();
       entry.increment(problem)) {
    if (entry->path().extension() == ".md") out.insert(entry->path().stem().string());
  }
  if (problem) throw config::Error(folder + ": cannot be read: " + problem.message());
  if (out.empty()) throw config::Error(folder + ": expected a folder with pages, NAME.md");
  return out;
}

}  // namespace fleet::lint
