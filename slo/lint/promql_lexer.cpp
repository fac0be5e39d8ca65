#include "slo/lint/promql_lexer.hpp"

#include "core/config/utf8.hpp"

namespace fleet::promql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alphanumeric(char c) { return is_alpha(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) next();
    if (braces_) fail(at_, "expected `}`, got the end of the expression");
    if (brackets_) fail(at_, "expected `]`, got the end of the expression");
    add(Token::Kind::end, at_);
    return std::move(out_);
  }

 private:
  [[noreturn]] static void fail(std::size_t at, const std::string& message) { throw SyntaxError(at, message); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void add(Token::Kind kind, std::size_t begin) {
    out_.push_back({kind, text_.substr(begin, at_ - begin), begin});
  }
  void symbol(std::size_t length) {
    std::size_t const begin = at_;
    at_ += length;
    add(Token::Kind::symbol, begin);
  }
  template <class Predicate>
  bool skip(Predicate predicate) {
    std::size_t const begin = at_;
    while (at_ < text_.size() && predicate(text_[at_])) ++at_;
    return at_ != begin;
  }

  void next() {
    char const c = peek();
    if (is_space(c)) {
      ++at_;
    } else if (c == '#') {
      skip([](char in) { return in != '\n' && in != '\r'; });
    } else if (c == '"' || c == '\'') {
      backquoted(c);
    } else if (c == '`') {
      raw();
    } else if (braces_) {
      inside_braces(c);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number_or_duration();
    } else if (brackets_ && c == ':') {
      symbol(1);
    } else if (is_alpha(c) || c == ':') {
      word();
    } else {
      outside_braces(c);
    }
  }

  void inside_braces(char c) {
    if (is_alpha(c)) {
      std::size_t const begin = at_;
      skip(is_alphanumeric);
      add(Token::Kind::word, begin);
    } else if ((c == '=' || c == '!') && peek(1) == '~') {
      symbol(2);
    } else if (c == '!' && peek(1) == '=') {
      symbol(2);
    } else if (c == '=' || c == ',') {
      symbol(1);
    } else if (c == '}') {
      braces_ = false;
      symbol(1);
    } else {
      fail(at_, "expected a label matcher such as job=\"x\" or `}`, got " + shown());
    }
  }

  void outside_braces(char c) {
    std::string_view const two = text_.substr(at_, 2);
    if (two == "==" || two == "!=" || two == "<=" || two == ">=") return symbol(2);
    if (std::string_view("+-*/%^<>=@,()").find(c) != std::string_view::npos) return symbol(1);
    if (c == '{') {
      braces_ = true;
    } else if (c == '[') {
      if (brackets_) fail(at_, "expected a duration, got `[`");
      brackets_ = true;
    } else if (c == ']') {
      if (!brackets_) fail(at_, "expected an operator or the end of the expression, got `]`");
      brackets_ = false;
    } else {
      fail(at_, "expected an expression, got " + shown());
    }
    symbol(1);
  }

  void word() {
    std::size_t const begin = at_;
    skip([](char c) { return is_alphanumeric(c) || c == ':'; });
    std::string_view const name = text_.substr(begin, at_ - begin);
    std::string const lower = lower_case(name);
    bool const colon = name.find(':') != std::string_view::npos;
    bool const value = lower == "inf" || lower == "nan";
    add(colon ? Token::Kind::metric_name : value ? Token::Kind::number : Token::Kind::word, begin);
  }

  // Greedy like the original, which accepts more here than number_of() and duration_of() then do.
  void number_or_duration() {
    std::size_t const begin = at_;
    auto digits = is_digit;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      at_ += 2;
      digits = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    }
    skip(digits);
    if (peek() == '.') ++at_;
    skip(digits);
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      skip(digits);
    }
    if (!is_alphanumeric(peek())) return add(Token::Kind::number, begin);
    skip(is_alphanumeric);
    add(Token::Kind::duration, begin);
  }

  void backquoted(char quote) {
    std::size_t const begin = at_++;
    while (peek() != quote) {
      if (at_ >= text_.size() || peek() == '\n') fail(begin, "expected a closing quote for this text");
      at_ += peek() == '\\' ? 2 : 1;
    }
    ++at_;
    add(Token::Kind::text, begin);
  }

  void raw() {
    std::size_t const begin = at_++;
    skip([](char c) { return c != '`'; });
    if (at_ >= text_.size()) fail(begin, "expected a closing quote for this text");
    ++at_;
    add(Token::Kind::text, begin);
  }

  std::string shown() const {
    std::size_t const length = std::max<std::size_t>(1, config::utf8_length(text_.substr(at_)));
    return "`" + std::string(text_.substr(at_, length)) + "`";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool braces_ = false, brackets_ = false;
  std::vector<Token> out_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) { return Lexer(text).run(); }

std::string lower_case(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace fleet::promql
