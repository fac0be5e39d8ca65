#include "probers/shown_target.hpp"

namespace fleet::probers {

std::string shown_target(std::string_view target) {
  auto const scheme = target.find("://");
  auto const begin = scheme == target.npos ? 0 : scheme + 3;
  target = target.substr(0, target.find_first_of("?#", begin));
  // The last one: a password may hold an @ that nobody escaped.
  auto const user = target.substr(0, target.find('/', begin)).rfind('@');
  if (user == target.npos || user < begin) return std::string(target);
  return std::string(target.substr(0, begin)) + std::string(target.substr(user + 1));
}

}  // namespace fleet::probers
