// Server-sent events of an agent's task, cut anywhere.
#include "probers/a2a/task_stream.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;
using namespace fleet::probers::a2a;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const bytes = fuzz::text_of(data, size);
  TaskStream::Clock::time_point const sent{}, now = sent + std::chrono::seconds(1);
  constexpr std::size_t most = 4096;
  for (auto const binding : {Binding::jsonrpc, Binding::http_json}) {
    TaskStream whole(binding, "1", sent, most), cut(binding, "1", sent, most);
    whole.take(bytes, now);
    bool more = true;
    fuzz::in_pieces(bytes, [&](std::string_view piece) { more = more && cut.take(piece, now); });
    whole.end(now);
    cut.end(now);
    if (whole.too_large() || cut.too_large()) continue;  // what is in the buffer at once depends on the cuts
    fuzz::require(whole.events() == cut.events() && whole.decided() == cut.decided() &&
                      whole.reply() == cut.reply() && whole.outcome().answer == cut.outcome().answer &&
                      whole.describe() == cut.describe(),
                  "a stream says the same however it is cut");
  }
  return 0;
}
