#include "slo/lint/placed_text.hpp"

#include <algorithm>
#include <string_view>

#include "core/config/utf8.hpp"

namespace fleet::lint {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Walks through the written form of a scalar, one character of its text after another. Whitespace is passed
/// over on both sides, since YAML folds it.
class Walk {
 public:
  Walk(std::string_view source, const Place& begin) : source_(source), line_(begin.line) {
    for (std::size_t line = 1; line < begin.line; ++line)
      at_ = std::min(source_.size(), source_.find('\n', at_)) + 1;
    at_ = std::min(at_, source_.size());
    line_begin_ = at_;
    for (std::size_t column = 1; column < begin.column && at_ < source_.size(); ++column) step();
    char const first = peek();
    if (first == '\'' || first == '"') {
      quote_ = first;
      ++at_;
    } else if (first == '|' || first == '>') {
      while (at_ < source_.size() && source_[at_] != '\n') ++at_;
    }
  }

  /// Whether the next character, whitespace apart, is `c`; if so, it is passed.
  bool pass(char c) {
    settle();
    if (quote_ == '"' && peek() == '\\') ++at_;
    if (quote_ == '\'' && c == '\'' && peek() == '\'') ++at_;
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  /// Where the next character stands.
  Place place(const std::string& file) {
    settle();
    return here(file);
  }
  /// Behind the last one that was passed.
  Place here(const std::string& file) const {
    std::string_view const before = source_.substr(line_begin_, at_ - line_begin_);
    auto const characters =
        std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; });
    return {file, line_, static_cast<std::size_t>(characters) + 1};
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  void step() { at_ += std::max<std::size_t>(1, config::utf8_length(source_.substr(at_))); }
  void settle() {
    for (;;) {
      bool const escaped_space =
          quote_ == '"' && peek() == '\\' && std::string_view("nt r\n").find(peek(1)) != std::string_view::npos;
      if (escaped_space && peek(1) != '\0') {
        ++at_;
      } else if (!is_space(peek())) {
        return;
      }
      if (peek() == '\n') {
        ++line_;
        line_begin_ = at_ + 1;
      }
      ++at_;
    }
  }

  std::string_view source_;
  std::size_t at_ = 0, line_begin_ = 0, line_;
  char quote_ = '\0';
};

}  // namespace

Place place_of(const config::Value& value) {
  std::string const text = value.place();
  std::size_t const column = text.rfind(':'), line = text.rfind(':', column - 1);
  return {text.substr(0, line), std::stoul(text.substr(line + 1)), std::stoul(text.substr(column + 1))};
}

PlacedText::PlacedText(const config::Value& value, std::shared_ptr<const std::string> source)
    : text_(value.verbatim()), begin_(place_of(value)), source_(std::move(source)) {}

Place PlacedText::at(std::size_t offset) const {
  if (!source_) return begin_;
  Walk walk(*source_, begin_);
  for (std::size_t i = 0; i < std::min(offset, text_.size()); ++i) {
    if (!is_space(text_[i]) && !walk.pass(text_[i])) return begin_;
  }
  return offset < text_.size() ? walk.place(begin_.file) : walk.here(begin_.file);
}

}  // namespace fleet::lint
