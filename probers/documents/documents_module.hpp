// Reads the options of a documents probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/documents/documents_probe.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// `size`, `target_time`, `pipeline`, `queue`, `stream`, `golden_sha256` and the keys of read_redis_access(). Targets are
/// those of a redis probe: the server that holds the queue.
std::shared_ptr<const Module> read_documents(const std::optional<config::Value>& options, const config::Value& whole,
                                             const ReadContext& context);

/// Makes documents probes; its options are there for `slo_prober validate documents`, which takes another size and objective.
class DocumentsModule : public Module {
 public:
  explicit DocumentsModule(DocumentsOptions options);
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override;
  const DocumentsOptions& options() const { return *options_; }

 private:
  std::shared_ptr<const DocumentsOptions> options_;
};

}  // namespace fleet::probers
