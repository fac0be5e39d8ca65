#include "exporters/postgres/backups.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/app/logging.hpp"
#include "exporters/answer_by.hpp"
#include "exporters/read_only_query.hpp"
#include "exporters/sql_value.hpp"

namespace fleet::exporters::postgres {
namespace {

using fleet::postgres::Rows;

constexpr double kClockTolerance = 60;  // two hosts' clocks differ
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<double> number_of(const Rows& rows, std::string_view column) {
  auto const at = rows.column_or(column, kNone);
  if (at == kNone || rows.is_null(0, at)) return std::nullopt;
  auto const number = sql_number(rows.text(0, at), rows.column_type(at));
  if (!number)
    throw BackupProblem(kMalformed, "column `" + std::string(column) + "` holds no number and no time");
  return number;
}

BackupReport read_report(const Rows& rows) {
  if (rows.size() != 1) {
    throw BackupProblem(kMalformed, "expected one row, got " + std::to_string(rows.size()) +
                                        (rows.size() > 1 ? " or more" : ""));
  }
  if (rows.column_or("last_success", kNone) == kNone) {
    throw BackupProblem(kMalformed, "no column `last_success` in the result");
  }
  BackupReport report;
  report.last_success = number_of(rows, "last_success");
  report.finished = number_of(rows, "finished");
  report.size_bytes = number_of(rows, "size_bytes");
  report.duration_seconds = number_of(rows, "duration_seconds");
  auto const result = rows.column_or("result", kNone);
  if (result != kNone && !rows.is_null(0, result)) {
    auto const number = sql_number(rows.text(0, result), rows.column_type(result));
    report.succeeded = number ? *number != 0 : is_success(rows.text(0, result));
  } else if (report.last_success) {
    report.succeeded = true;
  }
  return report;
}

void refuse_future(const BackupReport& report) {
  double const latest = unix_now() + kClockTolerance;
  if (report.last_success.value_or(0) > latest || report.finished.value_or(0) > latest) {
    throw BackupProblem(kInFuture, "it tells of a backup in the future; is a clock wrong?");
  }
}

class Backup : public Collector {
 public:
  Backup(asio::any_io_executor executor, BackupSource source) : source_(std::move(source)) {
    if (!source_.sql.empty())
      client_ = std::make_shared<fleet::postgres::Client>(std::move(executor), source_.options);
  }
  std::string_view name() const override { return "backups"; }
  std::string_view target() const override { return source_.name; }

  awaitable<void> collect(Deadline deadline, Families& out) override {
    std::string_view reason;
    std::string why;
    BackupReport report;
    try {
      Deadline const by = answer_by(deadline);
      report = co_await look(by);
      refuse_future(report);
    } catch (const BackupProblem& problem) {
      reason = problem.reason();
      why = problem.what();
    } catch (const std::exception& error) {
      reason = kRefused;
      why = reason_of(error);
    }
    note(why);
    if (reason.empty()) {
      if (report.last_success) last_success_ = report.last_success;
      add(report, out);
    }
    add_state(reason, out);
  }

 private:
  awaitable<BackupReport> look(Deadline deadline) {
    if (!source_.stamp.empty()) co_return read_stamp_file(source_.stamp, source_.fields);
    if (!source_.files.empty()) co_return newest_file(source_.files);
    ReadOnlyQuery query;
    query.sql = source_.sql;
    query.timeout = source_.options.statement_timeout;
    query.max_rows = 1;
    std::string what = "answer from postgres at " + source_.options.server();
    ReadOnlyAnswer answer;
    awaitable<void> asking = ask(client_, std::move(query), answer);
    co_await before(deadline, std::move(asking), std::move(what));
    co_return read_report(answer.rows);
  }

  static awaitable<void> ask(std::shared_ptr<fleet::postgres::Client> client, ReadOnlyQuery query,
                             ReadOnlyAnswer& answer) {
    answer = co_await ask_read_only(std::move(client), std::move(query));
  }

  void note(const std::string& why) {
    if (why == noted_) return;
    noted_ = why;
    if (why.empty()) {
      logging::info("backup source recovered", {{"backup", source_.name}});
    } else {
      logging::warn("backup source failed",
                    {{"backup", source_.name}, {"file", source_.stamp + source_.files}, {"err", why}});
    }
  }

  void add(const BackupReport& report, Families& out) const {
    auto const gauge = [&](std::string_view metric, std::string_view help, std::optional<double> value) {
      if (value) out.gauge(metric, help).add({{"backup", source_.name}}, *value);
    };
    std::optional<double> result;
    if (report.succeeded) result = *report.succeeded ? 1 : 0;
    gauge("pg_backup_last_result", "Whether the last attempt at a backup succeeded (1) or failed (0).", result);
    gauge("pg_backup_last_attempt_timestamp_seconds", "When the last attempt at a backup ended, Unix time.",
          report.finished);
    gauge("pg_backup_last_size_bytes", "Size of the last backup.", report.size_bytes);
    gauge("pg_backup_last_duration_seconds", "How long the last backup took.", report.duration_seconds);
  }

  void add_state(std::string_view reason, Families& out) const {
    std::string_view const name = source_.name;
    if (last_success_) {
      out.gauge("pg_backup_last_success_timestamp_seconds", "When a backup last succeeded, Unix time.")
          .add({{"backup", name}}, *last_success_);
      out.gauge("pg_backup_last_success_age_seconds", "How long ago a backup last succeeded.")
          .add({{"backup", name}}, std::max(0.0, unix_now() - *last_success_));
    }
    out.gauge("pg_backup_source_up", "Whether what tells of the backup could be read and made sense.")
        .add({{"backup", name}}, reason.empty());
    Family& problems = out.gauge("pg_backup_source_problem", "What is wrong with what tells of the backup.");
    for (auto const problem : kBackupProblems) {
      problems.add({{"backup", name}, {"reason", problem}}, problem == reason);
    }
  }

  BackupSource source_;
  std::shared_ptr<fleet::postgres::Client> client_;
  std::optional<double> last_success_;
  std::string noted_;
};

}  // namespace

std::vector<std::unique_ptr<Collector>> make_backup_collectors(asio::any_io_executor executor,
                                                               const std::vector<BackupSource>& sources) {
  std::vector<std::unique_ptr<Collector>> collectors;
  for (auto const& source : sources) collectors.push_back(std::make_unique<Backup>(executor, source));
  return collectors;
}

}  // namespace fleet::exporters::postgres
