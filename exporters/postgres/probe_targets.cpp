#include "exporters/postgres/probe_targets.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <stdexcept>
#include <utility>

#include "core/app/daemon.hpp"
#include "core/app/logging.hpp"
#include "core/net/failure.hpp"
#include "exporters/answer_by.hpp"
#include "exporters/postgres/subjects.hpp"
#include "exporters/postgres/target.hpp"

namespace fleet::exporters::postgres {
namespace {

using Clock = Deadline::Clock;
using fleet::postgres::Options;

constexpr std::size_t kMostKept = 500;

/// In place of a server whose name does not resolve.
class NoServer : public Collector {
 public:
  explicit NoServer(std::string server) : server_(std::move(server)) {}
  std::string_view name() const override { return "server_status"; }
  std::string_view target() const override { return server_; }
  bool always() const override { return true; }
  awaitable<void> collect(Deadline, Families& out) override {
    out.gauge(
           "pg_up",
           "Whether the last scrape of metrics from PostgreSQL was able to connect to the server (1 for yes, "
           "0 for no).")
        .add({{"server", server_}}, 0);
    co_return;
  }

 private:
  std::string server_;
};

std::shared_ptr<CollectorSet> nobody(const std::string& server) {
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<NoServer>(server));
  return std::make_shared<CollectorSet>("pg_health_exporter", std::move(collectors));
}

}  // namespace

struct ProbeTargets::State : std::enable_shared_from_this<ProbeTargets::State> {
  struct Kept {
    std::shared_ptr<CollectorSet> set;
    std::vector<std::string> addresses;  // sorted: a name server may answer in any order
    Clock::time_point used;
  };

  State(asio::any_io_executor where, Config what)
      : executor(std::move(where)), config(std::move(what)), sweeper(executor) {}

  Options options_of(const web::Request& request) const;
  Kept& keep(const std::string& key, Options options);
  void sweep();
  void sweep_later();

  asio::any_io_executor executor;
  Config config;
  std::map<std::string, Kept> kept;
  asio::steady_timer sweeper;
  bool sweeping = false;
};

Options ProbeTargets::State::options_of(const web::Request& request) const {
  std::string_view const target = request.parameter("target"), name = request.parameter("auth_module");
  if (target.empty()) throw app::BadRequest("target is required");
  Options options;
  options.application_name = "pg_health_exporter";
  options.user.clear();
  options.database.clear();
  try {
    options = read_target(target, std::move(options));
    if (!name.empty()) {
      auto const module = config.probe.auth_modules.find(name);
      if (module == config.probe.auth_modules.end()) {
        throw std::invalid_argument("auth_module " + std::string(name) + " not found");
      }
      options.user = module->second.user;
      options.password = module->second.password;
      for (const auto& [parameter, value] : module->second.options) set_parameter(options, parameter, value);
    }
  } catch (const std::invalid_argument& error) {
    throw app::BadRequest(error.what());
  }
  if (options.user.empty()) throw app::BadRequest("neither the target nor an auth_module names a user");
  if (options.database.empty()) options.database = options.user;  // as libpq does
  return options;
}

ProbeTargets::State::Kept& ProbeTargets::State::keep(const std::string& key, Options options) {
  std::vector<std::string> addresses = options.addresses;
  std::sort(addresses.begin(), addresses.end());
  auto const found = kept.find(key);
  // A name that moved is another server.
  if (found != kept.end() && found->second.addresses == addresses) return found->second;
  if (found == kept.end() && kept.size() >= kMostKept) {
    kept.erase(std::min_element(kept.begin(), kept.end(),
                                [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }
  Config one = config;
  one.instances.assign(1, InstanceConfig{options.server(), options, {}});
  one.poolers.clear();
  one.backups.clear();
  Kept fresh;
  fresh.addresses = std::move(addresses);
  fresh.set = std::make_shared<CollectorSet>("pg_health_exporter", make_collectors(executor, one));
  return kept.insert_or_assign(key, std::move(fresh)).first->second;
}

void ProbeTargets::State::sweep() {
  auto const limit = Clock::now() - config.probe.keep;
  std::erase_if(kept, [&](const auto& entry) { return entry.second.used <= limit; });
  sweeping = false;
  if (!kept.empty()) sweep_later();
}

void ProbeTargets::State::sweep_later() {
  if (std::exchange(sweeping, true)) return;
  sweeper.expires_after(config.probe.keep);
  sweeper.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto const state = weak.lock();
    if (state && !error) state->sweep();
  });
}

ProbeTargets::ProbeTargets(asio::any_io_executor executor, Config config)
    : state_(std::make_shared<State>(std::move(executor), std::move(config))) {}

ProbeTargets::~ProbeTargets() { state_->sweeper.cancel(); }

awaitable<std::shared_ptr<CollectorSet>> ProbeTargets::collectors(const web::Request& request,
                                                                  Deadline deadline) {
  auto const state = state_;
  std::string const key =
      std::string(request.parameter("auth_module")) + ' ' + std::string(request.parameter("target"));
  Options options = state->options_of(request);
  net::AddressOptions wanted;
  wanted.allowed = state->config.probe.allowed;
  try {
    auto const found = co_await net::addresses_of(options.host, wanted, answer_by(deadline));
    for (auto const& address : found) options.addresses.push_back(address.to_string());
  } catch (const net::Failure& failure) {
    if (failure.kind == net::FailureKind::forbidden) {
      throw app::BadRequest(std::string(failure.what()) + " (`probe: allowed_networks`)");
    }
    logging::warn("target of a probe is not found", {{"server", options.server()}, {"err", failure.what()}});
  }
  if (options.addresses.empty()) co_return nobody(options.server());
  State::Kept& target = state->keep(key, std::move(options));
  target.used = Clock::now();
  state->sweep_later();
  co_return target.set;
}

}  // namespace fleet::exporters::postgres
