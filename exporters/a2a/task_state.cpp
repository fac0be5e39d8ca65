#include "exporters/a2a/task_state.hpp"

#include <algorithm>

namespace fleet::exporters::a2a {

std::uint8_t read_task_state(std::string_view text) {
  constexpr std::string_view prefix = "TASK_STATE_";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  auto const same = [](char sent, char known) {
    return sent == known || (sent >= 'A' && sent <= 'Z' && sent - 'A' + 'a' == known) ||
           (sent == '-' && known == '_');
  };
  for (std::uint8_t n = 0; n + 1U < task_state_names.size(); ++n) {
    if (std::ranges::equal(text, task_state_names[n], same)) return n;
  }
  return task_state_names.size() - 1;
}

}  // namespace fleet::exporters::a2a
