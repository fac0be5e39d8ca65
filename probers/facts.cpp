#include "probers/facts.hpp"

#include <algorithm>

namespace fleet::probers {

void Facts::set(const FactKind& kind, std::vector<std::pair<std::string, std::string>> labels, double value) {
  for (auto& fact : facts_) {
    if (fact.kind != &kind || fact.labels != labels) continue;
    fact.value = value;
    return;
  }
  facts_.push_back({&kind, std::move(labels), value});
}

const double* Facts::find(const FactKind& kind) const {
  auto const found =
      std::find_if(facts_.begin(), facts_.end(), [&](auto const& fact) { return fact.kind == &kind; });
  return found == facts_.end() ? nullptr : &found->value;
}

}  // namespace fleet::probers
