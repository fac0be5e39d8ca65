#include "core/app/daemon.hpp"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <thread>

#include "core/app/build_info.hpp"
#include "core/app/landing_page.hpp"
#include "core/app/mailbox.hpp"
#include "core/app/metrics_endpoint.hpp"
#include "core/app/reloader.hpp"
#include "core/app/systemd_sockets.hpp"
#include "core/io/freed_memory.hpp"
#include "core/io/scheduling.hpp"
#include "core/metrics/instruments.hpp"
#include "core/web/gate.hpp"

namespace fleet::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds drain_limit{5000};
constexpr milliseconds unwind_limit{2000};
constexpr milliseconds reload_limit{30'000};
constexpr milliseconds drain_check_interval{5};

struct Ended {};
using EndMailbox = std::shared_ptr<Mailbox<Ended>>;
using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

// One bad handler must not take the service down.
void run_io(asio::io_context& io, const char* name) {
  pthread_setname_np(pthread_self(), name);
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& error) {
      logging::error("exception on an io thread", {{"thread", name}, {"err", error.what()}});
    }
  }
}

web::Response text_response(int status, std::string text) {
  web::Response response;
  response.status = status;
  response.body = std::move(text) + "\n";
  return response;
}

awaitable<web::Response> answer(web::Response response) { co_return response; }

awaitable<void> collect_nothing() { co_return; }

awaitable<void> exit_at_next_signal(asio::signal_set& signals) {
  for (;;) {
    int const signal = co_await signals.async_wait(asio::use_awaitable);
    if (signal != SIGHUP) std::_Exit(128 + signal);
  }
}

// Where nothing reads configurations any more. By its default SIGHUP ends a program, and between that and this
// it waits.
void ignore_hangups(std::unique_ptr<asio::signal_set> signals) {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &hangup, nullptr);
  signals.reset();
  std::signal(SIGHUP, SIG_IGN);
  pthread_sigmask(SIG_UNBLOCK, &hangup, nullptr);
}

}  // namespace

// The order of members is the order of teardown, backwards. Suspended coroutines of the worker hold mailboxes,
// whose timers are the web's; suspended ones of the web hold gauges.
struct Daemon::Impl {
  Impl(std::string program_name, DaemonFlags common)
      : program(std::move(program_name)), flags(std::move(common)) {}

  int run(DaemonHooks hooks);
  void add_routes(const DaemonHooks& hooks);
  void set_gate();
  bool listen();
  awaitable<bool> live(const DaemonHooks& hooks);
  awaitable<bool> stop_worker(const DaemonHooks& hooks);
  awaitable<void> drain(EndMailbox drained);
  awaitable<web::Response> answer_reload();
  void start_threads();

  std::string program;
  DaemonFlags flags;
  Instruments instruments;
  asio::io_context main_io{1};
  asio::io_context web_io{1};
  asio::io_context worker_io{1};
  std::unique_ptr<asio::signal_set> signals;
  std::unique_ptr<Reloader> reloader;
  std::unique_ptr<MetricsEndpoint> endpoint;
  std::shared_ptr<web::Gate> gate;
  std::unique_ptr<web::Server> server;
  std::unique_ptr<WorkGuard> web_work, worker_work;
  EndMailbox web_ended, worker_ended;
  std::thread web_thread, worker_thread;
};

Daemon::Daemon(std::string program, DaemonFlags flags)
    : impl_(std::make_unique<Impl>(std::move(program), std::move(flags))) {
  keep_freed_memory();
}
Daemon::~Daemon() = default;

asio::io_context& Daemon::worker() { return impl_->worker_io; }
Instruments& Daemon::instruments() { return impl_->instruments; }
int Daemon::run(DaemonHooks hooks) { return impl_->run(std::move(hooks)); }

void Daemon::Impl::add_routes(const DaemonHooks& hooks) {
  server->route("GET", flags.telemetry_path,
                [this](const web::Request& request) { return endpoint->answer(request); });
  for (const auto& [path, page] : hooks.pages) {
    server->route("GET", path,
                  [this, &page](const web::Request& request) { return endpoint->answer(request, page); });
  }
  server->route("GET", "/-/healthy", [](const web::Request&) { return answer(text_response(200, "OK")); });
  server->route("GET", "/-/ready", [ready = hooks.ready](const web::Request&) {
    bool const yes = !ready || ready();
    return answer(yes ? text_response(200, "ready") : text_response(503, "not ready"));
  });
  if (reloader->possible()) {
    server->route("POST", "/-/reload", [this](const web::Request&) { return answer_reload(); });
  }
  web::Response landing;
  landing.content_type = "text/html; charset=utf-8";
  landing.body = landing_page(program, flags.telemetry_path, hooks.landing_html);
  server->route("GET", "/", [landing](const web::Request&) { return answer(landing); });
  if (hooks.routes) hooks.routes(*server);
}

void Daemon::Impl::set_gate() {
  if (flags.web_config_file.empty()) return;
  auto& successful = instruments.gauge(program + "_web_config_last_reload_successful",
                                       "Whether the last reading of the web configuration and its certificates "
                                       "succeeded; if not, the one before "
                                       "is in use.");
  successful.set(1);
  gate = std::make_shared<web::Gate>(flags.web_config_file,
                                     [&successful](bool good) { successful.set(good ? 1 : 0); });
  server->set_gate(gate);
}

bool Daemon::Impl::listen() {
  try {
    if (flags.systemd_socket) {
      for (int const descriptor : take_systemd_sockets()) server->adopt(descriptor);
    } else {
      for (const std::string& address : flags.listen_addresses) server->listen(address);
    }
  } catch (const std::exception& error) {
    logging::error("cannot listen", {{"err", error.what()}});
    server->close();
    return false;
  }
  for (const std::string& address : server->addresses()) logging::info("listening", {{"address", address}});
  return true;
}

awaitable<web::Response> Daemon::Impl::answer_reload() {
  auto const mailbox = std::make_shared<Mailbox<Reloader::Outcome>>(web_io);
  reloader->reload([mailbox](Reloader::Outcome outcome) { mailbox->deliver(std::move(outcome)); });
  auto const outcome = co_await mailbox->wait(Deadline::after(reload_limit));
  if (!outcome) co_return text_response(503, "the worker did not reload in time");
  if (*outcome) co_return text_response(500, **outcome);
  co_return text_response(200, "configuration reloaded");
}

void Daemon::Impl::start_threads() {
  web_ended = std::make_shared<Mailbox<Ended>>(main_io);
  worker_ended = std::make_shared<Mailbox<Ended>>(main_io);
  web_work = std::make_unique<WorkGuard>(web_io.get_executor());
  worker_work = std::make_unique<WorkGuard>(worker_io.get_executor());
  worker_thread = std::thread([this] {
    ask_for_short_slices();
    run_io(worker_io, "worker");
    worker_ended->deliver({});
  });
  web_thread = std::thread([this] {
    run_io(web_io, "web");
    web_ended->deliver({});
  });
}

awaitable<void> Daemon::Impl::drain(EndMailbox drained) {
  Deadline const deadline = Deadline::after(drain_limit);
  asio::steady_timer timer(web_io);
  server->stop();
  while (server->open_connections() > 0 && !deadline.expired()) {
    timer.expires_after(drain_check_interval);
    co_await timer.async_wait(asio::use_awaitable);
  }
  server->close();
  drained->deliver({});
}

// Whether the worker's thread has ended. (Names what it awaits, and returns at the end: g++ 12 miscompiles `if
// (co_await ...) co_return;` before a call that does not return.)
awaitable<bool> Daemon::Impl::stop_worker(const DaemonHooks& hooks) {
  worker_work->reset();
  std::optional<Ended> ended;
  if (hooks.stop) {
    // Feeds and loops unwind by themselves; only what does not is stopped.
    asio::post(worker_io, hooks.stop);
    ended = co_await worker_ended->wait(Deadline::after(unwind_limit));
  }
  if (!ended) {
    worker_io.stop();
    ended = co_await worker_ended->wait(Deadline::after(unwind_limit));
  }
  co_return ended.has_value();
}

// Whether both threads have ended.
awaitable<bool> Daemon::Impl::live(const DaemonHooks& hooks) {
  for (;;) {
    int const signal = co_await signals->async_wait(asio::use_awaitable);
    if (signal != SIGHUP) {
      logging::info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      break;
    }
    reloader->reload([](const Reloader::Outcome&) {});
  }
  asio::co_spawn(main_io, exit_at_next_signal(*signals), asio::detached);
  auto const drained = std::make_shared<Mailbox<Ended>>(main_io);
  asio::co_spawn(web_io, drain(drained), asio::detached);
  auto const drain_ended = co_await drained->wait(Deadline::after(drain_limit + unwind_limit));
  if (!drain_ended) logging::error("the web server does not drain");
  bool const worker_stopped = co_await stop_worker(hooks);
  if (!worker_stopped) logging::error("the worker does not stop; leaving it behind");
  web_work->reset();
  web_io.stop();
  auto const web_stopped = co_await web_ended->wait(Deadline::after(unwind_limit));
  if (!web_stopped) logging::error("the web server does not stop; leaving it behind");
  co_return worker_stopped&& web_stopped;
}

int Daemon::Impl::run(DaemonHooks hooks) {
  std::signal(SIGPIPE, SIG_IGN);
  signals = std::make_unique<asio::signal_set>(main_io, SIGTERM, SIGINT, SIGHUP);
  if (!hooks.collect) hooks.collect = [](Deadline, Families&) { return collect_nothing(); };
  using CollectHook = std::function<awaitable<void>(Deadline, Families&)>;
  auto const collect = std::make_shared<const CollectHook>(std::move(hooks.collect));
  auto const reload = std::make_shared<const std::function<void()>>(std::move(hooks.reload));
  reloader = std::make_unique<Reloader>(program, worker_io, reload, instruments);
  endpoint = std::make_unique<MetricsEndpoint>(program, flags, web_io, worker_io, collect, instruments,
                                               hooks.worker_renders_small_pages);
  server = std::make_unique<web::Server>(web_io);
  set_gate();
  add_routes(hooks);
  logging::info("starting", {{"version", std::string(build_info().version)},
                             {"revision", std::string(build_info().revision)}});
  if (!listen()) return exit_usage;

  start_threads();
  bool ended = false;
  asio::co_spawn(main_io, live(hooks), [&](std::exception_ptr failure, bool threads_ended) {
    ended = !failure && threads_ended;
    main_io.stop();
  });
  main_io.run();
  if (!ended) std::_Exit(exit_met);  // joining would hang for as long as the thread does
  web_thread.join();
  worker_thread.join();
  // The hooks own what lives on the worker; they go before it does.
  ignore_hangups(std::move(signals));
  server.reset();
  if (gate) gate->close();
  endpoint.reset();
  reloader.reset();
  logging::info("stopped");
  return exit_met;
}

}  // namespace fleet::app
