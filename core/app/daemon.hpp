// The life of a service: flags, logging, /metrics and health endpoints, reload, drain.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/exit_status.hpp"
#include "core/app/flags.hpp"
#include "core/app/logging.hpp"
#include "core/io/deadline.hpp"
#include "core/metrics/families.hpp"
#include "core/metrics/instruments.hpp"
#include "core/web/server.hpp"

namespace fleet::app {

/// The flags that every program has.
struct DaemonFlags {
  std::string config_file;
  bool config_check = false;
  bool once = false;
  bool healthcheck = false;                   ///< ask a running one, see healthcheck()
  std::vector<std::string> listen_addresses;  ///< --web.listen-address, repeatable
  bool systemd_socket = false;                ///< listen on what systemd passed instead
  std::string web_config_file;                ///< TLS and users, see web/web_config.hpp; empty: none
  std::string telemetry_path = "/metrics";
  unsigned max_requests = 40;                        ///< parallel scrapes; more are 503; 0: no limit
  std::chrono::milliseconds scrape_timeout{10'000};  ///< when the scraper names none
  std::chrono::milliseconds scrape_timeout_offset{
      500};  ///< kept back from the scraper's deadline for the network
  logging::Level log_level = logging::Level::info;
  logging::Style log_style = logging::Style::logfmt;

  /// Registers --config.file, --config.check, --once, --healthcheck, --web.*, --log.*, --scrape.timeout,
  /// --scrape.timeout-offset. Must outlive `flags`.
  void register_on(Flags& flags, std::string default_config, std::string default_listen,
                   std::string once_does =
                       "Print one exposition on standard output and exit: 0, or 3 if a source "
                       "could not be read.");
};

/// For --config.check: throws config::Error if the file of --web.config.file, or one that it names, is of no
/// use.
void check_web_config(const DaemonFlags& flags);

/// A request that cannot be answered as it is. what() says why in one line; the answer is that, and status 400.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A page of metrics that depends on what the request says.
struct Page {
  /// As DaemonHooks::collect; may throw BadRequest. The request lives until the coroutine has ended.
  std::function<awaitable<void>(const web::Request&, Deadline, Families&)> collect;
  /// Whether the page tells of the program as well: build info, process_*, instruments.
  bool of_program = true;
};

/// What a program gives to its daemon. Each hook says which thread calls it.
struct DaemonHooks {
  /// Fills a page; runs on the worker io thread, should end before the deadline. Throwing makes the scrape a
  /// 500.
  std::function<awaitable<void>(Deadline, Families&)> collect;
  /// Further pages by path, answered under the same deadline and limits. One at --web.telemetry-path takes the
  /// place of `collect`.
  std::map<std::string, Page> pages;
  /// Reads the configuration anew and applies it, whole or not at all; throws config::Error. Runs on the worker
  /// io thread. May be empty: then there is no /-/reload, and SIGHUP is ignored.
  std::function<void()> reload;
  /// Called on the worker io thread after the web server has drained, to stop feeds and loops; they then have 2
  /// s to unwind before the worker is stopped. May be empty.
  std::function<void()> stop;
  /// Whether the worker also renders the pages that are small: what was built there need not move to another
  /// CPU piece by piece. Not for a worker that may not be kept from its work for a fifth of a millisecond.
  bool worker_renders_small_pages = false;
  /// Whether /-/ready says 200; default always. Any thread.
  std::function<bool()> ready;
  /// Further routes, registered before listening; handlers run on the web thread.
  std::function<void(web::Server&)> routes;
  /// Paragraphs and links for the landing page, HTML.
  std::string landing_html;
};

/// Runs a service to its end: starts the worker and web threads, serves, waits for SIGTERM/SIGINT, then stops
/// listening, drains (5 s at most), stops io and joins - in that order, because the web server must not die
/// while a scrape is in flight. A second SIGTERM or SIGINT ends the process at once with status 128 + signal.
/// SIGHUP and POST /-/reload call the reload hook; its outcome is `<program>_config_last_reload_successful` and
/// `<program>_config_last_reload_success_timestamp_seconds`. Once the program stops, SIGHUP is ignored. A scrape
/// that the worker does not finish by its deadline and a little more is a 503: a stuck worker never hangs the
/// endpoint. Adds build info, process_* and `<program>_scrapes_total{code}`, `<program>_scrapes_in_flight`,
/// `<program>_scrape_duration_seconds` to each page, and with --web.config.file
/// `<program>_web_config_last_reload_successful`. run() throws config::Error if that file cannot be used. It
/// returns the exit status: 0 after a signal, 2 if an address cannot be bound. Coroutines still suspended on
/// the worker are destroyed with the Daemon: what they refer to must live as long, or be owned by them.
class Daemon {
 public:
  /// `program` is the metric prefix: "pg_health_exporter".
  Daemon(std::string program, DaemonFlags flags);
  ~Daemon();
  /// Where collectors, feeds and probes live; one thread runs it between run()'s start and end. Exceptions that
  /// reach it are logged and the thread goes on.
  asio::io_context& worker();
  /// Long-lived counters and histograms of the program. They are updated anywhere and rendered after
  /// `collect`, many of them always on the web thread: a page of thousands costs the worker nothing. Destroyed
  /// after the worker's coroutines.
  Instruments& instruments();
  int run(DaemonHooks hooks);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// How long one scrape may take, and its deadline: now + header seconds - offset, or now + fallback. A header
/// that is no positive finite number is ignored. Never shorter than 100 ms, never longer than 5 minutes.
std::chrono::milliseconds scrape_timeout(std::string_view timeout_header, const DaemonFlags& flags);
Deadline scrape_deadline(std::string_view timeout_header, const DaemonFlags& flags);

}  // namespace fleet::app
