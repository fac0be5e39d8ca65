#include "slo/query_template.hpp"

#include <optional>
#include <vector>

namespace fleet::slo {

namespace {

/// A template action in a text: from `{{` to behind `}}`.
struct Action {
  std::size_t begin, end;
  std::string_view inner;  // without braces, trim markers and blanks
};

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  std::size_t const first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<Action> next_action(std::string_view text, std::size_t from) {
  std::size_t const begin = text.find("{{", from);
  if (begin == std::string_view::npos) return std::nullopt;
  std::size_t const close = text.find("}}", begin + 2);
  if (close == std::string_view::npos) return Action{begin, std::string_view::npos, {}};
  std::string_view inner = text.substr(begin + 2, close - begin - 2);
  if (inner.starts_with("- ")) inner.remove_prefix(2);
  if (inner.ends_with(" -")) inner.remove_suffix(2);
  return Action{begin, close + 2, trimmed(inner)};
}

char closing(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

/// The index behind the quote that ends the string at `at`, or npos.
std::size_t behind_string(std::string_view text, std::size_t at) {
  char const quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\' && quote != '`') {
      ++at;
    } else if (text[at] == quote) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::size_t behind_comment(std::string_view text, std::size_t at) {
  std::size_t const end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

void check_shape(const config::Value& at, std::string_view promql) {
  std::vector<char> open;
  char last = '\0';
  for (std::size_t i = 0; i < promql.size();) {
    char const c = promql[i];
    if (c == '#') {
      i = behind_comment(promql, i);
      continue;
    }
    if (blanks.find(c) == std::string_view::npos) last = c;
    if (c == '"' || c == '\'' || c == '`') {
      i = behind_string(promql, i);
      if (i == std::string_view::npos)
        at.fail("expected PromQL, got a text that does not end: " + std::string(1, c));
      continue;
    }
    if (c == '(' || c == '[' || c == '{') open.push_back(closing(c));
    if (c == ')' || c == ']' || c == '}') {
      if (open.empty()) at.fail("expected PromQL, got `" + std::string(1, c) + "` that nothing opens");
      if (open.back() != c)
        at.fail("expected PromQL, got `" + std::string(1, c) + "` where `" + std::string(1, open.back()) +
                "` is due");
      open.pop_back();
    }
    ++i;
  }
  if (!open.empty())
    at.fail("expected PromQL, got one without the closing `" + std::string(1, open.back()) + "`");
  if (last == '\0') at.fail("expected PromQL, got nothing");
  if (std::string_view("+-*/%^=<>!~,").find(last) != std::string_view::npos)
    at.fail("expected PromQL, got nothing behind `" + std::string(1, last) + "`");
}

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string with_window(std::string_view query, std::string_view window) {
  std::string out;
  std::size_t from = 0;
  while (auto const action = next_action(query, from)) {
    out += query.substr(from, action->begin - from);
    out += window;
    from = action->end;
  }
  out += query.substr(from);
  return out;
}

std::string read_query(const config::Value& at) {
  std::string const query = at.verbatim();
  bool windowed = false;
  std::size_t from = 0;
  while (auto const action = next_action(query, from)) {
    if (action->end == std::string_view::npos) at.fail("expected }} behind {{ in the query");
    if (action->inner != ".window")
      at.fail("expected {{.window}} as the only template in a query, got {{" + std::string(action->inner) +
              "}}");
    windowed = true;
    from = action->end;
  }
  if (trimmed(query).empty()) at.fail("expected PromQL, got nothing");
  if (!windowed) at.fail("expected {{.window}} in the query, where its window belongs");
  check_shape(at, with_window(query, "5m"));
  return query;
}

std::string read_expression(const config::Value& at) {
  std::string const query = at.verbatim();
  if (query.find("{{") != std::string::npos) at.fail("expected PromQL without a template here");
  check_shape(at, query);
  return query;
}

void check_alert_template(const config::Value& at, std::string_view text) {
  std::size_t from = 0;
  while (auto const action = next_action(text, from)) {
    if (action->end == std::string_view::npos) at.fail("expected }} behind {{ in the template");
    if (action->inner.empty()) at.fail("expected an expression between {{ and }}");
    if (action->inner.find("{{") != std::string_view::npos)
      at.fail("expected }} before the next {{ in the template");
    from = action->end;
  }
  if (text.find("}}", from) != std::string_view::npos) at.fail("expected {{ before }} in the template");
}

}  // namespace fleet::slo
