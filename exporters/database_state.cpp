#include "exporters/database_state.hpp"

#include <utility>

#include "exporters/answer_by.hpp"

namespace fleet::exporters {

DatabaseState::DatabaseState(std::string prefix, std::shared_ptr<SqlSource> source, LastCheck last_check)
    : prefix_(std::move(prefix)), source_(std::move(source)), last_check_(std::move(last_check)) {}

awaitable<void> DatabaseState::collect(Deadline deadline, Families& out) {
  auto const by = answer_by(deadline);
  bool const up = co_await source_->answers(by);
  auto const last = co_await last_check_(by);
  out.gauge(prefix_ + "_database_up", "Whether the database answered a statement in time (1) or not (0).")
      .add(up ? 1 : 0);
  if (!last) co_return;
  auto const since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(last->time_since_epoch());
  out.gauge(prefix_ + "_last_successful_check_timestamp_seconds",
            "When the register was last read successfully, Unix time.")
      .add(static_cast<double>(since_epoch.count()) / 1000);
}

}  // namespace fleet::exporters
