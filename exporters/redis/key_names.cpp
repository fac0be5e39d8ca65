#include "exporters/redis/key_names.hpp"

#include <algorithm>

#include "core/io/parse_number.hpp"
#include "core/web/server.hpp"

namespace fleet::exporters::redis_health {

bool KeyName::is_pattern() const { return name.find_first_of("?*[]^") != std::string::npos; }

std::optional<KeyName> parse_key_name(std::string_view text) {
  KeyName key;
  auto const equals = text.find('=');
  if (equals != std::string_view::npos) {
    auto number = text.substr(0, equals);
    if (number.starts_with("db")) number.remove_prefix(2);
    key.database = parse_number<int>(number).value_or(-1);
    if (key.database < 0) return std::nullopt;
    text.remove_prefix(equals + 1);
  }
  if (text.empty()) return std::nullopt;
  key.name = text;
  return key;
}

std::optional<std::vector<KeyName>> parse_key_list(std::string_view text) {
  std::vector<KeyName> keys;
  while (!text.empty()) {
    auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (part.empty()) continue;
    auto key = parse_key_name(part);
    if (!key) return std::nullopt;
    key->name = web::url_decode(key->name, true);
    keys.push_back(std::move(*key));
  }
  return keys;
}

}  // namespace fleet::exporters::redis_health
