// One custom query in one database.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/metrics/families.hpp"
#include "exporters/custom_result.hpp"
#include "exporters/custom_sql.hpp"

namespace fleet::exporters {

/// When it is due, how its last asking ended, and what it shows until it is asked again.
struct CustomJob {
  using Clock = Deadline::Clock;

  const CustomQuery* query;
  std::string database;  ///< the `datname` label; "" where it is the connection's own
  Clock::time_point due{};
  bool pending = false;        ///< waits for a connection or for its answer
  bool given_up = false;       ///< a scrape has already waited for it in vain
  bool ended = false;          ///< has been asked at least once
  bool other_version = false;  ///< is not meant for this server
  bool unreachable = false;    ///< the server did not answer
  double seconds = 0;          ///< that it took
  std::string failure;         ///< "" for none
  std::optional<CustomResult> answer;
  Clock::time_point taken{};

  /// The four ways in which asking ends. A failure is tried again after its interval, but at most 30 s later.
  void end_answered(CustomResult result, Clock::time_point begin);
  void end_refused(std::string why, Clock::time_point begin);
  void end_unreachable(std::string why);
  void end_other_version();

  /// One log line when `now` begins, changes or ends; none for a server that does not answer, which is told
  /// once for all of its queries.
  void log_failure(const std::string& now, const std::string& server);
  /// Adds `<prefix>success` and what else is known, with these labels and `query`.
  void add_state(const std::string& prefix, const std::string& now, std::vector<Label> labels,
                 Families& out) const;

 private:
  void end(std::string why);
  std::string logged_;
};

/// What to say of a query that the server refused, or whose rows made no sense. Quotes no value.
std::string failure_of(const std::exception& error, std::chrono::milliseconds timeout);

}  // namespace fleet::exporters
