#include "probers/status/status_service.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <thread>
#include <variant>

#include "core/app/logging.hpp"
#include "core/io/descriptor_limit.hpp"
#include "probers/status/board.hpp"
#include "probers/status/inbox.hpp"
#include "probers/status/monitoring.hpp"
#include "probers/status/rendering.hpp"
#include "probers/status/status_routes.hpp"

namespace fleet::probers::status {

namespace {

using namespace std::chrono_literals;
using Clock = PublishedView::Clock;

constexpr auto turn = 100ms;
constexpr auto minor_changes = 5s;
// A page that took long is rendered less often.
constexpr int rest_after_rendering = 19;
// If this thread does not get to run, results are forgotten rather than kept without end.
constexpr std::size_t most_waiting = 100'000;
// A quarter of the descriptors for viewers, the rest for probes.
constexpr std::size_t least_connections = 512, most_connections = 2048;

/// When one view is to be rendered again.
struct Timing {
  bool news = true;
  Clock::time_point rendered{}, not_before{};

  bool is_due(Clock::time_point now) const {
    return now >= not_before && (news || now - rendered >= minor_changes);
  }
  void begin(Clock::time_point now) {
    news = false;
    rendered = now;
  }
  void end(Clock::time_point now) { not_before = now + rest_after_rendering * (now - rendered); }
};

WatchedTarget watched(const ScheduledProbe& probe) {
  WatchedTarget target;
  target.probe = probe.identity.probe;
  target.target = probe.identity.target;
  target.labels = probe.identity.labels;
  target.kind = probe.kind;
  target.interval = probe.interval;
  target.timeout = probe.timeout;
  target.windows = probe.windows;
  return target;
}

}  // namespace

struct StatusService::State {
  using Message = std::variant<Observation, Share, StatusConfig>;
  using Render = std::shared_ptr<const Pages> (*)(const Picture&, const Pages*);

  State() : config(std::make_shared<const StatusConfig>()), guard(io.get_executor()) {}

  void run();
  awaitable<void> keep();
  void take_messages();
  void take(StatusConfig next);
  void heard(Change change);
  void consider(PublishedView& view, Timing& timing, Render render);

  Inbox<Message> inbox;
  std::shared_ptr<PublishedViews> views = std::make_shared<PublishedViews>();
  // What follows is the thread's own.
  std::shared_ptr<const StatusConfig> config;
  Board board;
  Timing status_timing, clients_timing;
  asio::io_context io{1};
  std::unique_ptr<Monitoring> monitoring;
  asio::executor_work_guard<asio::io_context::executor_type> guard;
  std::thread thread;
};

void StatusService::State::run() {
  ::pthread_setname_np(::pthread_self(), "status");
  while (!io.stopped()) {
    try {
      io.run();
    } catch (const std::exception& error) {
      logging::error("the status pages' work ended with an exception", {{"err", error.what()}});
    }
  }
}

void StatusService::State::heard(Change change) {
  if (change == Change::news) status_timing.news = clients_timing.news = true;
}

void StatusService::State::take(StatusConfig next) {
  config = std::make_shared<const StatusConfig>(std::move(next));
  monitoring =
      std::make_unique<Monitoring>(io.get_executor(), config, [this](Change change) { heard(change); });
  heard(Change::news);
}

void StatusService::State::take_messages() {
  auto messages = inbox.take();
  for (auto& message : messages) {
    if (auto* const observation = std::get_if<Observation>(&message)) {
      heard(board.take(std::move(*observation)));
    } else if (auto* const share = std::get_if<Share>(&message)) {
      heard(board.take(std::move(*share)));
    } else {
      take(std::move(std::get<StatusConfig>(message)));
    }
  }
}

void StatusService::State::consider(PublishedView& view, Timing& timing, Render render) {
  if (!view.is_wanted()) return;
  if (!timing.is_due(Clock::now())) return view.confirm();
  timing.begin(Clock::now());
  static const Findings nothing{};
  Picture const picture{*config, board, monitoring ? monitoring->findings() : nothing,
                        std::chrono::system_clock::now()};
  auto const former = view.pages();
  auto pages = render(picture, former.get());
  timing.end(Clock::now());
  if (pages)
    view.publish(std::move(pages));
  else
    view.confirm();
}

awaitable<void> StatusService::State::keep() {
  asio::steady_timer timer(io);
  for (;;) {
    try {
      take_messages();
      consider(views->status, status_timing, status_pages);
      consider(views->clients, clients_timing, public_pages);
    } catch (const std::exception& error) {
      logging::error("the status pages cannot be rendered", {{"err", error.what()}});
    }
    timer.expires_after(turn);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

StatusService::StatusService() : state_(std::make_unique<State>()) {
  asio::co_spawn(state_->io, state_->keep(), asio::detached);
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

StatusService::~StatusService() {
  state_->io.stop();
  state_->thread.join();
}

void StatusService::configure(StatusConfig config) { state_->inbox.put(std::move(config)); }

void StatusService::take_share(std::size_t worker, const std::vector<ScheduledProbe>& probes) {
  Share share;
  share.worker = worker;
  share.targets.reserve(probes.size());
  for (auto const& probe : probes) share.targets.push_back(watched(probe));
  state_->inbox.put(std::move(share));
}

void StatusService::take_result(const ScheduledProbe& probe, const ProbeResult& result) {
  if (state_->inbox.waiting() >= most_waiting) return;
  state_->inbox.put(Observation{probe.identity.probe, probe.identity.target,
                                last_result(result, std::chrono::system_clock::now())});
}

void StatusService::add_routes(web::Server& server) {
  web::Limits limits;
  limits.connections =
      std::clamp<std::size_t>(io::raise_descriptor_limit() / 4, least_connections, most_connections);
  server.set_limits(limits);
  add_status_routes(server, state_->views, limits.connections);
}

}  // namespace fleet::probers::status
