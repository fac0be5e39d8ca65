#include "exporters/postgres/query_text.hpp"

#include <algorithm>

namespace fleet::exporters::postgres {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
bool in_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Behind the quote that ends what begins at `at`; the end of the text if none does. A backslash hides what
/// follows it only in E'', but taking it so everywhere would show the rest of 'a\'.
std::size_t after_quoted(std::string_view sql, std::size_t at, bool backslashes) {
  char const quote = sql[at++];
  for (; at < sql.size(); ++at) {
    if (backslashes && sql[at] == '\\') {
      ++at;
    } else if (sql[at] == quote) {
      if (at + 1 >= sql.size() || sql[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return sql.size();
}

/// Behind $tag$...$tag$, or `at` if none begins there.
std::size_t after_dollars(std::string_view sql, std::size_t at) {
  auto const end = sql.find('$', at + 1);
  if (end == std::string_view::npos) return at;
  std::string_view const tag = sql.substr(at, end - at + 1);
  std::string_view const word = tag.substr(1, tag.size() - 2);
  bool const fits = std::all_of(word.begin(), word.end(), in_word) && (word.empty() || !is_digit(word.front()));
  if (!fits) return at;
  auto const close = sql.find(tag, end + 1);
  return close == std::string_view::npos ? sql.size() : close + tag.size();
}

/// Behind the comment that begins at `at`, or `at` if none does. They nest.
std::size_t after_comment(std::string_view sql, std::size_t at) {
  if (sql.substr(at, 2) == "--") return std::min(sql.find('\n', at), sql.size());
  if (sql.substr(at, 2) != "/*") return at;
  int depth = 0;
  while (at < sql.size()) {
    if (sql.substr(at, 2) == "/*") {
      ++depth;
      at += 2;
    } else if (sql.substr(at, 2) == "*/") {
      at += 2;
      if (--depth == 0) return at;
    } else {
      ++at;
    }
  }
  return sql.size();
}

class Masking {
 public:
  explicit Masking(std::string_view sql) : sql_(sql) {}

  std::string text() {
    while (at_ < sql_.size()) step();
    while (out_.ends_with(' ')) out_.pop_back();
    return std::move(out_);
  }

 private:
  void step() {
    char const c = sql_[at_];
    if (auto const comment = after_comment(sql_, at_); comment > at_) {
      at_ = comment;
      space();
    } else if (is_space(c)) {
      ++at_;
      space();
    } else if (c == '\'') {
      bool const escapes = word_ == "e" || word_ == "E";
      if (word_.size() == 1) out_.pop_back();  // E'', B'', X'', N''
      constant(after_quoted(sql_, at_, escapes));
    } else if (c == '"') {
      name(after_quoted(sql_, at_, false));
    } else if (auto const dollars = c == '$' && word_.empty() ? after_dollars(sql_, at_) : at_; dollars > at_) {
      constant(dollars);
    } else if (word_.empty() &&
               (is_digit(c) || (c == '.' && at_ + 1 < sql_.size() && is_digit(sql_[at_ + 1])))) {
      constant(after_number());
    } else {
      word_ = in_word(c) ? sql_.substr(at_ - word_.size(), word_.size() + 1) : std::string_view();
      out_.push_back(c);
      ++at_;
    }
  }

  std::size_t after_number() const {
    std::size_t behind = at_;
    auto const sign = [&] {
      return (sql_[behind] == '+' || sql_[behind] == '-') && (sql_[behind - 1] | 0x20) == 'e';
    };
    while (behind < sql_.size() && (in_word(sql_[behind]) || sql_[behind] == '.' || (behind > at_ && sign())))
      ++behind;
    return behind;
  }

  void space() {
    if (!out_.empty() && !out_.ends_with(' ')) out_.push_back(' ');
    word_ = {};
  }
  void name(std::size_t behind) {
    out_ += sql_.substr(at_, behind - at_);
    at_ = behind;
    word_ = {};
  }
  void constant(std::size_t behind) {
    out_.push_back('?');
    at_ = behind;
    word_ = {};
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  std::string_view word_;  // what is written of the present word
  std::string out_;
};

}  // namespace

std::string_view shortened(std::string_view text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return text.substr(0, length);
}

std::string without_constants(std::string_view sql, std::size_t length) {
  std::string const text = Masking(sql).text();
  return std::string(shortened(text, length));
}

}  // namespace fleet::exporters::postgres
