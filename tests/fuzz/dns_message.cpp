// What a name server, or somebody in its place, answers.
#include "probers/dns/dns_message.hpp"

#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const octets = fuzz::text_of(data, size);
  probers::dns::peek_id(octets);
  try {
    probers::dns::decode(octets);
  } catch (const probers::dns::Malformed&) {
  }
  return 0;
}
