#include "exporters/target_endpoint.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>

#include "core/app/logging.hpp"
#include "core/app/mailbox.hpp"
#include "core/metrics/exposition.hpp"

namespace fleet::exporters {
namespace {

// As long as /metrics waits: then the work is cancelled, and last its answer is given up.
constexpr std::chrono::milliseconds before_cancelling{150}, before_giving_up{300};

struct Collected {
  Families page;
  std::exception_ptr failure;
};
using Mailbox = app::Mailbox<Collected>;

web::Response one_line(int status, std::string text) {
  web::Response response;
  response.status = status;
  response.body = std::move(text) + "\n";
  return response;
}

awaitable<void> collect_on_worker(std::shared_ptr<const CollectTarget> collect, TargetQuery query,
                                  Deadline deadline, std::shared_ptr<Mailbox> mailbox) {
  Collected collected;
  try {
    std::string const what = "collect";
    awaitable<void> work = (*collect)(std::move(query), deadline, collected.page);
    co_await before(Deadline::at(deadline.when() + before_cancelling), std::move(work), what);
  } catch (...) {
    collected.failure = std::current_exception();
  }
  mailbox->deliver(std::move(collected));
}

/// Counts what is under way; web thread.
class UnderWay {
 public:
  explicit UnderWay(unsigned& count) : count_(count) { ++count_; }
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;

 private:
  unsigned& count_;
};

}  // namespace

std::string_view TargetQuery::value(std::string_view name) const {
  for (auto const& [key, text] : parameters_) {
    if (key == name) return text;
  }
  return {};
}

struct TargetEndpoint::State {
  static awaitable<web::Response> answer(std::shared_ptr<State> state, TargetQuery query, Deadline deadline,
                                         Format format, bool compress);
  web::Response respond(Collected collected, Format format, bool compress) const;
  web::Response counted(web::Response response) const;

  std::string program;
  app::CommonFlags flags;
  asio::io_context& worker;
  Instruments& instruments;
  std::shared_ptr<const CollectTarget> collect;
  unsigned under_way = 0;
};

TargetEndpoint::TargetEndpoint(std::string program, app::CommonFlags flags, app::Daemon& daemon,
                               CollectTarget collect)
    : state_(std::make_shared<State>(State{std::move(program), std::move(flags), daemon.worker(),
                                           daemon.instruments(),
                                           std::make_shared<const CollectTarget>(std::move(collect))})) {}

TargetEndpoint::~TargetEndpoint() = default;

void TargetEndpoint::add_route(web::Server& server, const std::string& path) const {
  server.route("GET", path, [state = state_](const web::Request& request) {
    auto const deadline =
        app::scrape_deadline(request.header("X-Prometheus-Scrape-Timeout-Seconds"), state->flags);
    return State::answer(state, TargetQuery(request.query), deadline, negotiate(request.header("Accept")),
                         accepts_gzip(request.header("Accept-Encoding")));
  });
}

awaitable<web::Response> TargetEndpoint::State::answer(std::shared_ptr<State> state, TargetQuery query,
                                                       Deadline deadline, Format format, bool compress) {
  if (state->flags.max_requests > 0 && state->under_way >= state->flags.max_requests) {
    co_return state->counted(one_line(
        503, "limit of concurrent requests reached (" + std::to_string(state->flags.max_requests) + ")"));
  }
  UnderWay const one_more(state->under_way);
  auto const executor = co_await asio::this_coro::executor;
  auto& web = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
  auto const mailbox = std::make_shared<Mailbox>(web);
  awaitable<void> work = collect_on_worker(state->collect, std::move(query), deadline, mailbox);
  asio::co_spawn(state->worker, std::move(work), asio::detached);
  auto collected = co_await mailbox->wait(Deadline::at(deadline.when() + before_giving_up));
  if (!collected) {
    logging::error("page of a target given up: the worker did not finish it in time");
    co_return state->counted(one_line(503, "the worker did not finish the page in time"));
  }
  co_return state->counted(state->respond(std::move(*collected), format, compress));
}

web::Response TargetEndpoint::State::respond(Collected collected, Format format, bool compress) const {
  try {
    if (collected.failure) std::rethrow_exception(collected.failure);
  } catch (const BadTarget& error) {
    return one_line(400, error.what());
  } catch (const Timeout& error) {
    logging::error("page of a target timed out", {{"err", error.what()}});
    return one_line(503, "the worker did not finish the page in time");
  } catch (const std::exception& error) {
    logging::error("page of a target failed", {{"err", error.what()}});
    return one_line(500, "the page failed; the log says why");
  }
  web::Response response;
  response.content_type = content_type(format);
  response.body = Exposition::render(collected.page, format);
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  if (compress) {
    response.body = gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

web::Response TargetEndpoint::State::counted(web::Response response) const {
  instruments
      .counter(program + "_target_requests_total", "Answers to requests for a target's page by HTTP status.",
               {{"code", std::to_string(response.status)}})
      .add();
  return response;
}

}  // namespace fleet::exporters
