#include "slo/lint/routing_tree.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "core/config/file_text.hpp"

namespace fleet::lint {
namespace {

using promql::MatchOperator;

constexpr std::size_t max_bytes = 16 * 1024 * 1024;

/// Alertmanager's matchers as PromQL spells them: values stand in quotes, and of backslashes only those before
/// a quote, another one or `n` mean something.
std::string in_promql(const std::string& text) {
  static const re2::RE2 bare(R"(\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*([^"\s{},][^"{},]*?)\s*)");
  std::string label, op, value;
  bool const unquoted = re2::RE2::FullMatch(text, bare, &label, &op, &value);
  std::string const written = unquoted ? label + op + '"' + value + '"' : text;
  std::string out;
  for (std::size_t i = 0; i < written.size(); ++i) {
    out += written[i];
    if (written[i] != '\\') continue;
    char const next = i + 1 < written.size() ? written[i + 1] : '\0';
    bool const escape = !unquoted && (next == '"' || next == '\\' || next == 'n');
    out += escape ? next : '\\';
    if (escape) ++i;
  }
  return out;
}

class Reader {
 public:
  Reader(std::string text, std::string name)
      : name_(std::move(name)), source_(std::make_shared<const std::string>(std::move(text))) {}

  RoutingTree run() const {
    auto const document = config::Document::parse(*source_, name_);
    auto const root = document.root().mapping({"global", "templates", "route", "inhibit_rules", "receivers",
                                               "mute_time_intervals", "time_intervals", "tracing"});
    RoutingTree out;
    out.root = read_route(root.required("route"));
    if (auto const rules = root.optional("inhibit_rules")) {
      for (const config::Value& value : rules->list_or_empty())
        out.inhibitions.push_back(read_inhibition(value));
    }
    return out;
  }

 private:
  Route read_route(const config::Value& value) const {
    auto const mapping = value.mapping({"receiver", "group_by", "continue", "match", "match_re", "matchers",
                                        "group_wait", "group_interval", "repeat_interval",
                                        "mute_time_intervals", "active_time_intervals", "routes"});
    Route out;
    out.place = place_of(value);
    if (auto const receiver = mapping.optional("receiver")) out.receiver = receiver->verbatim();
    out.matchers = read_matchers(mapping, "");
    if (auto const routes = mapping.optional("routes")) {
      for (const config::Value& route : routes->list_or_empty()) out.routes.push_back(read_route(route));
    }
    return out;
  }

  Inhibition read_inhibition(const config::Value& value) const {
    auto const mapping = value.mapping({"name", "source_match", "source_match_re", "source_matchers",
                                        "target_match", "target_match_re", "target_matchers", "equal"});
    Inhibition out;
    out.place = place_of(value);
    out.source = read_matchers(mapping, "source_");
    out.target = read_matchers(mapping, "target_");
    if (auto const equal = mapping.optional("equal")) {
      for (const config::Value& label : equal->list_or_empty()) out.equal.emplace_back(label, source_);
    }
    return out;
  }

  AlertMatchers read_matchers(const config::Mapping& mapping, const std::string& prefix) const {
    AlertMatchers out;
    if (auto const texts = mapping.optional(prefix + "matchers")) {
      for (const config::Value& text : texts->list_or_empty()) add_text(text, out);
    }
    for (const auto& [key, op] : {std::pair("match", "="), std::pair("match_re", "=~")}) {
      auto const pairs = mapping.optional(prefix + key);
      if (!pairs) continue;
      for (const auto& [label, value] : pairs->entries()) {
        for (promql::Matcher& matcher :
             parsed("x{" + label.verbatim() + op + in_quotes(value.verbatim()) + "}", label))
          out.push_back({std::move(matcher), place_of(label)});
      }
    }
    return out;
  }

  // Several in one text are separated by commas, with or without braces around them.
  void add_text(const config::Value& value, AlertMatchers& out) const {
    PlacedText const text(value, source_);
    std::string const written = in_promql(text.text());
    std::size_t const begin = written.find_first_not_of(" \t");
    bool const braces = begin != std::string::npos && written[begin] == '{';
    std::string const selector = braces ? "x" + written.substr(begin) : "x{" + written + "}";
    for (promql::Matcher& matcher : parsed(selector, value)) {
      std::size_t const offset = braces ? matcher.span.begin - 1 + begin : matcher.span.begin - 2;
      out.push_back({std::move(matcher), text.at(offset)});
    }
  }

  static std::vector<promql::Matcher> parsed(const std::string& selector, const config::Value& value) {
    try {
      auto const expr = promql::parse(selector);
      if (const auto* list = expr->as<promql::Selector>()) return list->matchers;
    } catch (const promql::SyntaxError&) {
      // falls through to what is said of everything that is no list of matchers
    }
    value.fail("expected matchers such as sev=\"1\", got `" + value.verbatim() + "`");
  }

  static std::string in_quotes(const std::string& value) {
    std::string out = "\"";
    for (char const c : value) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + '"';
  }

  std::string name_;
  std::shared_ptr<const std::string> source_;
};

}  // namespace

std::vector<std::string> AlertMatcher::values() const {
  if (matcher.op == MatchOperator::equal || matcher.op == MatchOperator::not_equal) return {matcher.value};
  static const re2::RE2 list(R"([A-Za-z0-9_.-]+(\|[A-Za-z0-9_.-]+)*)");
  std::vector<std::string> out;
  if (!re2::RE2::FullMatch(matcher.value, list)) return out;
  for (std::size_t at = 0; at <= matcher.value.size();) {
    std::size_t const end = std::min(matcher.value.find('|', at), matcher.value.size());
    out.push_back(matcher.value.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool may_satisfy(const AlertMatchers& matchers, const LabelSet& labels) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const AlertMatcher& one) {
    const promql::Matcher& matcher = one.matcher;
    if (!labels.may_have(matcher.label)) return matcher.accepts("");
    auto const value = labels.value(matcher.label);
    return !value || matcher.accepts(*value) || (!labels.always_has(matcher.label) && matcher.accepts(""));
  });
}

RoutingTree parse_routing(std::string text, const std::string& name) {
  return Reader(std::move(text), name).run();
}

RoutingTree load_routing(const std::string& path) {
  std::string text;
  if (auto const problem = config::read_file(path, max_bytes, text)) {
    throw config::Error(path + ": cannot be read: " + *problem);
  }
  return parse_routing(std::move(text), path);
}

}  // namespace fleet::lint
