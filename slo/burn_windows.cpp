#include "slo/burn_windows.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/config/document.hpp"
#include "slo/spec/spec_files.hpp"

namespace fleet::slo {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

double in_hours(milliseconds length) { return std::chrono::duration<double, std::ratio<3600>>(length).count(); }

BurnWindows workbook(milliseconds period) {
  return {period,
          {2, minutes(5), hours(1)},
          {5, minutes(30), hours(6)},
          {10, hours(2), hours(24)},
          {10, hours(6), hours(72)}};
}

BurnWindow read_pair(const config::Value& at) {
  auto const pair = at.mapping({"errorBudgetPercent", "shortWindow", "longWindow"});
  auto const percent = pair.required("errorBudgetPercent");
  BurnWindow out;
  out.budget_percent = percent.number(0, 100);
  if (out.budget_percent <= 0) percent.fail("expected a share of the budget above 0 percent");
  out.short_window = pair.required("shortWindow").duration(minutes(1));
  auto const longer = pair.required("longWindow");
  out.long_window = longer.duration(minutes(1));
  if (out.long_window <= out.short_window) longer.fail("expected a window longer than shortWindow");
  return out;
}

/// The mapping that holds the windows, in either form that Sloth has had.
config::Mapping windows_of(const config::Value& root) {
  auto const whole =
      root.mapping({"apiVersion", "kind", "metadata", "spec", "version", "sloPeriod", "page", "ticket"});
  if (auto const version = whole.optional("version")) {
    version->one_of({"alertWindows/v1"});
    return root.mapping({"version", "sloPeriod", "page", "ticket"});
  }
  auto const manifest = root.mapping({"apiVersion", "kind", "metadata", "spec"});
  manifest.required("apiVersion").one_of({"sloth.slok.dev/v1"});
  manifest.required("kind").one_of({"AlertWindows"});
  return manifest.required("spec").mapping({"sloPeriod", "page", "ticket"});
}

BurnWindows read_windows(const config::Value& root) {
  auto const body = windows_of(root);
  auto const page = body.required("page").mapping({"quick", "slow"});
  auto const ticket = body.required("ticket").mapping({"quick", "slow"});
  BurnWindows out{body.required("sloPeriod").duration(hours(1)), read_pair(page.required("quick")),
                  read_pair(page.required("slow")), read_pair(ticket.required("quick")),
                  read_pair(ticket.required("slow"))};
  if (out.lengths().back() >= out.period)
    body.required("sloPeriod").fail("expected a period longer than its windows");
  return out;
}

}  // namespace

// In this order of operations, so that the figures are Sloth's to the last digit.
double BurnWindows::factor(const BurnWindow& pair) const {
  return pair.budget_percent * in_hours(period) / 100 / in_hours(pair.long_window);
}

std::vector<milliseconds> BurnWindows::lengths() const {
  std::vector<milliseconds> out;
  for (const auto& pair : {page_quick, page_slow, ticket_quick, ticket_slow}) {
    out.push_back(pair.short_window);
    out.push_back(pair.long_window);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

WindowCatalog::WindowCatalog() : listed_{workbook(hours(24 * 30)), workbook(hours(24 * 28))} {}

WindowCatalog WindowCatalog::load(const std::string& path) {
  WindowCatalog out;
  out.listed_.clear();
  for (const auto& file : spec_files(path)) {
    for (const auto& document : config::Document::load_all(file)) {
      auto const windows = read_windows(document.root());
      if (out.lists(windows.period))
        document.root().fail("expected each period once, got a second one of " +
                             config::format_duration(windows.period));
      out.listed_.push_back(windows);
    }
  }
  return out;
}

bool WindowCatalog::lists(milliseconds period) const {
  return std::any_of(listed_.begin(), listed_.end(), [&](const BurnWindows& w) { return w.period == period; });
}

BurnWindows WindowCatalog::of(milliseconds period) const {
  for (const auto& windows : listed_) {
    if (windows.period == period) return windows;
  }
  auto out = workbook(hours(24 * 30));
  double const stretch = in_hours(out.period) / in_hours(period);
  out.period = period;
  for (auto* pair : {&out.page_quick, &out.page_slow, &out.ticket_quick, &out.ticket_slow}) {
    pair->budget_percent *= stretch;
    // At 100 the longest window is the period itself.
    if (pair->budget_percent >= 100)
      throw std::invalid_argument("expected a period of more than " + config::format_duration(hours(24 * 3)) +
                                  ", or one that --slo-period-windows-path lists");
  }
  return out;
}

}  // namespace fleet::slo
