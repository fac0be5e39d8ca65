// The table that canaries are written to, and the statements on it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/postgres/session.hpp"

namespace fleet::probers {

/// Whose rows: `prober` names the prober's place and stays over restarts, `run` is this probe object's own.
struct CanaryOwner {
  std::string prober;
  std::string run;
};

struct Canary {
  std::int64_t sequence;  ///< rises within a run
  std::string token;      ///< random: no other write is taken for this one
};

/// Ends those of this role's prober sessions that still wait for a synchronous standby to confirm a commit:
/// nothing else does when the client has gone. `backends` are their processes.
awaitable<void> end_waiting_commits(std::shared_ptr<postgres::Session> session, std::vector<int> backends,
                                    Deadline deadline);

/// One row a canary, as canary_table.sql creates it. Statements are single ones, each its own transaction: when
/// write() returns, the server has confirmed the commit by whatever its synchronous_commit means. All throw as
/// postgres::Session::query.
class CanaryTable {
 public:
  /// "table" or "schema.table" of lower-case letters, digits and underscores; throws std::invalid_argument
  /// otherwise.
  explicit CanaryTable(std::string_view name);

  /// Makes the table if it is not there.
  awaitable<void> create(std::shared_ptr<postgres::Session> session, Deadline deadline) const;
  struct Written {
    bool previous_gone;  ///< `previous` was not there just before this write
  };
  awaitable<Written> write(std::shared_ptr<postgres::Session> session, CanaryOwner owner, Canary canary,
                           std::optional<std::int64_t> previous, Deadline deadline) const;
  /// The token of that canary, nullopt if the server does not have it.
  awaitable<std::optional<std::string>> read(std::shared_ptr<postgres::Session> session, CanaryOwner owner,
                                             std::int64_t sequence, Deadline deadline) const;
  /// Which of `sequences` (rising, not empty) are there.
  awaitable<std::vector<std::int64_t>> present(std::shared_ptr<postgres::Session> session, CanaryOwner owner,
                                               std::vector<std::int64_t> sequences, Deadline deadline) const;
  /// Deletes this run's canaries below `oldest`, and those of the prober's other runs that are a week old.
  awaitable<void> clean(std::shared_ptr<postgres::Session> session, CanaryOwner owner, std::int64_t oldest,
                        Deadline deadline) const;

 private:
  std::string quoted_;
};

}  // namespace fleet::probers
