#include "probers/self_canary.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/asio/detached.hpp>

#include "core/app/logging.hpp"
#include "core/io/seconds.hpp"

namespace fleet::probers {

namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto turn_interval = 50ms;
/// Longer than any attempt: stalls further back matter to nobody.
constexpr auto memory = 10min;

const std::vector<double>& turn_bounds() {
  static const std::vector<double> bounds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};
  return bounds;
}

}  // namespace

struct SelfCanary::State {
  State(asio::any_io_executor where, Instruments& instruments, const std::string& worker)
      : executor(std::move(where)),
        timer(executor),
        near(executor),
        far(executor),
        stalls(instruments.counter("slo_prober_stalls_total", "Times that this prober itself did not get to run.",
                                   {{"worker", worker}})),
        stalled_seconds(instruments.counter("slo_prober_stall_seconds_total",
                                            "How long this prober itself did not get to run.",
                                            {{"worker", worker}})),
        turns(instruments.histogram("slo_prober_turn_seconds",
                                    "Lateness and loopback round trip of the prober's canary of itself.",
                                    turn_bounds(), {{"worker", worker}})) {}

  void connect() {
    tcp::acceptor acceptor(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    near.connect(acceptor.local_endpoint());
    far = acceptor.accept();
    near.set_option(tcp::no_delay(true));
    far.set_option(tcp::no_delay(true));
  }

  void book(Clock::time_point due, Clock::time_point now) {
    auto const took = now - due;
    turns.observe(seconds(took));
    if (took < stall_threshold) return;
    stalls.add();
    stalled_seconds.add(seconds(took));
    recent.emplace_back(due, now);
    while (recent.front().second < now - memory) recent.pop_front();
    logging::warn("the prober was starved", {{"seconds", std::to_string(seconds(took))}});
  }

  asio::any_io_executor executor;
  asio::steady_timer timer;
  tcp::socket near, far;
  Counter& stalls;
  Counter& stalled_seconds;
  Histogram& turns;
  std::deque<std::pair<Clock::time_point, Clock::time_point>> recent;  // stalls: begin, end
  Clock::time_point turn_due = Clock::time_point::max();
  bool stopped = false;
};

SelfCanary::SelfCanary(asio::any_io_executor executor, Instruments& instruments, const std::string& worker)
    : state_(std::make_shared<State>(std::move(executor), instruments, worker)) {}

SelfCanary::~SelfCanary() { stop(); }

void SelfCanary::start() {
  state_->connect();
  asio::co_spawn(state_->executor, run(state_), asio::detached);
}

void SelfCanary::stop() {
  state_->stopped = true;
  state_->timer.cancel();
  boost::system::error_code ignored;
  state_->near.close(ignored);
  state_->far.close(ignored);
}

awaitable<void> SelfCanary::run(std::shared_ptr<State> state) {
  char byte = 'x';
  while (!state->stopped) {
    state->turn_due = Clock::now() + turn_interval;
    state->timer.expires_at(state->turn_due);
    boost::system::error_code ec;
    co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (state->stopped) co_return;
    auto const out = asio::buffer(&byte, 1);
    co_await asio::async_write(state->near, out, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) co_await asio::async_read(state->far, out, asio::redirect_error(asio::use_awaitable, ec));
    if (state->stopped) co_return;
    state->book(state->turn_due, Clock::now());
    if (!ec) continue;
    logging::error("the prober's own loopback connection broke", {{"detail", ec.message()}});
    co_return;
  }
}

std::chrono::nanoseconds SelfCanary::worst_since(Clock::time_point begin, Clock::time_point now) const {
  std::chrono::nanoseconds worst{0};
  auto const& recent = state_->recent;
  for (auto stall = recent.rbegin(); stall != recent.rend() && stall->second > begin; ++stall)
    worst = std::max(worst, std::min(stall->second, now) - std::max(stall->first, begin));
  // A turn that is still to come is overdue if this thread has just woken from a stall.
  if (now > state_->turn_due && now - state_->turn_due >= stall_threshold)
    worst = std::max(worst, now - std::max(state_->turn_due, begin));
  return worst;
}

bool depends_on_time(Reason reason) {
  switch (reason) {
    case Reason::timeout:
    case Reason::slow:
    case Reason::reset:
    case Reason::loss:
    case Reason::canary_late:
    case Reason::a2a_stream:
    case Reason::redis_replication:
      return true;
    default:
      return false;
  }
}

bool judge_starvation(ProbeResult& result, std::chrono::nanoseconds stall, std::chrono::nanoseconds timeout) {
  if (stall <= stall.zero()) return false;
  if (result.outcome == Outcome::bad && depends_on_time(result.reason) && stall * 10 >= timeout) {
    result.outcome = Outcome::unknown;
    result.reason = Reason::starved;
    result.detail = "the prober itself was starved for " + std::to_string(stall / 1ms) + " ms; it saw: " + result.detail;
  }
  return true;
}

}  // namespace fleet::probers
