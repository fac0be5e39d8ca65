#include "probers/dns/domain_name.hpp"

#include <stdexcept>

namespace fleet::probers::dns {

namespace {

constexpr std::size_t longest_name = 255, longest_label = 63;
// More pointers than a name can have labels are there to waste the reader's time.
constexpr int most_pointers = 127;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One character of text, escapes resolved; `at` is moved behind it.
char unescaped(std::string_view text, std::size_t& at) {
  char const c = text[at++];
  if (static_cast<unsigned char>(c) >= 0x80) {
    throw std::invalid_argument("a name beyond ASCII must be written in its xn-- form");
  }
  if (c != '\\') return c;
  if (at == text.size()) throw std::invalid_argument("the name ends within an escape");
  if (!is_digit(text[at])) return text[at++];
  if (at + 3 > text.size() || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) {
    throw std::invalid_argument("an escape in the name is neither \\DDD nor \\X");
  }
  int const value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  if (value > 255) throw std::invalid_argument("an escape in the name is beyond \\255");
  at += 3;
  return static_cast<char>(value);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string wire_name(std::string_view text) {
  std::string wire, label;
  auto const end_label = [&] {
    if (label.empty()) throw std::invalid_argument("the name has an empty label");
    if (label.size() > longest_label) throw std::invalid_argument("a label of the name exceeds 63 octets");
    wire += static_cast<char>(label.size());
    wire += label;
    label.clear();
  };
  if (text != ".") {
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] == '.') {
        end_label();
        ++at;
      } else {
        label += unescaped(text, at);
      }
    }
    if (!label.empty()) end_label();
  }
  wire += '\0';
  if (wire.size() > longest_name) throw std::invalid_argument("the name exceeds 255 octets");
  return wire;
}

void append_escaped(std::string& text, std::string_view octets, std::string_view special) {
  for (char const c : octets) {
    auto const octet = static_cast<unsigned char>(c);
    if (special.find(c) != special.npos) {
      text += '\\';
      text += c;
    } else if (octet < ' ' || octet > '~') {
      text += '\\';
      text += static_cast<char>('0' + octet / 100);
      text += static_cast<char>('0' + octet / 10 % 10);
      text += static_cast<char>('0' + octet % 10);
    } else {
      text += c;
    }
  }
}

std::string name_text(std::string_view wire) {
  std::string text;
  for (std::size_t at = 0; at < wire.size() && wire[at] != '\0';) {
    auto const length = static_cast<unsigned char>(wire[at++]);
    append_escaped(text, wire.substr(at, length), ". '@;()\"\\");
    text += '.';
    at += length;
  }
  return text.empty() ? "." : text;
}

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string read_name(std::string_view message, std::size_t& offset) {
  std::string name;
  std::size_t at = offset, run_begin = offset;
  int jumps = 0;
  auto const octet = [&](std::size_t position) {
    if (position >= message.size()) throw std::out_of_range("a name leaves the message");
    return static_cast<unsigned char>(message[position]);
  };
  while (true) {
    auto const length = octet(at);
    if ((length & 0xC0) == 0xC0) {
      std::size_t const to = static_cast<std::size_t>(length & 0x3F) << 8 | octet(at + 1);
      if (jumps++ == 0) offset = at + 2;
      if (jumps > most_pointers) throw std::out_of_range("a name has too many pointers");
      if (to >= run_begin) throw std::out_of_range("a compressed name does not point back");
      at = run_begin = to;
      continue;
    }
    if (length > longest_label) throw std::out_of_range("a name has a label of an unknown kind");
    if (at + 1 + length > message.size()) throw std::out_of_range("a name leaves the message");
    name += message.substr(at, 1 + std::size_t{length});
    if (name.size() > longest_name) throw std::out_of_range("a name exceeds 255 octets");
    at += 1 + std::size_t{length};
    if (length == 0) break;
  }
  if (jumps == 0) offset = at;
  return name;
}

}  // namespace fleet::probers::dns
