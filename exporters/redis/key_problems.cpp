#include "exporters/redis/key_problems.hpp"

namespace fleet::exporters::redis_health {

void KeyProblems::add(const KeyName& key, std::string_view why) {
  for (std::string_view const code : {"LOADING ", "BUSY ", "NOAUTH "}) of_server_ |= why.starts_with(code);
  if (++count_ == 1) first_ = key.database_label() + " " + key.name + " (" + std::string(why) + ")";
}

std::string KeyProblems::text() const {
  if (count_ < 2) return first_;
  return first_ + " and " + std::to_string(count_ - 1) + " more";
}

}  // namespace fleet::exporters::redis_health
