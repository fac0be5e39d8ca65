#include "exporters/postgres/subject.hpp"

#include "exporters/answer_by.hpp"

namespace fleet::exporters::postgres {

awaitable<void> Subject::collect(Deadline deadline, Families& out) {
  auto const started = Deadline::Clock::now();
  auto const instance = instance_;
  Deadline const share = answer_by(deadline);
  int version = 0;
  try {
    version = co_await instance->version(share);
  } catch (const std::exception&) {
    co_return;  // ServerStatus asks the same session, and reports it.
  }
  try {
    co_await measure(share, version, out);
  } catch (const std::exception& error) {
    // A dead or frozen server fails every statement of the scrape; that is one fact, not one per subject.
    bool const alone = instance->last_answer() >= started;
    if (alone || !connection_lost(error)) throw;
  }
}

}  // namespace fleet::exporters::postgres
