#include "probers/probe_endpoint.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/detached.hpp>

#include "core/app/build_info.hpp"
#include "core/app/mailbox.hpp"
#include "core/config/nearest.hpp"
#include "core/io/parse_number.hpp"
#include "core/metrics/exposition.hpp"
#include "probers/probe_history.hpp"
#include "probers/probe_page.hpp"
#include "probers/shown_target.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds unlimited_scrape = 120s;
constexpr milliseconds before_giving_up = 300ms;

/// What the worker is asked. A value: the request may be gone before the worker gets to it.
struct Question {
  std::string module, target, hostname;
  milliseconds limit{0};  // what the scraper and the query leave to the module
  Deadline deadline = Deadline::after(0s);
};

struct Verdict {
  std::string refusal;  // why nothing was attempted; then the rest says nothing
  AttemptedModule attempted;
  milliseconds timeout{0};
  ProbeResult result;
  Notes notes;
};

/// How the answer is wanted.
struct Wish {
  Format format = Format::text_0_0_4;
  bool compress = false;
  bool debug = false;
};

web::Response one_line(int status, std::string text) {
  web::Response response;
  response.status = status;
  response.body = std::move(text) + "\n";
  return response;
}

awaitable<web::Response> at_once(web::Response response) { co_return response; }

/// The scraper's time; 120 s if it names none, for a person who waits.
milliseconds scrape_limit(std::string_view header, const app::DaemonFlags& flags) {
  auto unnamed = flags;
  unnamed.scrape_timeout = unlimited_scrape - flags.scrape_timeout_offset;
  return app::scrape_timeout(header, unnamed);
}

}  // namespace

struct ProbeEndpoint::State {
  State(asio::io_context& where, app::DaemonFlags given, Instruments& registry);

  std::string objection(const Question& question) const;
  static awaitable<Verdict> attempt(NamedModule module, Question question);
  static awaitable<void> work(std::shared_ptr<State> state, Question question,
                              std::shared_ptr<app::Mailbox<Verdict>> mailbox);
  static awaitable<web::Response> answer(std::shared_ptr<State> state, Question question, Wish wish);
  web::Response render(Verdict verdict, const Wish& wish);
  web::Response refuse(std::string why) const;
  web::Response history_page(std::string_view id) const;

  asio::io_context& worker;
  app::DaemonFlags flags;
  Gauge &reload_successful, &reload_time;
  Counter &unknown_modules, &answered, &refused, &unavailable;
  std::map<std::string, NamedModule> modules;  // worker thread
  ProbeHistory history;                        // web thread, as what follows
  std::size_t under_way = 0;
};

namespace {

Counter& requests(Instruments& registry, const char* code) {
  return registry.counter("slo_prober_probe_requests_total", "Answers of /probe by HTTP status.",
                          {{"code", code}});
}

class UnderWay {
 public:
  explicit UnderWay(std::size_t& count) : count_(count) { ++count_; }
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;

 private:
  std::size_t& count_;
};

/// Seconds ("5", "0.5") or Prometheus' notation ("5s"); nullopt if neither.
std::optional<milliseconds> parse_timeout(std::string_view text) {
  if (auto const length = config::parse_duration(text)) return *length > 0ms ? length : std::nullopt;
  auto const seconds = parse_number<double>(text);
  if (!seconds || !(*seconds >= 0.001 && *seconds <= 1e6)) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(*seconds * 1000));
}

}  // namespace

ProbeEndpoint::State::State(asio::io_context& where, app::DaemonFlags given, Instruments& registry)
    : worker(where),
      flags(std::move(given)),
      reload_successful(registry.gauge("blackbox_exporter_config_last_reload_successful",
                                       "Whether the modules could be read the last time.")),
      reload_time(registry.gauge("blackbox_exporter_config_last_reload_success_timestamp_seconds",
                                 "When the modules were last read, unix time.")),
      unknown_modules(registry.counter("blackbox_module_unknown_total",
                                       "Requests to /probe for a module that is unknown.")),
      answered(requests(registry, "200")),
      refused(requests(registry, "400")),
      unavailable(requests(registry, "503")) {
  auto const& build = app::build_info();
  Instruments::LabelList const labels{{"branch", std::string(build.branch)},
                                      {"compiler", std::string(build.compiler)},
                                      {"revision", std::string(build.revision)},
                                      {"version", std::string(build.version)}};
  registry
      .gauge("blackbox_exporter_build_info", "What this program, in blackbox_exporter's place, was built from.",
             labels)
      .set(1);
}

/// Why nothing can be attempted, "" if it can. In blackbox_exporter's order.
std::string ProbeEndpoint::State::objection(const Question& question) const {
  if (modules.count(question.module) > 0) return question.target.empty() ? "Target parameter is missing" : "";
  unknown_modules.add();
  std::vector<std::string_view> names;
  for (auto const& [name, module] : modules) names.push_back(name);
  auto const near = config::nearest(question.module, names);
  auto const suggestion = near.empty() ? "" : ", did you mean \"" + std::string(near) + "\"?";
  return "Unknown module \"" + question.module + "\"" + suggestion;
}

web::Response ProbeEndpoint::State::refuse(std::string why) const {
  refused.add();
  return one_line(400, std::move(why));
}

// The module is a copy: a reload may take the original away meanwhile.
awaitable<Verdict> ProbeEndpoint::State::attempt(NamedModule module, Question question) {
  Verdict verdict;
  verdict.attempted = {module.name, module.kind, module.place, shown_target(question.target)};
  verdict.timeout = std::min(question.limit, module.timeout.value_or(question.limit));
  auto const deadline = question.deadline.or_after(verdict.timeout);
  std::shared_ptr<Probe> probe;
  try {
    probe = module.module->probe({question.target, question.hostname});
  } catch (const std::exception& error) {
    verdict.result = ProbeResult::bad(Reason::name, std::string(target_step), error.what());
  }
  if (probe) verdict.result = co_await attempt_once(*probe, deadline, &verdict.notes);
  co_return verdict;
}

awaitable<void> ProbeEndpoint::State::work(std::shared_ptr<State> state, Question question,
                                           std::shared_ptr<app::Mailbox<Verdict>> mailbox) {
  Verdict verdict;
  verdict.refusal = state->objection(question);
  if (verdict.refusal.empty()) {
    auto module = state->modules.at(question.module);
    verdict = co_await attempt(std::move(module), std::move(question));
  }
  mailbox->deliver(std::move(verdict));
}

awaitable<web::Response> ProbeEndpoint::State::answer(std::shared_ptr<State> state, Question question,
                                                      Wish wish) {
  if (state->under_way >= most_at_once) {
    state->unavailable.add();
    co_return one_line(503, "limit of concurrent probes reached (" + std::to_string(most_at_once) + ")");
  }
  UnderWay const counted(state->under_way);
  auto const limit = Deadline::at(question.deadline.when() + before_giving_up);
  auto const executor = co_await asio::this_coro::executor;
  auto& web = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
  auto const mailbox = std::make_shared<app::Mailbox<Verdict>>(web);
  awaitable<void> job = work(state, std::move(question), mailbox);
  asio::co_spawn(state->worker, std::move(job), asio::detached);
  auto verdict = co_await mailbox->wait(limit);
  if (!verdict) {
    state->unavailable.add();
    co_return one_line(503, "the worker did not finish the probe in time");
  }
  co_return state->render(std::move(*verdict), wish);
}

web::Response ProbeEndpoint::State::render(Verdict verdict, const Wish& wish) {
  if (!verdict.refusal.empty()) return refuse(std::move(verdict.refusal));
  answered.add();
  auto const page = probe_page(verdict.result, verdict.attempted.kind, verdict.timeout);
  auto text = Exposition::render(page, Format::text_0_0_4);
  ProbeHistory::Entry entry;
  entry.when = std::chrono::system_clock::now();
  entry.module = verdict.attempted.module;
  entry.target = verdict.attempted.target;
  entry.result = to_string(verdict.result.outcome);
  entry.reason = to_string(verdict.result.reason);
  entry.explanation = explanation(verdict.attempted, verdict.result, verdict.notes, verdict.timeout, text);
  web::Response response;
  if (wish.debug) {
    response.body = entry.explanation;
  } else {
    response.content_type = content_type(wish.format);
    response.body = wish.format == Format::text_0_0_4 ? std::move(text) : Exposition::render(page, wish.format);
    response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  }
  history.add(std::move(entry));
  if (wish.compress) {
    response.body = gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

web::Response ProbeEndpoint::State::history_page(std::string_view id) const {
  web::Response response;
  if (id.empty()) {
    response.content_type = "text/html; charset=utf-8";
    response.body = history.html();
    return response;
  }
  auto const number = parse_number<std::uint64_t>(id);
  auto const* const entry = number ? history.find(*number) : nullptr;
  if (!entry)
    return one_line(404, "No probe of that id, or no longer: the last " +
                             std::to_string(ProbeHistory::most_entries) + " are kept");
  response.body = entry->explanation;
  return response;
}

ProbeEndpoint::ProbeEndpoint(asio::io_context& worker, app::DaemonFlags flags, Instruments& instruments)
    : state_(std::make_shared<State>(worker, std::move(flags), instruments)) {}

ProbeEndpoint::~ProbeEndpoint() = default;

void ProbeEndpoint::set_modules(std::map<std::string, NamedModule> modules) {
  state_->modules = std::move(modules);
  state_->reload_successful.set(1);
  std::chrono::duration<double> const now = std::chrono::system_clock::now().time_since_epoch();
  state_->reload_time.set(now.count());
}

void ProbeEndpoint::reload_failed() { state_->reload_successful.set(0); }

void ProbeEndpoint::add_routes(web::Server& server) {
  server.route("GET", "/probe", [state = state_](const web::Request& request) -> awaitable<web::Response> {
    Question question;
    question.module = request.parameter("module");
    if (question.module.empty()) question.module = "http_2xx";
    question.target = request.parameter("target");
    question.hostname = request.parameter("hostname");
    question.limit = scrape_limit(request.header("X-Prometheus-Scrape-Timeout-Seconds"), state->flags);
    if (auto const wanted = request.parameter("timeout"); !wanted.empty()) {
      auto const timeout = parse_timeout(wanted);
      if (!timeout) return at_once(state->refuse("timeout: expected a duration such as 5s"));
      question.limit = std::min(question.limit, *timeout);
    }
    question.deadline = Deadline::after(question.limit);
    Wish wish;
    wish.format = negotiate(request.header("Accept"));
    wish.compress = accepts_gzip(request.header("Accept-Encoding"));
    wish.debug = request.parameter("debug") == "true";
    return State::answer(state, std::move(question), wish);
  });
  server.route("GET", "/probe/history", [state = state_](const web::Request& request) {
    return at_once(state->history_page(request.parameter("id")));
  });
}

}  // namespace fleet::probers
