// Text in XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace fleet::report {

/// As an attribute or as text. XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF: they
/// and what is no UTF-8 become U+FFFD.
std::string xml(std::string_view raw);
/// ` name="value"`.
std::string xml_attribute(std::string_view name, std::string_view value);

}  // namespace fleet::report
