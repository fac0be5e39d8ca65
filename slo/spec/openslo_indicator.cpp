#include "slo/spec/openslo_indicator.hpp"

#include <algorithm>
#include <chrono>

#include "slo/number_text.hpp"
#include "slo/query_template.hpp"
#include "slo/spec/indicator_reading.hpp"

namespace fleet::slo {

namespace {

using std::chrono::minutes;

/// A query of a metric source, which must be Prometheus'.
class Source {
 public:
  Source(const config::Value& at, const OpenSloObjects& objects)
      : source_(at.mapping({"metricSource"}).required("metricSource")) {
    auto const keys = source_.mapping({"type", "metricSourceRef", "spec"});
    auto const type = keys.optional("type"), reference = keys.optional("metricSourceRef");
    if (!type && !reference) source_.fail("missing key `type`");
    if (type) check_type(*type);
    // How Prometheus is reached is nothing to rules: a source that is not in these files does no harm if its
    // type is known.
    if (reference && (!type || objects.has("DataSource", *reference)))
      check_reference(objects.find("DataSource", *reference));
  }
  config::Value query() const {
    auto const spec = source_.mapping({"type", "metricSourceRef", "spec"}).required("spec");
    return spec.mapping({"query", "queryType", "dimensions"}).required("query");
  }

 private:
  static void check_type(const config::Value& type) {
    std::string const text = type.text();
    if (text != "Prometheus" && text != "prometheus")
      type.fail("expected `Prometheus`: rules can ask no other source, got `" + text + "`");
  }
  static void check_reference(const config::Value& source) {
    check_type(source.mapping({"apiVersion", "kind", "metadata", "spec"})
                   .required("spec")
                   .mapping({"description", "type", "connectionDetails"})
                   .required("type"));
  }
  config::Value source_;
};

/// The metric's name if all of the text is one selector: `name` or `name{...}`; else empty.
std::string_view selected_metric(std::string_view text) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789";
  auto const end = std::min(text.find_first_not_of(letters), text.size());
  auto const name = text.substr(0, end);
  if (end == text.size() || name.empty()) return name;
  if (text[end] != '{') return {};
  char quote = '\0';
  for (std::size_t i = end + 1; i < text.size(); ++i) {
    if (quote != '\0') {
      if (text[i] == '\\' && quote != '`')
        ++i;
      else if (text[i] == quote)
        quote = '\0';
    } else if (text[i] == '"' || text[i] == '\'' || text[i] == '`') {
      quote = text[i];
    } else if (text[i] == '}') {
      return i + 1 == text.size() ? name : std::string_view();
    }
  }
  return {};
}

constexpr std::string_view looks = "[{{.window}}:1m]";

/// The query over a window. One without {{.window}} gives a value for each moment; its mean over the window
/// stands for it, or the increase of a counter that it selects.
std::string windowed(const config::Value& query, bool counter) {
  if (query.verbatim().find("{{") != std::string::npos) return read_query(query);
  std::string const expression = read_expression(query);
  auto const metric = selected_metric(expression);
  if (counter) {
    if (metric.empty())
      query.fail(
          "expected {{.window}} in the query, or only a counter's name and labels: of anything else no "
          "increase can be "
          "taken");
    return "sum(rate(" + expression + "[{{.window}}]))";
  }
  if (metric.ends_with("_total"))
    query.fail("expected `counter: true` beside `total`, as the metric's name ends in _total");
  return "avg_over_time((" + expression + ")" + std::string(looks) + ")";
}

/// The same over a slice. On Prometheus 2 a subquery has a look at both ends of its range, of which the earlier
/// is the slice's before.
std::string over_slice(std::string query, milliseconds slice) {
  auto const within = config::format_duration(slice - milliseconds(1)) + ":" +
                      config::format_duration(std::min<milliseconds>(slice, minutes(1)));
  for (auto at = query.find(looks); at != std::string::npos; at = query.find(looks, at))
    query.replace(at, looks.size(), "[" + within + "]");
  return with_window(query, config::format_duration(slice));
}

/// Bad moments of all: those slices in which the ratio of good events was below the slice's target.
std::string bad_slices(const std::string& good_ratio, const OpenSloMethod& method) {
  return "1 - avg_over_time(((" + over_slice(good_ratio, method.slice) + ") >= bool " +
         number_text(method.slice_target) + ")[{{.window}}:" + config::format_duration(method.slice) + "])";
}

/// The mean of the slices' ratios.
std::string mean_of_slices(const std::string& good_ratio, const OpenSloMethod& method) {
  return "1 - avg_over_time((" + over_slice(good_ratio, method.slice) +
         ")[{{.window}}:" + config::format_duration(method.slice) + "])";
}

Indicator read_ratio(const config::Value& at, const OpenSloMethod& method, const OpenSloObjects& objects) {
  auto const ratio = at.mapping({"counter", "good", "bad", "total", "rawType", "raw"});
  bool const counter = ratio.boolean_or("counter", false);
  auto const good = ratio.optional("good"), bad = ratio.optional("bad"), raw = ratio.optional("raw");
  if (bool(good) + bool(bad) + bool(raw) != 1) at.fail("expected exactly one of `good`, `bad` and `raw`");
  Indicator out;
  std::string good_ratio;
  if (raw) {
    bool const success = ratio.required("rawType").one_of({"success", "failure"}) == "success";
    std::string const query = windowed(Source(*raw, objects).query(), false);
    good_ratio = success ? query : "1 - (" + query + ")";
    out.ratio_query = success ? "1 - (" + query + ")" : query;
  } else {
    std::string const counted = windowed(Source(good ? *good : *bad, objects).query(), counter);
    std::string const total = windowed(Source(ratio.required("total"), objects).query(), counter);
    // Where nothing of the kind was ever counted there is no series, which means none of them.
    std::string const part = "(" + counted + ") or (" + total + ") * 0";
    // Slices without an event are none: the ratio of nothing to nothing is neither good nor bad.
    std::string const of_some = "((" + part + ") / ((" + total + ") > 0))";
    good_ratio = good ? of_some : "1 - " + of_some;
    out.error_query = good ? "(" + total + ") - (" + part + ")" : part;
    out.total_query = total;
    bool const rate = total.find("rate(") != std::string::npos || total.starts_with("avg_over_time");
    out.unit = rate ? Indicator::Unit::per_second : Indicator::Unit::count;
  }
  if (method.name == "Occurrences") return out;
  Indicator slices;
  slices.ratio_query =
      method.name == "Timeslices" ? bad_slices(good_ratio, method) : mean_of_slices(good_ratio, method);
  return slices;
}

Indicator read_threshold(const config::Value& at, const config::Mapping& objective, const OpenSloMethod& method,
                         const OpenSloObjects& objects) {
  if (method.name == "RatioTimeslices")
    at.fail("expected a `ratioMetric`: RatioTimeslices means the mean of the slices' ratios");
  auto const query = Source(at, objects).query();
  std::string const good = objective.required("op").one_of({"lte", "lt", "gte", "gt"});
  std::string const bad = good == "lte" ? ">" : good == "lt" ? ">=" : good == "gte" ? "<" : "<=";
  std::string const holds = good == "lte" ? "<=" : good == "lt" ? "<" : good == "gte" ? ">=" : ">";
  constexpr double any = 1e18;
  double const limit = objective.required("value").number(-any, any);
  std::string const expression = read_expression(query);
  if (method.name == "Occurrences") return limit_indicator(expression, bad, limit, minutes(1));
  Indicator slices;
  slices.ratio_query = bad_slices("avg_over_time(((" + expression + ") " + holds + " bool " +
                                      number_text(limit) + ")" + std::string(looks) + ")",
                                  method);
  return slices;
}

/// The spec of the SLI, inline or in an object of its own.
config::Mapping indicator_of(const config::Mapping& spec, const OpenSloObjects& objects) {
  auto const keys = {std::string_view("description"), std::string_view("thresholdMetric"),
                     std::string_view("ratioMetric")};
  auto const reference = spec.optional("indicatorRef"), inlined = spec.optional("indicator");
  if (bool(reference) == bool(inlined))
    spec.self().fail("expected exactly one of `indicator` and `indicatorRef`");
  if (inlined) return inlined->mapping({"metadata", "spec"}).required("spec").mapping(keys);
  return objects.find("SLI", *reference)
      .mapping({"apiVersion", "kind", "metadata", "spec"})
      .required("spec")
      .mapping(keys);
}

}  // namespace

Indicator read_openslo_indicator(const config::Mapping& spec, const config::Mapping& objective,
                                 const OpenSloMethod& method, const OpenSloObjects& objects) {
  auto const indicator = indicator_of(spec, objects);
  auto const threshold = indicator.optional("thresholdMetric"), ratio = indicator.optional("ratioMetric");
  if (bool(threshold) == bool(ratio))
    indicator.self().fail("expected exactly one of `ratioMetric` and `thresholdMetric`");
  return threshold ? read_threshold(*threshold, objective, method, objects)
                   : read_ratio(*ratio, method, objects);
}

}  // namespace fleet::slo
