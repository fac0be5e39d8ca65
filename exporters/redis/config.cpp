#include "exporters/redis/config.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/config/file_text.hpp"

namespace fleet::exporters::redis_health {
namespace {

constexpr const char* client_name = "redis_health_exporter";

/// The keys of an address and access, and these.
template <std::size_t N>
auto with_option_keys(const std::array<std::string_view, N>& own) {
  std::array<std::string_view, N + std::size(fleet::redis::option_keys)> all;
  std::copy(own.begin(), own.end(), all.begin());
  std::copy(std::begin(fleet::redis::option_keys), std::end(fleet::redis::option_keys), all.begin() + N);
  return all;
}

std::vector<KeyName> read_keys(const config::Mapping& mapping, std::string_view name) {
  std::vector<KeyName> keys;
  auto const value = mapping.optional(name);
  if (!value) return keys;
  for (auto const& entry : value->list()) {
    auto key = parse_key_name(entry.non_empty_text());
    if (!key)
      entry.fail("expected a key or a pattern, with dbN= before it if it is not in database 0, got `" +
                 entry.text() + "`");
    if (std::find(keys.begin(), keys.end(), *key) != keys.end())
      entry.fail("expected each key once, got `" + entry.text() + "` a second time");
    keys.push_back(std::move(*key));
  }
  return keys;
}

InstanceConfig read_instance(const config::Value& value) {
  static auto const known =
      with_option_keys(std::array<std::string_view, 4>{"name", "keys", "streams", "count_keys"});
  auto const mapping = value.mapping(known);
  InstanceConfig instance;
  instance.name = mapping.required("name").non_empty_text();
  instance.options = fleet::redis::read_options(mapping, client_name);
  instance.watched.keys = read_keys(mapping, "keys");
  instance.watched.streams = read_keys(mapping, "streams");
  instance.watched.counts = read_keys(mapping, "count_keys");
  return instance;
}

std::vector<InstanceConfig> read_instances(const config::Value& value) {
  std::vector<InstanceConfig> instances;
  std::set<std::string> names;
  std::map<std::string, std::string> servers;
  for (auto const& entry : value.list()) {
    auto instance = read_instance(entry);
    if (!names.insert(instance.name).second)
      entry.fail("expected a unique name, got `" + instance.name + "` a second time");
    auto const [place, fresh] = servers.emplace(instance.options.address(), instance.name);
    if (!fresh) {
      entry.fail("expected an address of its own, got `" + place->first + "`, which is instance `" +
                 place->second + "` already");
    }
    instances.push_back(std::move(instance));
  }
  return instances;
}

/// redis_exporter's file: a JSON object, which is YAML too, from "redis://user@host:port" to a password.
std::map<std::string, config::Secret> read_passwords(const config::Value& file) {
  std::string const path = file.path();
  std::string text;
  constexpr std::size_t most = 1024 * 1024;
  if (auto const problem = config::read_file(path, most, text))
    file.fail("expected a readable file, got `" + path + "`: " + *problem);
  std::map<std::string, config::Secret> passwords;
  for (auto const& [uri, password] : config::Document::parse(std::move(text), path).root().entries()) {
    fleet::redis::Options options;
    if (auto const problem = fleet::redis::read_server_address(uri.non_empty_text(), options))
      uri.fail(*problem);
    auto const name = options.username.empty() ? options.address() : options.username + "@" + options.address();
    passwords[name] = config::Secret(password.verbatim());
  }
  return passwords;
}

TargetRules read_targets(const config::Value& value) {
  auto const mapping = value.mapping({"allow", "username", "password", "password_file", "passwords", "database",
                                      "connect_timeout", "tls", "kept_connections"});
  TargetRules rules;
  rules.allow = mapping.required("allow").regex();
  rules.access = fleet::redis::read_access(mapping, client_name);
  if (auto const file = mapping.optional("passwords")) rules.passwords = read_passwords(*file);
  rules.kept_connections = static_cast<std::size_t>(
      mapping.integer_or("kept_connections", static_cast<std::int64_t>(rules.kept_connections), 1, 10'000));
  return rules;
}

KeyLimits read_limits(const config::Value& value) {
  KeyLimits limits;
  auto const mapping = value.mapping({"keys_per_pattern", "scanned_keys", "lag_entries"});
  auto const size_or = [&mapping](std::string_view key, std::size_t fallback, std::int64_t most) {
    return static_cast<std::size_t>(mapping.integer_or(key, static_cast<std::int64_t>(fallback), 1, most));
  };
  limits.keys_per_pattern = size_or("keys_per_pattern", limits.keys_per_pattern, 100'000);
  limits.scanned_keys = size_or("scanned_keys", limits.scanned_keys, 1'000'000'000);
  limits.lag_entries = size_or("lag_entries", limits.lag_entries, 1'000'000);
  return limits;
}

void read_collect(const config::Value& value, Config& config) {
  auto const mapping = value.mapping({"clients", "latency_histograms", "stream_consumers", "text_values"});
  config.questions.clients = mapping.boolean_or("clients", config.questions.clients);
  config.questions.latency_histograms =
      mapping.boolean_or("latency_histograms", config.questions.latency_histograms);
  config.limits.consumers = mapping.boolean_or("stream_consumers", config.limits.consumers);
  config.limits.text_values = mapping.boolean_or("text_values", config.limits.text_values);
}

}  // namespace

Config read_config(const config::Document& document) {
  Config config;
  auto const root = document.root().mapping({"instances", "collect", "limits", "targets"});
  if (auto const limits = root.optional("limits")) config.limits = read_limits(*limits);
  if (auto const collect = root.optional("collect")) read_collect(*collect, config);
  if (auto const targets = root.optional("targets")) config.targets = read_targets(*targets);
  if (auto const instances = root.optional("instances")) {
    config.instances = read_instances(*instances);
  } else if (!config.targets) {
    root.self().fail("missing key `instances`, or `targets` for a program that only answers /scrape");
  }
  return config;
}

}  // namespace fleet::exporters::redis_health
