// DNS messages for tests, written octet by octet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fleet::testing {

/// "0a 0b" to octets; spaces and newlines separate.
inline std::string octets(std::string_view hex) {
  std::string made;
  int high = -1;
  for (char const c : hex) {
    if (c == ' ' || c == '\n') continue;
    int const digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      made += static_cast<char>(high << 4 | digit);
      high = -1;
    }
  }
  return made;
}

inline std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

/// "example.com", without compression.
inline std::string plain_name(std::string_view name) {
  std::string wire;
  while (!name.empty()) {
    auto const label = name.substr(0, name.find('.'));
    wire += static_cast<char>(label.size());
    wire += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return wire + '\0';
}

/// A record whose owner is the name at offset 12: that of the question.
inline std::string record(unsigned type, unsigned ttl, const std::string& data) {
  return octets("c0 0c") + number16(type) + number16(1) + number16(ttl >> 16) + number16(ttl & 0xFFFF) +
         number16(static_cast<unsigned>(data.size())) + data;
}

struct WireMessage {
  unsigned id = 0x1234;
  unsigned flags = 0x8180;  ///< a response, recursion desired and available, NOERROR
  std::string question = plain_name("example.com") + octets("0001 0001");
  unsigned questions = 1, answers = 0, authorities = 0, additionals = 0;
  std::string records;

  std::string text() const {
    return number16(id) + number16(flags) + number16(questions) + number16(answers) + number16(authorities) +
           number16(additionals) + question + records;
  }
};

}  // namespace fleet::testing
