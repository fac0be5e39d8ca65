#include "core/http/form.hpp"

namespace fleet::http {

std::string form_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (unsigned char const c : text) {
    bool const plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain)
      out += static_cast<char>(c);
    else if (c == ' ')
      out += '+';
    else
      ((out += '%') += kHex[c >> 4]) += kHex[c & 15];
  }
  return out;
}

void add_field(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form.append(form_encoded(name)).append("=").append(form_encoded(value));
}

}  // namespace fleet::http
