#include "core/app/metrics_endpoint.hpp"

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>

#include "core/app/build_info.hpp"
#include "core/app/logging.hpp"
#include "core/app/mailbox.hpp"
#include "core/io/seconds.hpp"
#include "core/metrics/exposition.hpp"
#include "core/metrics/process.hpp"

namespace fleet::app {
namespace {

using std::chrono::milliseconds;

// A hook should end by the deadline; then it is cancelled, and last its answer is given up.
constexpr milliseconds before_cancelling{150};
constexpr milliseconds before_giving_up{300};

web::Response one_line(int status, std::string text) {
  web::Response response;
  response.status = status;
  response.body = std::move(text) + "\n";
  return response;
}

Counter& scrapes(Instruments& instruments, const std::string& program, const char* code) {
  return instruments.counter(program + "_scrapes_total", "Answers to scrapes by HTTP status.",
                             {{"code", code}});
}

class InFlight {
 public:
  explicit InFlight(Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  ~InFlight() { gauge_.add(-1); }
  InFlight(const InFlight&) = delete;

 private:
  Gauge& gauge_;
};

}  // namespace

struct MetricsEndpoint::Collected {
  Families page;
  std::optional<web::Response> rendered;  // then the page is empty
  std::exception_ptr failure;
};

// A scrape, as long as either thread has to do with it.
struct MetricsEndpoint::Job {
  Job(Collect hook, Deadline limit, Wish how, asio::io_context& web)
      : collect(std::move(hook)),
        deadline(limit),
        wish(how),
        mailbox(std::make_shared<Mailbox<Collected>>(web)) {}

  /// By whichever thread is done with it first.
  void observe(Histogram& duration) {
    if (!observed.exchange(true)) duration.observe(seconds(Deadline::Clock::now() - begin));
  }

  Collect collect;
  Deadline deadline;
  Wish wish;
  std::shared_ptr<Mailbox<Collected>> mailbox;
  asio::cancellation_signal interrupt;  // of the coroutine on the worker; its thread's
  Deadline::Clock::time_point begin = Deadline::Clock::now();
  std::atomic<bool> observed{false};
};

MetricsEndpoint::MetricsEndpoint(std::string program, DaemonFlags flags, asio::io_context& web,
                                 asio::io_context& worker, Collect collect, Instruments& instruments,
                                 bool worker_renders_small_pages)
    : program_(std::move(program)),
      flags_(std::move(flags)),
      web_(web),
      worker_(worker),
      collect_(std::move(collect)),
      instruments_(instruments),
      worker_renders_small_pages_(worker_renders_small_pages),
      in_flight_(
          instruments.gauge(program_ + "_scrapes_in_flight", "Scrapes being answered now, this one included.")),
      duration_(instruments.histogram(program_ + "_scrape_duration_seconds",
                                      "Time from a scrape's request to its page, refused scrapes excluded.",
                                      latency_bounds())),
      answered_(&scrapes(instruments, program_, "200")),
      failed_(&scrapes(instruments, program_, "500")),
      refused_(&scrapes(instruments, program_, "503")) {}

awaitable<web::Response> MetricsEndpoint::answer(const web::Request& request) {
  return answer(request, collect_, true);
}

awaitable<web::Response> MetricsEndpoint::answer(const web::Request& request, const Page& page) {
  using Hook = std::function<awaitable<void>(Deadline, Families&)>;
  // A copy of the request, as a scrape that the worker is late with outlives the answer.
  auto collect = std::make_shared<const Hook>(
      [&page, request](Deadline deadline, Families& out) { return page.collect(request, deadline, out); });
  return answer(request, std::move(collect), page.of_program);
}

awaitable<web::Response> MetricsEndpoint::answer(const web::Request& request, Collect collect,
                                                 bool of_program) {
  Deadline const deadline = scrape_deadline(request.header("X-Prometheus-Scrape-Timeout-Seconds"), flags_);
  Wish const wish{negotiate(request.header("Accept")), accepts_gzip(request.header("Accept-Encoding")),
                  of_program};
  return scrape(std::move(collect), deadline, wish);
}

awaitable<web::Response> MetricsEndpoint::scrape(Collect collect, Deadline deadline, Wish wish) {
  if (flags_.max_requests > 0 && in_flight_.value() >= flags_.max_requests) {
    refused_->add();
    co_return one_line(503,
                       "limit of concurrent requests reached (" + std::to_string(flags_.max_requests) + ")");
  }
  InFlight const counted(in_flight_);
  auto const job = std::make_shared<Job>(std::move(collect), deadline, wish, web_);
  awaitable<void> work = collect_on_worker(job);
  asio::co_spawn(worker_, std::move(work),
                 asio::bind_cancellation_slot(job->interrupt.slot(), [job](const std::exception_ptr&) {}));
  auto collected = co_await job->mailbox->wait(Deadline::at(deadline.when() + before_cancelling));
  bool const late = !collected;
  if (late) {
    asio::post(worker_, [job] { job->interrupt.emit(asio::cancellation_type::terminal); });
    collected = co_await job->mailbox->wait(Deadline::at(deadline.when() + before_giving_up));
  }
  job->observe(duration_);
  if (!collected) {
    refused_->add();
    logging::error("scrape given up: the worker did not finish it in time");
    co_return one_line(503, "the worker did not finish the scrape in time");
  }
  try {
    if (collected->failure && late) throw Timeout("collect");
    if (collected->failure) std::rethrow_exception(collected->failure);
    web::Response response =
        collected->rendered ? std::move(*collected->rendered) : render(std::move(collected->page), wish);
    answered_->add();
    co_return response;
  } catch (const BadRequest& error) {
    scrapes(instruments_, program_, "400").add();
    co_return one_line(400, error.what());
  } catch (const Timeout& error) {
    refused_->add();
    logging::error("scrape timed out", {{"err", error.what()}});
    co_return one_line(503, "the worker did not finish the scrape in time");
  } catch (const std::exception& error) {
    failed_->add();
    logging::error("scrape failed", {{"err", error.what()}});
    co_return one_line(500, "the scrape failed; the log says why");
  }
}

awaitable<void> MetricsEndpoint::collect_on_worker(std::shared_ptr<Job> job) {
  Collected collected;
  try {
    co_await (*job->collect)(job->deadline, collected.page);
    job->observe(duration_);
    if (rendered_by_worker(collected.page)) {
      collected.rendered = render(std::move(collected.page), job->wish);
      collected.page = Families();
    }
  } catch (...) {
    collected.failure = std::current_exception();
  }
  job->mailbox->deliver(std::move(collected));
}

bool MetricsEndpoint::rendered_by_worker(const Families& page) const {
  constexpr std::size_t small = 1000;
  return worker_renders_small_pages_ && page.series() + instruments_.size() <= small;
}

web::Response MetricsEndpoint::render(Families page, const Wish& wish) const {
  if (wish.of_program) {
    add_build_info(program_, page);
    instruments_.collect(page);
    add_process_metrics(page);
  }
  web::Response response;
  response.content_type = content_type(wish.format);
  response.body = Exposition::render(page, wish.format);
  page = Families();  // before the compressed copy is made
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  if (wish.compress) {
    response.body = gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

}  // namespace fleet::app
