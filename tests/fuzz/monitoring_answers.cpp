// What Prometheus and Alertmanager answer the status page.
#include "probers/status/alertmanager_api.hpp"
#include "probers/status/prometheus_api.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;
using namespace fleet::probers::status;

namespace {

template <class Read>
void try_to(Read read) {
  try {
    read();
  } catch (const BadAnswer& error) {
    fuzz::require(std::string_view(error.what()).find('\n') == std::string_view::npos,
                  "the reason is one line");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const body = fuzz::text_of(data, size);
  try_to([&] { read_series(body); });
  try_to([&] { read_alerts(body); });
  try_to([&] { read_silences(body); });
  return 0;
}
