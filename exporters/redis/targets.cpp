#include "exporters/redis/targets.hpp"

#include <algorithm>
#include <utility>

#include "exporters/answer_by.hpp"
#include "exporters/redis/key_reader.hpp"

namespace fleet::exporters::redis_health {

namespace {

/// "user@host:port", or without a user.
std::string login(const fleet::redis::Options& options) {
  return options.username.empty() ? options.address() : options.username + "@" + options.address();
}

void append_list(const TargetQuery& query, std::string_view name, std::vector<KeyName>& into, bool& any) {
  auto const text = query.value(name);
  if (text.empty()) return;
  any = true;
  auto const keys = parse_key_list(text);
  if (!keys) throw BadTarget("'" + std::string(name) + "' expects keys separated by commas, dbN= before each");
  into.insert(into.end(), keys->begin(), keys->end());
}

}  // namespace

std::optional<WatchedKeys> queried_keys(const TargetQuery& query) {
  WatchedKeys watched;
  bool any = false;
  append_list(query, "check-keys", watched.keys, any);
  append_list(query, "check-single-keys", watched.keys, any);
  append_list(query, "check-streams", watched.streams, any);
  append_list(query, "check-single-streams", watched.streams, any);
  append_list(query, "count-keys", watched.counts, any);
  return any ? std::optional(std::move(watched)) : std::nullopt;
}

Targets::Targets(asio::any_io_executor executor, Config config,
                 std::vector<std::shared_ptr<fleet::redis::Client>> instances,
                 std::shared_ptr<RefusedRequests> refused)
    : executor_(std::move(executor)), config_(std::move(config)), refused_(std::move(refused)) {
  for (std::size_t n = 0; n < instances.size(); ++n)
    instances_.push_back(make(std::move(instances[n]), config_.instances[n].watched));
}

Targets::Target Targets::make(std::shared_ptr<fleet::redis::Client> client, WatchedKeys watched) const {
  Target target;
  target.reader = std::make_shared<fleet::redis::ServerReader>(client, config_.questions);
  target.client = std::move(client);
  target.watched = std::move(watched);
  return target;
}

Targets::Target& Targets::find(std::string_view target) {
  fleet::redis::Options named;
  auto const problem = fleet::redis::read_server_address(target, named);
  for (std::size_t n = 0; n < instances_.size(); ++n) {
    if (config_.instances[n].name == target) return instances_[n];
    if (!problem && config_.instances[n].options.address() == named.address()) return instances_[n];
  }
  if (problem) throw BadTarget("invalid 'target' parameter: " + *problem);
  if (!config_.targets || !re2::RE2::FullMatch(named.address(), *config_.targets->allow)) {
    throw BadTarget("'" + named.address() +
                    "' is no instance of the configuration, and its `targets` do not allow it");
  }
  return open(target);
}

Targets::Target& Targets::open(std::string_view target) {
  auto const& rules = *config_.targets;
  auto options = rules.access;
  fleet::redis::read_server_address(target, options);
  auto const name = login(options) + "/" + std::to_string(options.database) + (options.tls ? " tls" : "");
  if (auto const found = others_.find(name); found != others_.end()) return found->second;
  auto password = rules.passwords.find(login(options));
  if (password == rules.passwords.end()) password = rules.passwords.find(options.address());
  if (password != rules.passwords.end()) {
    options.password = password->second;
    options.password_file.clear();
  }
  if (others_.size() >= rules.kept_connections) {  // whoever reads the one that goes holds on to it
    others_.erase(std::min_element(others_.begin(), others_.end(), [](const auto& a, const auto& b) {
      return a.second.last_used < b.second.last_used;
    }));
  }
  auto client = std::make_shared<fleet::redis::Client>(executor_, std::move(options));
  return others_.emplace(name, make(std::move(client), {})).first->second;
}

awaitable<void> Targets::collect(TargetQuery query, Deadline deadline, Families& out) {
  auto const self = shared_from_this();
  Target target;
  std::optional<WatchedKeys> asked;
  try {
    auto const name = query.value("target");
    if (name.empty()) throw BadTarget("'target' parameter must be specified");
    asked = queried_keys(query);
    auto& found = find(name);
    found.last_used = ++uses_;
    target = found;
  } catch (const BadTarget&) {
    ++refused_->count;
    throw;
  }
  auto const by = answer_by(deadline);
  auto const outcome = co_await target.reader->read(by, out);
  auto watched = asked ? std::move(*asked) : std::move(target.watched);
  if (outcome.failure.empty() && !watched.empty()) {
    Families keys;
    fleet::redis::ServerPage page(keys);
    KeyProblems problems;
    try {
      co_await read_keys(*target.client, std::move(watched), config_.limits, by, &page, &problems);
      out.merge(std::move(keys));
    } catch (const std::exception& error) {
      problems.add({}, error.what());
    }
    out.gauge("redis_health_exporter_unreadable_keys", "Keys, streams and patterns that could not be read.")
        .add(static_cast<double>(problems.count()));
  }
  add_own_metrics(*refused_, out);
}

}  // namespace fleet::exporters::redis_health
