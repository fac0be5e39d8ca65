// Agents' cards and answers, in both bindings.
#include "probers/a2a/agent_card.hpp"
#include "probers/a2a/answers.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;
using namespace fleet::probers::a2a;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const body = fuzz::text_of(data, size);
  for (auto const binding : {Binding::jsonrpc, Binding::http_json}) {
    for (auto const& reading :
         {read_answer(binding, body, "1"), read_task(binding, body, "1"), read_event(binding, body, "1")})
      fuzz::require(reading.detail.find('\n') == std::string::npos, "the detail is one line");
  }
  auto const card = read_card(body);
  fuzz::require(card.endpoint.has_value() != !card.problem.empty(), "a card has an endpoint or a problem");
  fuzz::require(card.problem.find('\n') == std::string::npos, "the problem is one line");
  return 0;
}
