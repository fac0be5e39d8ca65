#include "probers/slo_prober/module_table.hpp"

#include <unistd.h>

#include <array>
#include <cmath>

#include "core/config/nearest.hpp"
#include "core/io/parse_number.hpp"
#include "probers/slo_prober/impossible_combinations.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using config::Value;
using std::chrono::milliseconds;

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  for (auto const& kind : module_kinds()) names.push_back(kind.name);
  return names;
}

/// ", did you mean `x`?" or, where nothing is near, the choice.
std::string suggestion(const std::string& word, const std::vector<std::string_view>& choice) {
  auto const near = config::nearest(word, choice);
  if (!near.empty()) return ", did you mean `" + std::string(near) + "`?";
  std::string words;
  for (auto const candidate : choice) words += (words.empty() ? "`" : ", `") + std::string(candidate) + "`";
  return words.empty() ? "; there is none" : ", expected one of " + words;
}

/// Go's notation, in which blackbox.yml may be written: "1.5s", "1m0.5s", units in any order.
std::optional<milliseconds> parse_go_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 7> units{
      {{"ns", 1e-6}, {"us", 1e-3}, {"µs", 1e-3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}}};
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    auto const digits = text.substr(0, text.find_first_not_of("0123456789."));
    auto const amount = parse_number<double>(digits);
    if (!amount) return std::nullopt;
    text.remove_prefix(digits.size());
    auto const name = text.substr(0, text.find_first_of("0123456789."));
    auto const unit =
        std::find_if(units.begin(), units.end(), [&](auto const& one) { return one.first == name; });
    if (unit == units.end()) return std::nullopt;
    total += *amount * unit->second;
    text.remove_prefix(name.size());
  }
  if (!(total < 1e12)) return std::nullopt;
  return milliseconds(std::llround(total));
}

milliseconds read_timeout(const Value& value) {
  if (value.is_scalar() && !config::parse_duration(value.text())) {
    auto const length = parse_go_duration(value.text());
    if (length && *length >= 1ms) return *length;
  }
  return value.duration(1ms);
}

std::shared_ptr<const Module> read_options(const ModuleKind& kind, std::optional<Value> options,
                                           const Value& whole, const ReadContext& context) {
  if (options && options->is_null()) options.reset();
  try {
    return kind.read(options, whole, context);
  } catch (const config::Error&) {
    throw;
  } catch (const std::exception& error) {  // a library's refusal, of a certificate for one
    (options ? *options : whole).fail(error.what());
  }
}

}  // namespace

std::vector<std::string_view> with_kind_names(std::vector<std::string_view> own) {
  auto const names = kind_names();
  own.insert(own.end(), names.begin(), names.end());
  return own;
}

const ModuleKind& read_kind_name(const Value& value) {
  auto const name = value.non_empty_text();
  auto const* const kind = find_module_kind(name);
  if (!kind) value.fail("unknown kind of probe `" + name + "`" + suggestion(name, kind_names()));
  return *kind;
}

void ModuleTable::read(const Value& modules) {
  for (auto const& [name, module] : modules.entries()) read_module(name, module);
}

void ModuleTable::read_module(const Value& name, const Value& module) {
  auto const text = name.non_empty_text();
  auto const former = modules_.find(text);
  if (former != modules_.end()) {
    name.fail("expected a module name used once, `" + text + "` is also at " + former->second.module.place);
  }
  auto const keys = with_kind_names({"prober", "timeout"});
  auto const mapping = module.mapping(keys);
  auto const& kind = read_kind_name(mapping.required("prober"));
  for (auto const& [key, options] : module.entries()) {
    auto const word = key.text();
    if (word == kind.name || !find_module_kind(word)) continue;
    key.fail("expected options of prober " + std::string(kind.name) + ", nothing reads those of " + word);
  }
  ModuleWithOptions read;
  read.module.name = text;
  read.module.kind = kind.name;
  read.module.place = name.place();
  if (auto const timeout = mapping.optional("timeout")) read.module.timeout = read_timeout(*timeout);
  read.options = mapping.optional(kind.name);
  ReadContext context;
  context.blackbox_defaults = true;
  context.allowed = allowed_;
  read.module.module = read_options(kind, read.options, module, context);
  modules_.emplace(text, std::move(read));
}

void ModuleTable::read_files(const Value& files) {
  for (auto const& file : files.list()) {
    auto const path = file.path();
    if (::access(path.c_str(), R_OK) != 0) file.fail("expected a readable file, got " + path);
    read(config::Document::load(path).root().mapping({"modules"}).required("modules"));
  }
}

const ModuleWithOptions& ModuleTable::find(const Value& name) const {
  auto const text = name.non_empty_text();
  auto const found = modules_.find(text);
  if (found != modules_.end()) return found->second;
  std::vector<std::string_view> names;
  for (auto const& [known, module] : modules_) names.push_back(known);
  name.fail("unknown module `" + text + "`" + suggestion(text, names));
}

ModuleWithOptions ModuleTable::own(const ModuleKind& kind, const config::Mapping& probe) const {
  ModuleWithOptions read;
  read.options = probe.optional(kind.name);
  read.module.kind = kind.name;
  read.module.place = probe.self().place();
  ReadContext context;
  context.allowed = allowed_;
  read.module.module = read_options(kind, read.options, probe.self(), context);
  if (read.options) refuse_impossible_options(kind.name, *read.options);
  return read;
}

std::map<std::string, NamedModule> ModuleTable::modules() const {
  std::map<std::string, NamedModule> out;
  for (auto const& [name, read] : modules_) out.emplace(name, read.module);
  return out;
}

}  // namespace fleet::probers
