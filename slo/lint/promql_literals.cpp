// The values of numbers, durations and texts: Go's literals.
#include <charconv>
#include <cmath>
#include <limits>

#include "core/config/document.hpp"
#include "core/config/utf8.hpp"
#include "core/io/parse_number.hpp"
#include "slo/lint/promql_lexer.hpp"

namespace fleet::promql {
namespace {

// As strconv.ParseInt with base 0 does: 0x is hexadecimal, a leading 0 octal.
std::optional<std::int64_t> go_integer(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return parse_number<std::int64_t>(text.substr(2), 16);
  if (text.size() > 1 && text[0] == '0') return parse_number<std::int64_t>(text.substr(1), 8);
  return parse_number<std::int64_t>(text);
}

class Unquoter {
 public:
  explicit Unquoter(const Token& token) : token_(token), in_(token.text.substr(1, token.text.size() - 2)) {}

  std::string run() {
    if (token_.text[0] == '`') return checked(std::string(in_));
    while (at_ < in_.size()) {
      if (in_[at_] == '\\') {
        escape();
      } else {
        out_ += in_[at_++];
      }
    }
    return out_;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw SyntaxError(token_.at + 1 + at_, message); }

  std::string checked(std::string text) const {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t const length = config::utf8_length(std::string_view(text).substr(at));
      if (length == 0) throw SyntaxError(token_.at + 1 + at, "expected UTF-8 text");
      at += length;
    }
    return text;
  }

  void escape() {
    constexpr std::string_view names = "abfnrtv\\", values = "\a\b\f\n\r\t\v\\";
    char const c = at_ + 1 < in_.size() ? in_[at_ + 1] : '\0';
    if (std::size_t const found = names.find(c); c != '\0' && found != std::string_view::npos) {
      out_ += values[found];
      at_ += 2;
    } else if (c != '\0' && c == token_.text[0]) {
      out_ += c;
      at_ += 2;
    } else if (c == 'x') {
      out_ += static_cast<char>(code(2, 2, 16, 255));
    } else if (c == 'u') {
      append_utf8(code(2, 4, 16, 0x10FFFF));
    } else if (c == 'U') {
      append_utf8(code(2, 8, 16, 0x10FFFF));
    } else if (c >= '0' && c <= '7') {
      out_ += static_cast<char>(code(1, 3, 8, 255));
    } else {
      fail("expected an escape sequence such as \\n, \\\\ or \\u00e9");
    }
  }

  std::uint32_t code(std::size_t prefix, std::size_t digits, int base, std::uint32_t max) {
    std::string_view const written = in_.substr(std::min(in_.size(), at_ + prefix), digits);
    auto const value = parse_number<std::uint32_t>(written, base);
    if (written.size() != digits || !value)
      fail("expected " + std::to_string(digits) + " digits in the escape sequence");
    if (*value > max || (digits > 3 && *value >= 0xD800 && *value < 0xE000)) {
      fail("expected an escape sequence of a character that exists");
    }
    at_ += prefix + digits;
    return *value;
  }

  void append_utf8(std::uint32_t code_point) {
    auto const tail = [&](unsigned shift) {
      out_ += static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
    };
    if (code_point < 0x80) {
      out_ += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
      out_ += static_cast<char>(0xC0U | (code_point >> 6));
      tail(0);
    } else if (code_point < 0x10000) {
      out_ += static_cast<char>(0xE0U | (code_point >> 12));
      tail(6), tail(0);
    } else {
      out_ += static_cast<char>(0xF0U | (code_point >> 18));
      tail(12), tail(6), tail(0);
    }
  }

  const Token& token_;
  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string unquoted(const Token& token) { return Unquoter(token).run(); }

double number_of(const Token& token) {
  std::string const lower = lower_case(token.text);
  if (lower == "inf") return std::numeric_limits<double>::infinity();
  if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (auto const integer = go_integer(token.text)) return static_cast<double>(*integer);
  double value = 0;
  const char* const end = token.text.data() + token.text.size();
  auto const [stop, error] = std::from_chars(token.text.data(), end, value);
  // Too small a number is 0, as in Go; too large a one is an error.
  bool const tiny = error == std::errc::result_out_of_range && lower.find("e-") != std::string::npos;
  if ((error != std::errc() && !tiny) || stop != end) {
    throw SyntaxError(token.at, "expected a number, got `" + std::string(token.text) + "`");
  }
  return tiny ? 0 : value;
}

std::chrono::milliseconds duration_of(const Token& token) {
  auto const length = config::parse_duration(token.text);
  // Prometheus counts nanoseconds in 64 bits.
  bool const fits = length && length->count() <= std::numeric_limits<std::int64_t>::max() / 1000000;
  if (!fits) {
    throw SyntaxError(token.at,
                      "expected a duration such as 5m or 1h30m, got `" + std::string(token.text) + "`");
  }
  if (length->count() == 0) throw SyntaxError(token.at, "expected a duration greater than 0");
  return *length;
}

}  // namespace fleet::promql
