#include "exporters/redis/targets.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/app/daemon.hpp"
#include "exporters/redis/keys_collector.hpp"
#include "exporters/redis_health.hpp"

namespace fleet::exporters::redis_health {
namespace {

constexpr const char* program = "redis_health_exporter";

/// "user@host:port", or without a user.
std::string login(const fleet::redis::Options& options) {
  return options.username.empty() ? options.address() : options.username + "@" + options.address();
}

void append_list(const web::Request& request, std::string_view name, std::vector<KeyName>& into) {
  auto const keys = parse_key_list(request.parameter(name));
  if (!keys) {
    throw app::BadRequest("'" + std::string(name) +
                          "' expects keys separated by commas, dbN= before each that is not in database 0");
  }
  into.insert(into.end(), keys->begin(), keys->end());
}

/// What tells one connection from another.
std::string connection_name(const fleet::redis::Options& options) {
  return login(options) + '/' + std::to_string(options.database) + (options.tls ? " tls" : "");
}

/// What tells one kept set from another: the connection and the keys.
std::string identity(const InstanceConfig& target) {
  auto text = connection_name(target.options);
  auto const append = [&text](char kind, const std::vector<KeyName>& keys) {
    for (auto const& key : keys) {
      text += '\n';
      text += kind;
      text += std::to_string(key.database) + '=' + key.name;
    }
  };
  append('k', target.watched.keys);
  append('s', target.watched.streams);
  append('c', target.watched.counts);
  return text;
}

}  // namespace

std::optional<WatchedKeys> requested_keys(const web::Request& request) {
  WatchedKeys watched;
  append_list(request, "check-keys", watched.keys);
  append_list(request, "check-single-keys", watched.keys);
  append_list(request, "check-streams", watched.streams);
  append_list(request, "check-single-streams", watched.streams);
  append_list(request, "count-keys", watched.counts);
  return watched.empty() ? std::nullopt : std::optional(std::move(watched));
}

Targets::Targets(asio::any_io_executor executor, Config config, std::shared_ptr<RefusedRequests> refused)
    : executor_(std::move(executor)), config_(std::move(config)), refused_(std::move(refused)) {}

const InstanceConfig* Targets::instance(std::string_view target) const {
  fleet::redis::Options named;
  auto const problem = fleet::redis::read_server_address(target, named);
  for (auto const& one : config_.instances) {
    if (one.name == target || (!problem && one.options.address() == named.address())) return &one;
  }
  return nullptr;
}

InstanceConfig Targets::find(std::string_view target) const {
  if (target.empty()) throw app::BadRequest("'target' parameter must be specified");
  if (auto const* const known = instance(target)) return *known;
  InstanceConfig found;
  if (config_.targets) found.options = config_.targets->access;
  if (auto const problem = fleet::redis::read_server_address(target, found.options))
    throw app::BadRequest("invalid 'target' parameter: " + *problem);
  auto const address = found.options.address();
  if (!config_.targets || !re2::RE2::FullMatch(address, *config_.targets->allow)) {
    throw app::BadRequest("'" + address +
                          "' is no instance of the configuration, and its `targets` do not allow it");
  }
  found.name = address;
  auto const& passwords = config_.targets->passwords;
  auto password = passwords.find(login(found.options));
  if (password == passwords.end()) password = passwords.find(address);
  if (password != passwords.end()) {
    found.options.password = password->second;
    found.options.password_file.clear();
  }
  return found;
}

std::shared_ptr<fleet::redis::Client> Targets::client_of(const fleet::redis::Options& options) {
  std::erase_if(clients_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = clients_[connection_name(options)];
  auto client = known.lock();
  if (!client) {
    client = std::make_shared<fleet::redis::Client>(executor_, options);
    known = client;
  }
  return client;
}

std::shared_ptr<CollectorSet> Targets::keep(const web::Request& request) {
  auto target = find(request.parameter("target"));
  if (auto asked = requested_keys(request)) target.watched = std::move(*asked);
  auto const key = identity(target);
  if (auto const found = kept_.find(key); found != kept_.end()) {
    found->second.last_used = ++uses_;
    return found->second.set;
  }
  auto const most = config_.targets ? config_.targets->kept_connections : TargetRules().kept_connections;
  if (kept_.size() >= most) {  // whoever reads the one that goes holds on to it
    kept_.erase(std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
      return a.second.last_used < b.second.last_used;
    }));
  }
  auto const client = client_of(target.options);
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<RedisHealth>("server", client, config_.questions, target.name));
  if (!target.watched.empty()) {
    collectors.push_back(std::make_unique<KeysCollector>(client, std::move(target.watched), config_.limits,
                                                         target.name, std::string()));
  }
  collectors.push_back(std::make_unique<OwnMetrics>(refused_));
  Kept fresh;
  fresh.set = std::make_shared<CollectorSet>(program, std::move(collectors));
  fresh.last_used = ++uses_;
  return kept_.emplace(key, std::move(fresh)).first->second.set;
}

awaitable<std::shared_ptr<CollectorSet>> Targets::collectors(const web::Request& request, Deadline) {
  try {
    co_return keep(request);
  } catch (const app::BadRequest&) {
    ++refused_->count;
    throw;
  }
}

}  // namespace fleet::exporters::redis_health
