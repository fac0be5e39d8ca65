// Options of A2A probes.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/a2a/a2a_probe.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// Makes A2aProbes that share one client. Targets are http or https URLs; without a scheme http is meant.
class A2aModule : public Module {
 public:
  A2aModule(http::ClientOptions client, A2aOptions options);
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override;
  const A2aOptions& options() const { return *options_; }

 private:
  std::shared_ptr<http::Client> client_;
  std::shared_ptr<const A2aOptions> options_;
};

/// mode (card, task, send, stream), text, card_url, version ("0.2", "0.3", "1.0"), binding (JSONRPC,
/// HTTP+JSON), blocking, until (answered, completed), poll_interval (implies completed),
/// fail_if_reply_matches_regexp, fail_if_reply_not_matches_regexp, discovery_interval, body_size_limit,
/// tls_config, header_keys, dial_keys. Options that the mode has no use for are refused.
std::shared_ptr<const Module> read_a2a(const std::optional<config::Value>& options, const config::Value& whole,
                                       const ReadContext& context);

}  // namespace fleet::probers
