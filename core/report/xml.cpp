#include "core/report/xml.hpp"

#include <algorithm>

#include "core/config/utf8.hpp"

namespace fleet::report {

std::string xml(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    auto const length = config::utf8_length(raw);
    auto const piece = raw.substr(0, std::max<std::size_t>(length, 1));
    raw.remove_prefix(piece.size());
    auto const lead = static_cast<unsigned char>(piece[0]);
    if (length == 0 || piece == "\xEF\xBF\xBE" || piece == "\xEF\xBF\xBF" ||
        (lead < 0x20 && piece.find_first_of("\t\n\r") != 0)) {
      out += "\xEF\xBF\xBD";
    } else if (lead < 0x20) {
      out += "&#" + std::to_string(lead) + ";";
    } else if (piece == "&") {
      out += "&amp;";
    } else if (piece == "<") {
      out += "&lt;";
    } else if (piece == ">") {
      out += "&gt;";
    } else if (piece == "\"") {
      out += "&quot;";
    } else {
      out += piece;
    }
  }
  return out;
}

std::string xml_attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml(value) + "\"";
}

}  // namespace fleet::report
