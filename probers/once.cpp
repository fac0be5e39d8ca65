#include "probers/once.hpp"

#include <boost/asio/redirect_error.hpp>
#include <cstdio>

#include "core/app/exit_status.hpp"

namespace fleet::probers {

namespace {

struct Join {
  explicit Join(const asio::any_io_executor& executor) : all_done(executor) {
    all_done.expires_at(Deadline::Clock::time_point::max());
  }
  std::vector<OnceRow> rows;
  std::size_t open = 0;
  asio::steady_timer all_done;
};

awaitable<void> one(std::shared_ptr<Join> join, ScheduledProbe scheduled, std::size_t row) {
  join->rows[row].result = co_await attempt_once(*scheduled.probe, Deadline::after(scheduled.timeout));
  if (--join->open == 0) join->all_done.cancel();
}

}  // namespace

awaitable<std::vector<OnceRow>> run_once(std::vector<ScheduledProbe> probes) {
  auto const executor = co_await asio::this_coro::executor;
  auto const join = std::make_shared<Join>(executor);
  join->open = probes.size();
  for (auto const& scheduled : probes) join->rows.push_back({scheduled.identity, {}});
  for (std::size_t i = 0; i < probes.size(); ++i)
    asio::co_spawn(executor, one(join, probes[i], i), asio::detached);
  boost::system::error_code ignored;
  if (join->open > 0) co_await join->all_done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return std::move(join->rows);
}

std::string render_table(const std::vector<OnceRow>& rows) {
  std::vector<std::vector<std::string>> cells{{"PROBE", "TARGET", "RESULT", "REASON", "STEP", "MS", "DETAIL"}};
  for (auto const& [identity, result] : rows) {
    char milliseconds[32];
    std::snprintf(milliseconds, sizeof milliseconds, "%.1f",
                  std::chrono::duration<double, std::milli>(result.duration).count());
    bool const good = result.outcome == Outcome::good;
    cells.push_back({identity.probe, identity.target, std::string(to_string(result.outcome)),
                     good ? "-" : std::string(to_string(result.reason)), good ? "-" : result.step, milliseconds,
                     result.detail});
  }
  std::vector<std::size_t> widths(cells[0].size());
  for (auto const& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (auto const& row : cells) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

int exit_status(const std::vector<OnceRow>& rows) {
  auto const any = [&](Outcome outcome) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](auto const& row) { return row.result.outcome == outcome; });
  };
  if (any(Outcome::bad)) return app::exit_missed;
  return any(Outcome::unknown) ? app::exit_unmeasured : app::exit_met;
}

}  // namespace fleet::probers
