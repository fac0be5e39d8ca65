// What a file says of the last backup.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fleet::exporters::postgres {

/// What is known of the last backup. Points in time are Unix seconds.
struct BackupReport {
  std::optional<double> finished;      ///< when the last attempt ended
  std::optional<double> last_success;  ///< when the last one that succeeded ended
  std::optional<bool> succeeded;       ///< the last attempt
  std::optional<double> size_bytes, duration_seconds;
};

/// A source that cannot be taken for a report; `reason` is the label of pg_backup_source_problem.
class BackupProblem : public std::runtime_error {
 public:
  BackupProblem(std::string_view reason, const std::string& what) : std::runtime_error(what), reason_(reason) {}
  std::string_view reason() const { return reason_; }

 private:
  std::string_view reason_;
};

inline constexpr std::string_view kUnreadable = "unreadable", kMalformed = "malformed", kInFuture = "in_future",
                                  kRefused = "refused";
inline constexpr std::string_view kBackupProblems[] = {kUnreadable, kMalformed, kInFuture, kRefused};

/// Where a JSON stamp has what, by field: "finished_at" -> "/0/backup/-1/timestamp/stop". Segments are keys, or
/// positions in a list, of which those below 0 count from its end.
using StampFields = std::map<std::string, std::string, std::less<>>;

/// The fields of a stamp and where each is looked for unless a configuration says otherwise: "/<field>".
inline constexpr std::string_view kStampFields[] = {
    "finished_at", "last_success_at", "result", "failed", "exit_code", "size_bytes", "duration_seconds"};

/// Reads a JSON stamp. Points in time are Unix seconds or texts as in RFC 3339; a result is a boolean, or a
/// word such as `success` or `failed`; an exit code of 0 is a success. One that says of no time at all, or
/// holds something else than expected in a field, throws BackupProblem(kMalformed): a field that is not there
/// is unknown, and a stamp without a result is that of a success, as such stamps are written at the end.
BackupReport parse_stamp(std::string_view json, const StampFields& fields);

/// The word of a result: true for success, ok, succeeded, completed, done, t, true; false for any other.
bool is_success(std::string_view word);

/// Reads the file at `path`, at most 1 MiB. Throws BackupProblem (kUnreadable if it is not there, not a regular
/// file or may not be read).
BackupReport read_stamp_file(const std::string& path, const StampFields& fields);

/// Takes the newest file that matches the pattern (as of a shell) for the last backup: its time of change and
/// its size. Throws BackupProblem(kUnreadable) if there is none.
BackupReport newest_file(const std::string& pattern);

}  // namespace fleet::exporters::postgres
