#include "slo/backtest/firing.hpp"

namespace fleet::slo {

std::vector<Firing> firings(const std::set<std::int64_t>& true_at, std::int64_t step, std::int64_t hold) {
  std::vector<Firing> out;
  auto const close = [&](std::int64_t first, std::int64_t last) {
    if (last - first >= hold) out.push_back({first + (hold + step - 1) / step * step, last});
  };
  bool open = false;
  std::int64_t first = 0, last = 0;
  for (std::int64_t const at : true_at) {
    if (open && at - last > step) {
      close(first, last);
      open = false;
    }
    if (!open) first = at;
    open = true;
    last = at;
  }
  if (open) close(first, last);
  return out;
}

}  // namespace fleet::slo
