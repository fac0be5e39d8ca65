// The modules of a configuration by name, and the options that a probe gives itself.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "probers/module.hpp"
#include "probers/slo_prober/config.hpp"

namespace fleet::probers {

/// A module beside the options that it was read from, for checks that need both them and a target.
struct ModuleWithOptions {
  NamedModule module;
  std::optional<config::Value> options;
};

/// Fills while a configuration is read. Everything throws config::Error.
class ModuleTable {
 public:
  /// `allowed` applies to every module read; null: every address.
  explicit ModuleTable(std::shared_ptr<const net::Networks> allowed) : allowed_(std::move(allowed)) {}

  /// A `modules:` mapping as blackbox_exporter has it: prober, timeout, and the prober's own key. Options of
  /// another prober are an Error: nothing would read them.
  void read(const config::Value& modules);
  /// `modules_files:`, a list of such files.
  void read_files(const config::Value& files);

  /// The module that `name` names; an Error at `name` that tells the nearest if there is none.
  const ModuleWithOptions& find(const config::Value& name) const;
  /// The options that a probe of `kind` has under its own key.
  ModuleWithOptions own(const ModuleKind& kind, const config::Mapping& probe) const;

  std::map<std::string, NamedModule> modules() const;

 private:
  void read_module(const config::Value& name, const config::Value& module);

  std::shared_ptr<const net::Networks> allowed_;
  std::map<std::string, ModuleWithOptions> modules_;
};

/// `own` and the names of every kind: the keys of a mapping that may hold a kind's options.
std::vector<std::string_view> with_kind_names(std::vector<std::string_view> own);
/// The kind that `value` names; an Error that tells the nearest if there is none.
const ModuleKind& read_kind_name(const config::Value& value);

}  // namespace fleet::probers
