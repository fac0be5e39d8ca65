#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/config/document.hpp"
#include "core/config/utf8.hpp"
#include "slo/lint/promql.hpp"

namespace fleet::promql {
namespace {

// As Go's %v: shortest digits, an exponent of at least two digits below 1e-4 and from 1e21 on.
std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  double const size = std::fabs(value);
  bool const plain = size == 0 || (size >= 1e-4 && size < 1e21);
  char buffer[64];
  auto const format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr);
}

std::string seconds_text(double value) {
  char buffer[400];
  int const length = std::snprintf(buffer, sizeof buffer, "%.3f", value);
  return std::string(buffer, static_cast<std::size_t>(length));
}

// As Go's %q, without its table of unprintable characters beyond ASCII.
std::string quoted(std::string_view text) {
  constexpr std::string_view named = "\a\b\f\n\r\t\v\\\"", letters = "abfnrtv\\\"";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const length = config::utf8_length(text.substr(at));
    auto const byte = static_cast<unsigned char>(text[at]);
    if (std::size_t const found = named.find(text[at]); found != std::string_view::npos) {
      out += '\\';
      out += letters[found];
    } else if (length == 0 || byte < 0x20 || byte == 0x7F) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\x%02x", static_cast<unsigned>(byte));
      out += buffer;
    } else {
      out += text.substr(at, length);
    }
    at += std::max<std::size_t>(1, length);
  }
  return out + '"';
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string moment_text(const Moment& moment) {
  std::string out;
  if (moment.at) out += " @ " + seconds_text(*moment.at);
  if (moment.anchor == Moment::Anchor::start) out += " @ start()";
  if (moment.anchor == Moment::Anchor::end) out += " @ end()";
  if (moment.offset.count() != 0) out += " offset " + config::format_duration(moment.offset);
  return out;
}

std::string_view operator_text(MatchOperator op) {
  switch (op) {
    case MatchOperator::equal:
      return "=";
    case MatchOperator::not_equal:
      return "!=";
    case MatchOperator::regex:
      return "=~";
    case MatchOperator::not_regex:
      break;
  }
  return "!~";
}

std::string series_text(const Selector& selector) {
  std::vector<std::string> matchers;
  for (const Matcher& matcher : selector.matchers) {
    matchers.push_back(matcher.label + std::string(operator_text(matcher.op)) + quoted(matcher.value));
  }
  std::sort(matchers.begin(), matchers.end());
  std::string out = selector.metric;
  if (matchers.empty()) return out;
  out += '{';
  for (std::size_t i = 0; i < matchers.size(); ++i) out += (i == 0 ? "" : ",") + matchers[i];
  return out + '}';
}

std::string text_of(const Number& number) { return number_text(number.value); }
std::string text_of(const Text& text) { return quoted(text.value); }
std::string text_of(const Paren& paren) { return "(" + print(*paren.inner) + ")"; }
std::string text_of(const Unary& unary) { return unary.sign + print(*unary.operand); }
std::string text_of(const Selector& selector) { return series_text(selector) + moment_text(selector.moment); }

std::string text_of(const RangeSelector& range) {
  const auto& selector = std::get<Selector>(range.selector->node);
  return series_text(selector) + "[" + config::format_duration(range.length) + "]" +
         moment_text(selector.moment);
}

std::string text_of(const Subquery& subquery) {
  std::string const step = subquery.step ? config::format_duration(*subquery.step) : "";
  return print(*subquery.of) + "[" + config::format_duration(subquery.length) + ":" + step + "]" +
         moment_text(subquery.moment);
}

std::string arguments_text(const std::vector<const Expr*>& arguments) {
  std::string out = "(";
  for (std::size_t i = 0; i < arguments.size(); ++i) out += (i == 0 ? "" : ", ") + print(*arguments[i]);
  return out + ")";
}

std::string text_of(const Call& call) {
  std::vector<const Expr*> arguments;
  for (const ExprPtr& argument : call.arguments) arguments.push_back(argument.get());
  return std::string(call.function->name) + arguments_text(arguments);
}

std::string text_of(const Aggregate& aggregate) {
  std::string out = aggregate.op;
  if (aggregate.without) {
    out += " without (" + joined(aggregate.labels) + ") ";
  } else if (!aggregate.labels.empty()) {
    out += " by (" + joined(aggregate.labels) + ") ";
  }
  std::vector<const Expr*> arguments;
  if (aggregate.parameter) arguments.push_back(aggregate.parameter.get());
  arguments.push_back(aggregate.of.get());
  return out + arguments_text(arguments);
}

std::string text_of(const Binary& binary) {
  // A sign before it would be read as one of the whole power, which Prometheus' own printer overlooks.
  auto const* const base = binary.op == "^" ? std::get_if<Number>(&binary.left->node) : nullptr;
  std::string out = base && std::isinf(base->value) && base->value > 0 ? "Inf" : print(*binary.left);
  out += " " + binary.op;
  if (binary.return_bool) out += " bool";
  if (binary.on || !binary.labels.empty()) {
    out += (binary.on ? " on (" : " ignoring (") + joined(binary.labels) + ")";
  }
  if (binary.group != Group::none) {
    out += (binary.group == Group::left ? " group_left (" : " group_right (") + joined(binary.include) + ")";
  }
  return out + " " + print(*binary.right);
}

}  // namespace

std::string print(const Expr& expr) {
  return std::visit([](const auto& node) { return text_of(node); }, expr.node);
}

}  // namespace fleet::promql
