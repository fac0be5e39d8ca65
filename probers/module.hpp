// One kind of probe with its options read: what a module of the configuration becomes.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "core/net/addresses.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

/// A target that a module cannot take; what() says what was expected, without the target's place.
class BadTarget : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// One target as a file, a discovery or a query names it.
struct TargetSpec {
  std::string address;   ///< a URL, "host:port" or a host: the module's kind says which
  std::string hostname;  ///< if not empty: the Host header and TLS server name in place of the address' own
};

/// Where a module's options stand, and what surrounds them.
struct ReadContext {
  /// In `modules:` options have blackbox_exporter's defaults (prefer IPv6, the first address only); a probe's own
  /// options try every address in the resolver's order.
  bool blackbox_defaults = false;
  std::shared_ptr<const net::Networks> allowed;  ///< null: every address
};

/// Makes probes of one kind with one set of options. Made and used on one io thread, where its probes live too; they share what is dear
/// (the TLS context). Probes keep what they need of it alive.
class Module {
 public:
  virtual ~Module() = default;
  /// Throws BadTarget.
  virtual std::shared_ptr<Probe> probe(const TargetSpec& target) const = 0;
};

/// A kind of probe. `read` gets the mapping under the kind's own key ("http:"), absent if it was left out, and the
/// probe or module as a whole for errors about what is missing; it throws config::Error.
struct ModuleKind {
  std::string_view name;  ///< "http": the `prober` or `type`, and the key of its options
  bool in_blackbox;       ///< blackbox_exporter knows it
  std::shared_ptr<const Module> (*read)(const std::optional<config::Value>& options, const config::Value& whole,
                                        const ReadContext& context);
};

/// Every kind there is; an explicit table.
const std::vector<ModuleKind>& module_kinds();
/// Null if there is none of that name.
const ModuleKind* find_module_kind(std::string_view name);

}  // namespace fleet::probers
