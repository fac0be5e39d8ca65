// Answers scrapes: collects on the worker, renders on the web thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/app/daemon.hpp"
#include "core/metrics/exposition.hpp"
#include "core/metrics/instruments.hpp"
#include "core/web/server.hpp"

namespace fleet::app {

template <class T>
class Mailbox;

/// One per daemon; public members on the web thread. Must outlive both io threads.
class MetricsEndpoint {
 public:
  /// The collect hook of DaemonHooks; shared, because a scrape that the worker is late with outlives its
  /// answer.
  using Collect = std::shared_ptr<const std::function<awaitable<void>(Deadline, Families&)>>;

  MetricsEndpoint(std::string program, DaemonFlags flags, asio::io_context& web, asio::io_context& worker,
                  Collect collect, Instruments& instruments, bool worker_renders_small_pages);

  /// 200 with the page; 503 beyond --web.max-requests, or if the worker has no page at the deadline plus 300
  /// ms; 500 if the hook threw.
  awaitable<web::Response> answer(const web::Request& request);
  /// The same of another page, which must outlive both io threads; 400 if it threw BadRequest.
  awaitable<web::Response> answer(const web::Request& request, const Page& page);

 private:
  struct Collected;
  /// How a page is wanted.
  struct Wish {
    Format format;
    bool compress, of_program;
  };
  struct Job;
  awaitable<void> collect_on_worker(std::shared_ptr<Job> job);
  bool rendered_by_worker(const Families& page) const;
  awaitable<web::Response> answer(const web::Request& request, Collect collect, bool of_program);
  awaitable<web::Response> scrape(Collect collect, Deadline deadline, Wish wish);
  web::Response render(Families page, const Wish& wish) const;

  std::string program_;
  DaemonFlags flags_;
  asio::io_context& web_;
  asio::io_context& worker_;
  Collect collect_;
  Instruments& instruments_;
  bool worker_renders_small_pages_;
  Gauge& in_flight_;
  Histogram& duration_;
  Counter* answered_;
  Counter* failed_;
  Counter* refused_;
};

}  // namespace fleet::app
