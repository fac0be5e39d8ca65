#include "probers/documents/documents_module.hpp"

#include "probers/module_options.hpp"
#include "probers/redis/redis_module.hpp"

namespace fleet::probers {

DocumentsModule::DocumentsModule(DocumentsOptions options)
    : options_(std::make_shared<const DocumentsOptions>(std::move(options))) {}

std::shared_ptr<Probe> DocumentsModule::probe(const TargetSpec& target) const {
  return std::make_shared<DocumentsProbe>(parse_redis_target(target.address), options_);
}

std::shared_ptr<const Module> read_documents(const std::optional<config::Value>& options, const config::Value&,
                                             const ReadContext& context) {
  using namespace std::chrono_literals;
  std::vector<std::string_view> keys{"size", "target_time", "pipeline", "queue", "stream", "golden_sha256"};
  keys.insert(keys.end(), redis_access_keys.begin(), redis_access_keys.end());
  auto const mapping = given_or_empty(options).mapping(keys);
  DocumentsOptions read;
  read.access = read_redis_access(mapping, context);
  read.size = static_cast<std::uint32_t>(mapping.integer_or("size", 1, 1, 100'000));
  read.objective = mapping.duration_or("target_time", read.objective, 1ms);
  auto const name = [&](const char* key, std::string& into) {
    if (auto const value = mapping.optional(key)) into = value->non_empty_text();
  };
  name("pipeline", read.pipeline);
  name("queue", read.queue);
  name("stream", read.stream);
  if (auto const golden = mapping.optional("golden_sha256")) {
    read.golden_sha256 = golden->non_empty_text();
    if (read.golden_sha256.size() != 64 || read.golden_sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
      golden->fail("expected a SHA-256 in 64 lower-case hex digits");
  }
  return std::make_shared<DocumentsModule>(std::move(read));
}

}  // namespace fleet::probers
