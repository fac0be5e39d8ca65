#include "exporters/sql_text.hpp"

#include <algorithm>
#include <array>

namespace fleet::exporters {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '$'; }

/// Walks over SQL token by token.
class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  /// The next token that is no blank and no comment: a word, a quoted text, or one character; "" at the end.
  std::string_view next() {
    skip_blanks();
    auto const begin = at_;
    if (at_ == sql_.size()) return {};
    char const c = sql_[at_];
    if (is_letter(c)) {
      while (at_ < sql_.size() && is_word(sql_[at_])) ++at_;
      auto const word = sql_.substr(begin, at_ - begin);
      // E'it\'s': only there does a backslash escape.
      if ((word == "E" || word == "e") && at_ < sql_.size() && sql_[at_] == '\'') quoted('\'', true);
    } else if (c == '\'' || c == '"') {
      quoted(c, false);
    } else if (c == '$' && dollar_quoted()) {
    } else {
      ++at_;
    }
    return sql_.substr(begin, at_ - begin);
  }
  /// What was opened and never closed: "quoted text", "comment"; "" if all is closed.
  std::string_view unclosed() const { return unclosed_; }

 private:
  void skip_blanks() {
    while (at_ < sql_.size()) {
      auto const rest = sql_.substr(at_);
      if (is_blank(rest[0])) {
        ++at_;
      } else if (rest.starts_with("--")) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (rest.starts_with("/*")) {
        comment();
      } else {
        return;
      }
    }
  }
  void comment() {  // they nest
    int depth = 0;
    do {
      auto const rest = sql_.substr(at_);
      if (rest.empty()) {
        unclosed_ = "comment";
        return;
      }
      if (rest.starts_with("/*")) {
        ++depth;
        at_ += 2;
      } else if (rest.starts_with("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0);
  }
  void quoted(char quote, bool escapes) {  // a doubled quote reads as two texts side by side: the same end
    for (++at_; at_ < sql_.size(); ++at_) {
      if (escapes && sql_[at_] == '\\') {
        ++at_;
      } else if (sql_[at_] == quote) {
        ++at_;
        return;
      }
    }
    at_ = sql_.size();
    unclosed_ = "quoted text";
  }
  bool dollar_quoted() {
    auto end = at_ + 1;
    if (end < sql_.size() && sql_[end] >= '0' && sql_[end] <= '9') return false;
    while (end < sql_.size() && is_word(sql_[end]) && sql_[end] != '$') ++end;
    if (end == sql_.size() || sql_[end] != '$') return false;
    auto const tag = sql_.substr(at_, end + 1 - at_);
    auto const close = sql_.find(tag, end + 1);
    if (close == std::string_view::npos) unclosed_ = "quoted text";
    at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
    return true;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  std::string_view unclosed_;
};

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

std::string single_statement(std::string_view sql) {
  while (!sql.empty() && (is_blank(sql.back()) || sql.back() == ';')) sql.remove_suffix(1);
  while (!sql.empty() && is_blank(sql.front())) sql.remove_prefix(1);
  return std::string(sql);
}

std::string objection_to_statement(std::string_view sql) {
  Scanner scanner(sql);
  auto first = scanner.next();
  while (first == "(") first = scanner.next();
  if (first.empty() || first == ";") return "expected an SQL query, got none";
  constexpr std::array<std::string_view, 4> readers = {"SELECT", "WITH", "VALUES", "TABLE"};
  if (std::find(readers.begin(), readers.end(), upper(first)) == readers.end()) {
    return "expected a query that reads (SELECT, WITH, VALUES or TABLE), got `" +
           std::string(first.substr(0, 30)) + "`";
  }
  bool ended = false;
  for (auto token = scanner.next(); !token.empty(); token = scanner.next()) {
    if (token == ";") {
      ended = true;
    } else if (ended) {
      return "expected one statement, got a second one behind `;`";
    }
  }
  if (!scanner.unclosed().empty()) return "expected the " + std::string(scanner.unclosed()) + " to be closed";
  return {};
}

}  // namespace fleet::exporters
