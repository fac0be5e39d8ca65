#include "probers/workflow/template.hpp"

#include <algorithm>
#include <stdexcept>

namespace fleet::probers::workflow {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

void append_encoded(std::string& out, std::string_view value) {
  static constexpr char digits[] = "0123456789ABCDEF";
  for (char const c : value) {
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

const std::string& value_of(const Variables& variables, const std::string& name) {
  auto const found = variables.find(name);
  if (found == variables.end()) throw std::out_of_range("no variable `" + name + "`");
  return found->second;
}

}  // namespace

bool is_variable_name(std::string_view name) {
  if (name.empty() || is_digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

Template::Template(std::string text) : written_(std::move(text)) {
  std::string_view rest = written_;
  while (!rest.empty()) {
    auto const open = rest.find("{{");
    if (open != 0) pieces_.push_back({false, std::string(rest.substr(0, open))});
    if (open == rest.npos) break;
    auto const close = rest.find("}}", open);
    if (close == rest.npos) throw std::invalid_argument("`{{` without `}}`");
    auto const name = trimmed(rest.substr(open + 2, close - open - 2));
    if (!is_variable_name(name)) {
      throw std::invalid_argument("expected the name of a variable between {{ and }}, got `" +
                                  std::string(name) + "`");
    }
    pieces_.push_back({true, std::string(name)});
    rest.remove_prefix(close + 2);
  }
}

std::vector<std::string_view> Template::variables() const {
  std::vector<std::string_view> names;
  for (auto const& piece : pieces_) {
    if (piece.variable) names.push_back(piece.text);
  }
  return names;
}

std::string Template::expand(const Variables& variables) const {
  std::string out;
  for (auto const& piece : pieces_) out += piece.variable ? value_of(variables, piece.text) : piece.text;
  return out;
}

std::string Template::expand_url(const Variables& variables) const {
  std::string out;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    auto const& piece = pieces_[i];
    if (piece.variable && i > 0) {
      append_encoded(out, value_of(variables, piece.text));
    } else {
      out += piece.variable ? value_of(variables, piece.text) : piece.text;
    }
  }
  return out;
}

}  // namespace fleet::probers::workflow
