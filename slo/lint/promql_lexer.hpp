// The words of a PromQL expression.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "slo/lint/promql.hpp"

namespace fleet::promql {

struct Token {
  enum class Kind {
    end,
    word,         ///< a name without a colon; keywords too
    metric_name,  ///< a name with a colon
    number,
    duration,
    text,    ///< quotes included
    symbol,  ///< operators and brackets
  };
  Kind kind;
  std::string_view text;
  std::size_t at;
  bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
};

/// Cuts the text into tokens, the last of which is `end`. They point into `text`. Throws SyntaxError.
std::vector<Token> tokens_of(std::string_view text);

/// What stands between the quotes of a text token, escapes resolved. Throws SyntaxError.
std::string unquoted(const Token& token);
/// The value of a number token. Throws SyntaxError.
double number_of(const Token& token);
/// The length of a duration token. Throws SyntaxError, for zero too.
std::chrono::milliseconds duration_of(const Token& token);

std::string lower_case(std::string_view word);

}  // namespace fleet::promql
