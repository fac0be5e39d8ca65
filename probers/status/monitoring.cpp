#include "probers/status/monitoring.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/app/logging.hpp"
#include "probers/status/alertmanager_api.hpp"
#include "probers/status/history.hpp"

namespace fleet::probers::status {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::sys_seconds;

constexpr milliseconds objectives_interval = 5s, history_interval = 60s;
// A Prometheus that has just begun knows more each second.
constexpr milliseconds first_history_interval = 5s;
constexpr int first_rounds = 6;
constexpr milliseconds before_asking_again = 2s;
constexpr int history_patience = 10;  // questions over weeks take longer
constexpr std::int64_t days_interval = 3600;
constexpr std::int64_t burn_down_spans[] = {30 * day_seconds, 21600, 900}, burn_down_points = 120;
constexpr std::size_t enough_points = 12;

sys_seconds now_seconds() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }
std::int64_t unix_now() { return now_seconds().time_since_epoch().count(); }

/// The body of a 200. Prometheus says in its JSON what it dislikes of a query, with 400, 422 or 503.
awaitable<std::string> ask(http::Client& client, http::Request request, milliseconds patience) {
  auto response = co_await client.send(std::move(request), Deadline::after(patience));
  bool const speaks = response.status == 200 || response.status == 400 || response.status == 422;
  if (!speaks) throw BadAnswer("the answer has status " + std::to_string(response.status));
  co_return std::move(response.body);
}

}  // namespace

struct Monitoring::State : std::enable_shared_from_this<Monitoring::State> {
  State(const asio::any_io_executor& where, std::shared_ptr<const StatusConfig> what, Changed listener)
      : config(std::move(what)),
        changed(std::move(listener)),
        executor(where),
        alerts_timer(where),
        objectives_timer(where),
        history_timer(where) {}

  void start();
  void begin(Source& source, const HttpServer& server) const;
  void answered(Source& source, const char* name);
  void failed(Source& source, const char* name, const std::string& why);
  /// Takes the new value; returns whether it is another.
  template <class T>
  static bool replace(T& place, T value) {
    bool const other = !(place == value);
    place = std::move(value);
    return other;
  }

  static awaitable<void> pause(asio::steady_timer& timer, milliseconds length);
  static awaitable<void> watch_alerts(std::shared_ptr<State> self);
  static awaitable<void> watch_objectives(std::shared_ptr<State> self);
  static awaitable<void> watch_history(std::shared_ptr<State> self);
  static awaitable<void> ask_alerts(std::shared_ptr<State> self, http::Client& client);
  static awaitable<void> ask_objectives(std::shared_ptr<State> self, http::Client& client);
  static awaitable<void> ask_burn_down(std::shared_ptr<State> self, http::Client& client);
  static awaitable<void> ask_days(std::shared_ptr<State> self, http::Client& client, bool whole);
  static awaitable<void> ask_incidents(std::shared_ptr<State> self, http::Client& client);
  static awaitable<std::vector<Series>> ask_range(std::shared_ptr<State> self, http::Client& client,
                                                  std::string expression, std::int64_t from, std::int64_t to,
                                                  std::int64_t step);
  static awaitable<std::vector<Series>> ask_now(std::shared_ptr<State> self, http::Client& client,
                                                std::string expression);

  std::shared_ptr<const StatusConfig> config;
  Changed changed;
  asio::any_io_executor executor;
  asio::steady_timer alerts_timer, objectives_timer, history_timer;
  Findings findings;
  std::int64_t days_asked = 0;
  bool stopped = false;
};

void Monitoring::State::begin(Source& source, const HttpServer& server) const {
  source.kind = Source::Kind::waiting;
  source.where = server.shown();
  source.since = now_seconds();
}

void Monitoring::State::start() {
  if (config->alertmanager) {
    begin(findings.alertmanager, *config->alertmanager);
    asio::co_spawn(executor, watch_alerts(shared_from_this()), asio::detached);
  }
  if (config->prometheus) {
    begin(findings.prometheus, *config->prometheus);
    asio::co_spawn(executor, watch_objectives(shared_from_this()), asio::detached);
    asio::co_spawn(executor, watch_history(shared_from_this()), asio::detached);
  }
}

void Monitoring::State::answered(Source& source, const char* name) {
  source.last_answer = now_seconds();
  if (source.kind == Source::Kind::answering) return;
  if (source.kind == Source::Kind::failing)
    logging::info("it answers the status page again", {{"source", name}});
  source.kind = Source::Kind::answering;
  source.why.clear();
  source.since = now_seconds();
  changed(Change::news);
}

void Monitoring::State::failed(Source& source, const char* name, const std::string& why) {
  if (source.kind == Source::Kind::failing && source.why == why) return;
  bool const first = source.kind != Source::Kind::failing;
  if (first) {
    source.since = now_seconds();
    logging::warn("it does not answer the status page", {{"source", name}, {"detail", why}});
  }
  source.kind = Source::Kind::failing;
  source.why = why;
  changed(first ? Change::news : Change::minor);
}

awaitable<void> Monitoring::State::pause(asio::steady_timer& timer, milliseconds length) {
  timer.expires_after(length);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

awaitable<void> Monitoring::State::ask_alerts(std::shared_ptr<State> self, http::Client& client) {
  auto const& server = *self->config->alertmanager;
  auto alerts_request = get_request(server, "/api/v2/alerts");
  auto const alerts = co_await ask(client, std::move(alerts_request), self->config->timeout);
  auto silences_request = get_request(server, "/api/v2/silences");
  auto const silences = co_await ask(client, std::move(silences_request), self->config->timeout);
  auto& findings = self->findings;
  bool const news = replace(findings.alerts, read_alerts(alerts));
  bool const more_news = replace(findings.silences, read_silences(silences));
  if (news) note_beginnings(findings, *self->config);
  self->answered(findings.alertmanager, "alertmanager");
  if (news || more_news) self->changed(Change::news);
}

awaitable<void> Monitoring::State::watch_alerts(std::shared_ptr<State> self) {
  http::Client client(self->config->alertmanager->client);
  while (!self->stopped) {
    try {
      awaitable<void> work = ask_alerts(self, client);
      co_await std::move(work);
    } catch (const std::exception& error) {
      if (!self->stopped) self->failed(self->findings.alertmanager, "alertmanager", error.what());
    }
    if (!self->stopped) co_await pause(self->alerts_timer, self->config->refresh);
  }
}

awaitable<std::vector<Series>> Monitoring::State::ask_now(std::shared_ptr<State> self, http::Client& client,
                                                          std::string expression) {
  auto request = instant_query(*self->config->prometheus, expression);
  auto const body = co_await ask(client, std::move(request), self->config->timeout);
  co_return read_series(body);
}

awaitable<std::vector<Series>> Monitoring::State::ask_range(std::shared_ptr<State> self, http::Client& client,
                                                            std::string expression, std::int64_t from,
                                                            std::int64_t to, std::int64_t step) {
  auto request = range_query(*self->config->prometheus, expression, from, to, step);
  auto const body = co_await ask(client, std::move(request), history_patience * self->config->timeout);
  co_return read_series(body);
}

awaitable<void> Monitoring::State::ask_objectives(std::shared_ptr<State> self, http::Client& client) {
  auto const expression = objectives_query();
  auto const answer = co_await ask_now(self, client, expression);
  auto& findings = self->findings;
  bool const news = replace(findings.objectives, objectives_of(answer, findings.objectives));
  self->answered(findings.prometheus, "prometheus");
  if (news) self->changed(Change::minor);
}

awaitable<void> Monitoring::State::watch_objectives(std::shared_ptr<State> self) {
  http::Client client(self->config->prometheus->client);
  while (!self->stopped) {
    auto length = objectives_interval;
    try {
      awaitable<void> work = ask_objectives(self, client);
      co_await std::move(work);
    } catch (const std::exception& error) {
      length = before_asking_again;
      if (!self->stopped) self->failed(self->findings.prometheus, "prometheus", error.what());
    }
    if (!self->stopped) co_await pause(self->objectives_timer, length);
  }
}

// A Prometheus that began an hour ago has one point of a month: its curve is drawn over the last hours, or
// minutes.
awaitable<void> Monitoring::State::ask_burn_down(std::shared_ptr<State> self, http::Client& client) {
  for (auto const span : burn_down_spans) {
    auto const to = unix_now();
    std::string const expression = "slo:period_error_budget_remaining:ratio";
    auto const answer = co_await ask_range(self, client, expression, to - span, to, span / burn_down_points);
    set_burn_down(self->findings.objectives, answer);
    for (auto const& series : answer)
      if (series.samples.size() >= enough_points) co_return;
  }
}

awaitable<void> Monitoring::State::ask_days(std::shared_ptr<State> self, http::Client& client, bool whole) {
  auto const offset = self->config->utc_offset;
  for (auto const& service : self->config->services) {
    auto const expression = day_query(service);
    if (expression.empty()) continue;
    auto const now = unix_now(), midnight = last_midnight(now, offset);
    Days days = self->findings.days[service.name];
    if (whole) {
      auto const from = midnight - (shown_days - 2) * day_seconds;
      auto const answer = co_await ask_range(self, client, expression, from, midnight, day_seconds);
      add_days(days, answer, offset);
    }
    auto const today = co_await ask_range(self, client, expression, now, now, 1);
    add_today(days, today, now, offset);
    self->findings.days[service.name] = std::move(days);
  }
}

awaitable<void> Monitoring::State::ask_incidents(std::shared_ptr<State> self, http::Client& client) {
  // At whole steps, so that an incident's beginning stays where it was told.
  auto const to = unix_now() / incident_step * incident_step;
  auto const expression = incidents_query(self->config->incidents);
  auto const answer =
      co_await ask_range(self, client, expression, to - incident_days * day_seconds, to, incident_step);
  self->findings.incidents = incidents_of(answer, *self->config, to);
}

awaitable<void> Monitoring::State::watch_history(std::shared_ptr<State> self) {
  http::Client client(self->config->prometheus->client);
  int round = 0;
  while (!self->stopped) {
    auto length = before_asking_again;
    if (self->findings.prometheus.kind != Source::Kind::answering) round = 0;
    if (self->findings.prometheus.kind == Source::Kind::answering) {
      try {
        bool const whole = unix_now() - self->days_asked >= days_interval;
        awaitable<void> burn_down = ask_burn_down(self, client);
        co_await std::move(burn_down);
        awaitable<void> incidents = ask_incidents(self, client);
        co_await std::move(incidents);
        awaitable<void> days = ask_days(self, client, whole);
        co_await std::move(days);
        if (whole) self->days_asked = unix_now();
        length = ++round < first_rounds ? first_history_interval : history_interval;
        if (!self->stopped) self->changed(Change::minor);
      } catch (const std::exception& error) {
        logging::debug("the status page's history cannot be asked for", {{"detail", error.what()}});
      }
    }
    if (!self->stopped) co_await pause(self->history_timer, length);
  }
}

Monitoring::Monitoring(asio::any_io_executor executor, std::shared_ptr<const StatusConfig> config,
                       Changed changed)
    : state_(std::make_shared<State>(executor, std::move(config), std::move(changed))) {
  state_->start();
}

Monitoring::~Monitoring() {
  state_->stopped = true;
  state_->changed = [](Change) {};
  state_->alerts_timer.cancel();
  state_->objectives_timer.cancel();
  state_->history_timer.cancel();
}

const Findings& Monitoring::findings() const { return state_->findings; }

}  // namespace fleet::probers::status
