// What INFO answers, and the series made of it.
#include "core/metrics/exposition.hpp"
#include "core/redis/reply.hpp"
#include "core/redis/server/info_metrics.hpp"
#include "core/redis/server/info_text.hpp"
#include "core/redis/server/page.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Families out;
  redis::ServerPage page(out, "127.0.0.1:6379");
  try {
    redis::InfoText const info(fuzz::text_of(data, size));
    redis::add_info(info, 16, page);
  } catch (const redis::ProtocolError&) {
  }
  auto const text = Exposition::render(out, Format::openmetrics_1_0);
  fuzz::require(text.ends_with("# EOF\n"), "the page is whole");
  return 0;
}
