// Every probe once, as a table: what the operator sees is what the alert saw.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string>
#include <vector>

#include "probers/schedule.hpp"

namespace fleet::probers {

struct OnceRow {
  Identity identity;
  ProbeResult result;
};

/// Attempts every probe at once, by the same attempt_once() as the daemon; rows in the order of `probes`.
awaitable<std::vector<OnceRow>> run_once(std::vector<ScheduledProbe> probes);
/// A table for people, one line a row, columns aligned.
std::string render_table(const std::vector<OnceRow>& rows);
/// 0 all good, 1 if any was bad, else 3 if any is unknown.
int exit_status(const std::vector<OnceRow>& rows);

}  // namespace fleet::probers
