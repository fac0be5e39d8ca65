// A prober's configuration, or a blackbox.yml.
#include "core/config/document.hpp"
#include "probers/slo_prober/config.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const text = fuzz::text_of(data, size);
  // Nothing of this machine is to be read: files that a mutation names, FIFOs among them. URLs without a path may stay.
  for (auto at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 2)) {
    if (at == 0 || text.substr(at - 1, 3) != "://") return 0;
  }
  // A context of TLS loads the system's certificates, which takes a hundred times as long as all else.
  static bool const without_certificates = setenv("SSL_CERT_FILE", "/dev/null", 1) == 0;
  fuzz::require(without_certificates, "the environment takes a variable");
  try {
    auto const fleet = probers::read_fleet(config::Document::parse(std::string(text), "fuzz.yml"));
    probers::static_probes(fleet);
  } catch (const config::Error& error) {
    fuzz::require(std::string_view(error.what()).starts_with("fuzz.yml"), "a mistake has its place");
  }
  return 0;
}
