#include "exporters/custom_queries.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/app/logging.hpp"
#include "exporters/answer_by.hpp"
#include "exporters/custom_job.hpp"
#include "exporters/read_only_query.hpp"

namespace fleet::exporters {

namespace {

using Job = CustomJob;
using Clock = Deadline::Clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kLanes = 2;  // connections to one database
constexpr std::size_t kMostDatabases = 100;
constexpr seconds kDatabasesInterval{60};

constexpr const char* kDatabasesSql =
    "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate "
    "AND has_database_privilege(oid, 'CONNECT') ORDER BY datname";

/// One database: its connections, and who waits for them.
struct Place {
  postgres::Options options;
  std::vector<std::shared_ptr<postgres::Client>> lanes;
  std::vector<bool> busy;
  std::deque<std::shared_ptr<Job>> queue;
  bool reachable = true;
};

}  // namespace

struct CustomQueries::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::any_io_executor loop, CustomTarget wanted, std::shared_ptr<const CustomSql> queries)
      : executor(std::move(loop)),
        target(std::move(wanted)),
        sql(std::move(queries)),
        changed(executor, Clock::time_point::max()) {}

  // The databases of the server, asked anew now and then; those of the last time if that fails.
  static awaitable<void> find_databases(std::shared_ptr<Impl> self, Deadline deadline) {
    auto const now = Clock::now();
    bool const wanted = std::any_of(self->sql->queries.begin(), self->sql->queries.end(),
                                    [](auto const& query) { return query.databases.pattern != nullptr; });
    if (!wanted || now < self->databases_due) co_return;
    self->databases_due = now + kDatabasesInterval;
    if (!self->catalogue)
      self->catalogue = std::make_shared<postgres::Client>(self->executor, self->target.options);
    try {
      std::string statement = kDatabasesSql;
      auto const rows = co_await self->catalogue->query(std::move(statement), deadline);
      self->databases.clear();
      for (std::size_t row = 0; row < std::min(rows.size(), kMostDatabases); ++row) {
        self->databases.emplace_back(rows.text(row, 0));
      }
      self->note_reachable(self->catalogue_answers, "", true, "");
    } catch (const std::exception& error) {
      self->databases_due = now;
      self->note_reachable(self->catalogue_answers, "", false, reason_of(error));
    }
  }

  void add_job(const CustomQuery& query, const std::string& database, std::vector<std::shared_ptr<Job>>& kept) {
    for (auto const& job : jobs) {
      if (job->query == &query && job->database == database) {
        kept.push_back(job);
        return;
      }
    }
    auto job = std::make_shared<Job>();
    job->query = &query;
    job->database = database;
    kept.push_back(std::move(job));
  }

  // One for each query and each of its databases; those of databases that are gone go.
  void make_jobs() {
    std::vector<std::shared_ptr<Job>> kept;
    for (auto const& query : sql->queries) {
      if (query.databases.own()) add_job(query, "", kept);
      for (auto const& name : query.databases.names) add_job(query, name, kept);
      if (!query.databases.pattern) continue;
      for (auto const& name : databases) {
        if (re2::RE2::FullMatch(name, *query.databases.pattern)) add_job(query, name, kept);
      }
    }
    jobs = std::move(kept);
    std::erase_if(places, [&](auto const& entry) {
      return std::none_of(jobs.begin(), jobs.end(),
                          [&](auto const& job) { return job->database == entry.first; });
    });
  }

  std::shared_ptr<Place> place_of(const std::string& database) {
    auto& place = places[database];
    if (!place) {
      place = std::make_shared<Place>();
      place->options = target.options;
      if (!database.empty()) place->options.database = database;
    }
    return place;
  }

  void start_due() {
    auto const now = Clock::now();
    std::vector<std::shared_ptr<Job>> due;
    for (auto const& job : jobs) {
      if (!job->pending && now >= job->due) due.push_back(job);
    }
    // The quick ones first, so that a slow one keeps nobody waiting.
    std::stable_sort(due.begin(), due.end(),
                     [](auto const& a, auto const& b) { return a->seconds < b->seconds; });
    for (auto const& job : due) {
      job->pending = true;
      job->given_up = false;
      place_of(job->database)->queue.push_back(job);
    }
    for (auto const& [database, place] : places) {
      auto const at_work = static_cast<std::size_t>(std::count(place->busy.begin(), place->busy.end(), true));
      auto const wanted = std::min(kLanes, at_work + place->queue.size());
      while (place->lanes.size() < wanted) {
        place->lanes.push_back(std::make_shared<postgres::Client>(executor, place->options));
        place->busy.push_back(false);
      }
      for (std::size_t lane = 0; lane < place->lanes.size(); ++lane) {
        if (place->busy[lane]) continue;
        place->busy[lane] = true;
        asio::co_spawn(executor, work(shared_from_this(), place, lane), asio::detached);
      }
    }
  }

  // Asks what waits for the database, one after another, until nothing does.
  static awaitable<void> work(std::shared_ptr<Impl> self, std::shared_ptr<Place> place, std::size_t lane) {
    while (!self->stopped && !place->queue.empty()) {
      auto const job = place->queue.front();
      place->queue.pop_front();
      auto const lost = co_await ask(self, place->lanes[lane], job);
      if (lost.empty()) {
        self->note_reachable(place->reachable, job->database, true, "");
      } else {
        self->note_reachable(place->reachable, job->database, false, lost);
        // Whoever else waits for this server would only wait for its timeout too.
        for (auto const& other : std::exchange(place->queue, {})) other->end_unreachable(lost);
      }
      self->changed.cancel();
    }
    place->busy[lane] = false;
  }

  milliseconds timeout_of(const Job& job) const {
    return job.query->timeout.value_or(target.options.statement_timeout);
  }

  // Returns why the server could not be asked; "" if it could.
  static awaitable<std::string> ask(std::shared_ptr<Impl> self, std::shared_ptr<postgres::Client> client,
                                    std::shared_ptr<Job> job) {
    auto const begin = Clock::now();
    std::string lost;
    try {
      ReadOnlyQuery query;
      query.sql = job->query->sql;
      query.timeout = self->timeout_of(*job);
      query.max_rows = job->query->max_rows;
      auto const session =
          co_await client->session(Deadline::after(self->target.options.connect_timeout + milliseconds(100)));
      if (!job->query->versions.contains(session->server_version())) {
        job->end_other_version();
        co_return lost;
      }
      auto const answer = co_await ask_read_only(client, query);
      auto result = read_custom_result(*job->query, answer.rows, answer.server_version, self->sql->metrics);
      job->end_answered(std::move(result), begin);
    } catch (const std::exception& error) {
      if (postgres::connection_lost(error)) {
        lost = reason_of(error);
        job->end_unreachable(lost);
      } else {
        job->end_refused(failure_of(error, self->timeout_of(*job)), begin);
      }
    }
    co_return lost;
  }

  void note_reachable(bool& known, const std::string& database, bool reachable, const std::string& why) {
    if (known == reachable) return;
    known = reachable;
    auto const server = target.options.server();
    if (reachable) {
      logging::info("custom queries are answered again", {{"server", server}, {"database", database}});
    } else {
      logging::warn("custom queries are not answered",
                    {{"server", server}, {"database", database}, {"err", why}});
    }
  }

  static awaitable<void> idle(std::shared_ptr<Impl> self, Deadline deadline) {
    auto const busy = [&] {
      return std::any_of(self->jobs.begin(), self->jobs.end(),
                         [](auto const& job) { return job->pending && !job->given_up; });
    };
    boost::system::error_code ignored;
    while (busy() && !deadline.expired())
      co_await self->changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  // The job's metrics that another collector has: for whoever switches, told once; else a failure.
  std::string clash_of(const Job& job, const MetricNames& taken) {
    std::string clash;
    for (auto const& column : job.query->columns) {
      if (!taken.contains(column.metric) || column.metric.empty()) continue;
      if (!clash.empty()) return clash + " and more";
      clash = column.metric;
    }
    return clash;
  }

  void add(Job& job, const MetricNames& taken, Families& out) {
    std::vector<Label> fixed;
    if (!job.database.empty()) fixed.emplace_back("datname", job.database);
    if (!target.server.empty()) fixed.emplace_back("server", target.server);
    auto failure = job.failure;
    if (job.answer) add_custom_result(*job.answer, fixed, taken, out);
    if (!job.ended) failure = "no answer yet; it is still being asked";
    auto const clash = clash_of(job, taken_names);
    if (!clash.empty() && !job.query->lenient && failure.empty()) {
      failure = "`" + clash + "` is a metric that the exporter has itself; choose another name";
    } else if (!clash.empty() && job.query->lenient && told.insert(job.query->name).second) {
      logging::info(
          "custom query gives way",
          {{"query", job.query->name}, {"metric", clash}, {"reason", "the exporter has this metric itself"}});
    }
    job.log_failure(failure, target.server);
    job.add_state(target.exporter + "_custom_query_", failure, fixed, out);
  }

  asio::any_io_executor executor;
  CustomTarget target;
  std::shared_ptr<const CustomSql> sql;
  asio::steady_timer changed;  // cancelled whenever a job ends
  std::vector<std::shared_ptr<Job>> jobs;
  std::map<std::string, std::shared_ptr<Place>, std::less<>> places;
  std::shared_ptr<postgres::Client> catalogue;  // asked for the databases
  bool catalogue_answers = true;
  std::vector<std::string> databases;
  Clock::time_point databases_due{};
  MetricNames taken_names;  // of ours, by other collectors: remembered, as those may be absent for a while
  std::set<std::string> told;
  bool stopped = false;
};

CustomQueries::CustomQueries(asio::any_io_executor executor, CustomTarget target,
                             std::shared_ptr<const CustomSql> sql)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(target), std::move(sql))) {}

CustomQueries::~CustomQueries() { impl_->stopped = true; }

std::string_view CustomQueries::target() const { return impl_->target.server; }

awaitable<void> CustomQueries::collect(Deadline deadline, Families&) {
  auto const impl = impl_;
  auto const by = answer_by(deadline);
  co_await Impl::find_databases(impl, by);
  impl->make_jobs();
  impl->start_due();
  std::string what = "custom queries";
  try {
    co_await before(by, Impl::idle(impl, by), what);
  } catch (const Timeout&) {  // what is not answered yet is shown when it is
  }
  for (auto const& job : impl->jobs) job->given_up = job->pending;
}

void CustomQueries::settle(const MetricNames& taken, Families& out) {
  for (auto const& name : taken) {
    if (impl_->sql->metrics.contains(name)) impl_->taken_names.insert(name);
  }
  MetricNames all = taken;
  all.insert(impl_->taken_names.begin(), impl_->taken_names.end());
  for (auto const& job : impl_->jobs) {
    if (!job->other_version) impl_->add(*job, all, out);
  }
}

}  // namespace fleet::exporters
