#include "probers/redis/redis_module.hpp"

#include "probers/module_options.hpp"
#include "probers/redis/redis_probe.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

class RedisModule : public Module {
 public:
  explicit RedisModule(RedisProbeOptions options)
      : options_(std::make_shared<const RedisProbeOptions>(std::move(options))) {}
  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    return std::make_shared<RedisProbe>(parse_redis_target(target.address), options_);
  }

 private:
  std::shared_ptr<const RedisProbeOptions> options_;
};

void read_checks(const config::Mapping& mapping, RedisProbeOptions& options) {
  if (auto const checks = mapping.optional("checks")) {
    for (auto const& check : checks->list()) {
      auto const name = check.one_of({"ping", "set_get", "queue", "replication"});
      options.set_get |= name == "set_get";
      options.queue |= name == "queue";
      options.replication |= name == "replication";
    }
  }
  for (auto const* key : {"role", "min_replicas", "max_behind_bytes", "replicas", "max_lag"}) {
    auto const value = mapping.optional(key);
    if (value && !options.replication) value->fail("expected `replication` among `checks`, which alone judges this");
  }
  auto const lag = mapping.optional("max_lag");
  if (lag && !mapping.optional("replicas")) lag->fail("expected `replicas`, on which the lag is measured");
}

void read_replication_goal(const config::Mapping& mapping, RedisProbeOptions& options) {
  if (auto const role = mapping.optional("role")) options.goal.role = role->one_of({"master", "slave"});
  if (auto const least = mapping.optional("min_replicas")) {
    options.goal.min_replicas = static_cast<std::size_t>(least->integer(0, 1000));
    if (options.goal.role == "slave" && options.goal.min_replicas > 0)
      least->fail("expected no minimum of replicas where `role` is slave");
  }
  options.goal.max_behind_bytes = mapping.integer_or("max_behind_bytes", -1, 0, 1'000'000'000'000);
  options.max_lag = mapping.duration_or("max_lag", options.max_lag, 1ms);
  if (auto const replicas = mapping.optional("replicas")) {
    for (auto const& replica : replicas->list()) {
      try {
        options.replicas.push_back(parse_redis_target(replica.non_empty_text()));
      } catch (const BadTarget& bad) {
        replica.fail(bad.what());
      }
    }
  }
}

}  // namespace

RedisAccess read_redis_access(const config::Mapping& mapping, const ReadContext& context) {
  RedisAccess access;
  access.connection.client_name = "slo_prober";
  access.connection.username = mapping.text_or("username", "");
  access.connection.password = config::read_secret(mapping, "password");
  if (!access.connection.username.empty() && access.connection.password.empty())
    mapping.required("username").fail("expected `password` or `password_file` beside it");
  access.connection.database = static_cast<int>(mapping.integer_or("database", 0, 0, 65535));
  access.address = read_dial(mapping, context).address;
  return access;
}

HostPort parse_redis_target(std::string_view target) {
  constexpr std::string_view scheme = "redis://";
  if (target.starts_with("rediss://")) throw BadTarget("expected host:port or redis://host:port; TLS is not spoken to Redis");
  if (target.starts_with(scheme)) target.remove_prefix(scheme.size());
  if (target.find_first_of("@/") != target.npos)
    throw BadTarget("expected host:port without credentials or database; those are options of the probe");
  bool const has_port = target.ends_with(']') ? false : target.find(':') != target.npos;
  auto parsed = parse_host_port(has_port ? std::string(target) : std::string(target) + ":6379");
  bool const digits = parsed.port.size() <= 5 && parsed.port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoul(parsed.port) > 65535) throw BadTarget("expected a port from 1 to 65535, got " + parsed.port);
  return parsed;
}

std::shared_ptr<const Module> read_redis(const std::optional<config::Value>& options, const config::Value&,
                                         const ReadContext& context) {
  std::vector<std::string_view> keys{"checks",           "role",     "min_replicas", "max_behind_bytes",
                                     "replicas", "max_lag",      "key_prefix"};
  keys.insert(keys.end(), redis_access_keys.begin(), redis_access_keys.end());
  auto const mapping = given_or_empty(options).mapping(keys);
  RedisProbeOptions read;
  read.access = read_redis_access(mapping, context);
  read_checks(mapping, read);
  read_replication_goal(mapping, read);
  if (auto const prefix = mapping.optional("key_prefix")) read.key_prefix = prefix->non_empty_text();
  return std::make_shared<RedisModule>(std::move(read));
}

}  // namespace fleet::probers
