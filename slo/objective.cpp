#include "slo/objective.hpp"

namespace fleet::slo {

Labels Objective::all_labels() const {
  Labels out = labels;
  out.merge(identity());
  return out;
}

}  // namespace fleet::slo
