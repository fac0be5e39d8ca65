#include "core/app/metrics_endpoint.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>

#include "core/app/build_info.hpp"
#include "core/app/logging.hpp"
#include "core/app/mailbox.hpp"
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
  std::exception_ptr failure;
};

MetricsEndpoint::MetricsEndpoint(std::string program, CommonFlags flags, asio::io_context& web,
                                 asio::io_context& worker, Collect collect, Instruments& instruments)
    : program_(std::move(program)),
      flags_(std::move(flags)),
      web_(web),
      worker_(worker),
      collect_(std::move(collect)),
      instruments_(instruments),
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
  auto const begin = Deadline::Clock::now();
  auto const mailbox = std::make_shared<Mailbox<Collected>>(web_);
  awaitable<void> work = collect_on_worker(std::move(collect), deadline, mailbox);
  asio::co_spawn(worker_, std::move(work), asio::detached);
  auto collected = co_await mailbox->wait(Deadline::at(deadline.when() + before_giving_up));
  std::chrono::duration<double> const took = Deadline::Clock::now() - begin;
  duration_.observe(took.count());
  if (!collected) {
    refused_->add();
    logging::error("scrape given up: the worker did not finish it in time");
    co_return one_line(503, "the worker did not finish the scrape in time");
  }
  try {
    if (collected->failure) std::rethrow_exception(collected->failure);
    web::Response response = render(std::move(collected->page), wish);
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

awaitable<void> MetricsEndpoint::collect_on_worker(Collect collect, Deadline deadline,
                                                   std::shared_ptr<Mailbox<Collected>> mailbox) {
  Collected collected;
  try {
    std::string const what = "collect";
    Deadline const limit = Deadline::at(deadline.when() + before_cancelling);
    awaitable<void> work = (*collect)(deadline, collected.page);
    co_await before(limit, std::move(work), what);
  } catch (...) {
    collected.failure = std::current_exception();
  }
  mailbox->deliver(std::move(collected));
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
