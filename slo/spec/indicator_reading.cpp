#include "slo/spec/indicator_reading.hpp"

#include <re2/re2.h>

#include <cmath>

#include "slo/number_text.hpp"
#include "slo/query_template.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

using std::chrono::minutes;

Indicator read_events(const config::Value& at) {
  Section const events(at, {"error_query", "total_query", "total_is"});
  Indicator out;
  auto const error = events.required("error_query");
  out.error_query = read_query(error);
  out.total_query = read_query(events.required("total_query"));
  if (out.error_query == out.total_query)
    error.fail("expected a query of the bad events, got that of all events");
  bool const rate = out.total_query.find("rate(") != std::string::npos;
  out.unit = rate ? Indicator::Unit::per_second : Indicator::Unit::count;
  if (auto const said = events.optional("total_is"))
    out.unit = said->one_of({"rate", "count"}) == "rate" ? Indicator::Unit::per_second : Indicator::Unit::count;
  return out;
}

std::string read_metric(const config::Value& at) {
  static const re2::RE2 pattern("[a-zA-Z_:][a-zA-Z0-9_:]*");
  std::string text = at.verbatim();
  if (!re2::RE2::FullMatch(text, pattern)) at.fail("expected the name of a metric, got `" + text + "`");
  return text;
}

/// What stands between the braces of a selector, or nothing.
std::string read_matchers(const Section& section) {
  auto const at = section.optional("selector");
  if (!at) return {};
  std::string text = at->verbatim();
  if (text.find_first_of("{}") != std::string::npos)
    at->fail("expected matchers without braces, such as job=\"web\"");
  check_shape(*at, "x{" + text + "}");
  return text;
}

/// A bound of the histogram as its `le` label spells it.
std::string read_bound(const Section& latency) {
  auto const threshold = latency.required("threshold");
  auto const length = config::parse_duration(threshold.verbatim());
  double const wanted = length ? std::chrono::duration<double>(*length).count() : threshold.number(0, 1e9);
  std::string bounds, found;
  double previous = -1;
  for (const auto& at : latency.required("buckets").list()) {
    double const bound = at.number(0, 1e9);
    if (bound <= previous) at.fail("expected bucket bounds in rising order");
    previous = bound;
    if (std::fabs(bound - wanted) <= 1e-9 * bound) found = at.verbatim();
    bounds += (bounds.empty() ? "" : ", ") + at.verbatim();
  }
  if (found.empty())
    threshold.fail("expected one of the bucket bounds " + bounds + ", got `" + threshold.verbatim() +
                   "`: only at a bound does the histogram know how many were slower");
  return found;
}

Indicator read_latency(const config::Value& at) {
  Section const latency(at, {"histogram", "selector", "threshold", "buckets"});
  std::string const name = read_metric(latency.required("histogram"));
  std::string const matchers = read_matchers(latency);
  std::string const more = matchers.empty() ? "" : ", " + matchers;
  std::string const total =
      "sum(rate(" + name + "_count" + (matchers.empty() ? "" : "{" + matchers + "}") + "[{{.window}}]))";
  Indicator out;
  out.error_query = total + "\n-\nsum(rate(" + name + "_bucket{le=\"" + read_bound(latency) + "\"" + more +
                    "}[{{.window}}]))";
  out.total_query = total;
  return out;
}

/// A gauge that is 1 or 0: every sample is an event.
Indicator flag_indicator(const Section& gauge) {
  std::string const matchers = read_matchers(gauge);
  std::string const series =
      read_metric(gauge.required("metric")) + (matchers.empty() ? "" : "{" + matchers + "}") + "[{{.window}}]";
  std::string const all = "sum(count_over_time(" + series + "))", ones = "sum(sum_over_time(" + series + "))";
  auto const good = gauge.optional("good");
  Indicator out;
  out.error_query = good && good->integer(0, 1) == 0 ? ones : all + " - " + ones;
  out.total_query = all;
  out.unit = Indicator::Unit::count;
  return out;
}

Indicator read_gauge(const config::Value& at) {
  Section const gauge(at, {"metric", "selector", "good", "query", "below", "above", "every"});
  auto const query = gauge.optional("query");
  auto const below = gauge.optional("below"), above = gauge.optional("above");
  if (!query) {
    if (below) below->fail("expected `query` beside `below`: a `metric` is good at 1");
    if (above) above->fail("expected `query` beside `above`: a `metric` is good at 1");
    return flag_indicator(gauge);
  }
  if (gauge.optional("metric")) query->fail("expected `metric` or `query`, got both");
  if (bool(below) == bool(above)) query->fail("expected either `below` or `above` beside `query`");
  constexpr double any = 1e18;
  double const limit = (below ? below : above)->number(-any, any);
  auto const every = gauge.optional("every");
  milliseconds const step =
      every ? every->duration(std::chrono::seconds(1), minutes(5)) : milliseconds(minutes(1));
  return limit_indicator(read_expression(*query), below ? ">=" : "<=", limit, step);
}

}  // namespace

Indicator limit_indicator(const std::string& expression, const std::string& operation_when_bad, double limit,
                          milliseconds every) {
  std::string const steps = "[{{.window}}:" + config::format_duration(every) + "]";
  Indicator out;
  out.error_query = "sum(sum_over_time(((" + expression + ") " + operation_when_bad + " bool " +
                    number_text(limit) + ")" + steps + "))";
  out.total_query = "sum(count_over_time((" + expression + ")" + steps + "))";
  out.unit = Indicator::Unit::count;
  return out;
}

Indicator read_indicator(const config::Value& sli) {
  Section const kinds(sli, {"events", "raw", "plugin", "latency", "gauge"});
  if (auto const plugin = kinds.optional("plugin"))
    plugin->fail(
        "sli.plugin runs Go code inside Sloth, which nothing here can run: write its query as `events` or "
        "`raw`");
  auto const events = kinds.optional("events"), raw = kinds.optional("raw");
  auto const latency = kinds.optional("latency"), gauge = kinds.optional("gauge");
  int const given = bool(events) + bool(raw) + bool(latency) + bool(gauge);
  if (given != 1)
    sli.fail("expected exactly one of `events`, `raw`, `latency` and `gauge`, got " + std::to_string(given));
  if (events) return read_events(*events);
  if (latency) return read_latency(*latency);
  if (gauge) return read_gauge(*gauge);
  Indicator out;
  out.ratio_query = read_query(Section(*raw, {"error_ratio_query"}).required("error_ratio_query"));
  return out;
}

}  // namespace fleet::slo
