#include "core/redis/server/server_reader.hpp"

#include <array>
#include <optional>
#include <utility>

#include "core/io/seconds.hpp"
#include "core/redis/server/clients.hpp"
#include "core/redis/server/commands.hpp"
#include "core/redis/server/info_metrics.hpp"
#include "core/redis/server/sentinel.hpp"
#include "core/redis/server/settings.hpp"

namespace fleet::redis {
namespace {

constexpr int default_databases = 16;

/// What a server without the command says, a sentinel or an old one: nobody refused anything.
bool unknown_command(std::string_view text) {
  return text.starts_with("ERR unknown") || text.starts_with("ERR Unknown");
}

}  // namespace

/// One reading: its page so far, and what else came of it.
struct ServerReader::Findings {
  Findings(const std::string& addr, Families empty) : families(std::move(empty)), page(families, addr) {}

  /// False for an error reply, which is noted as a refusal of that command.
  bool accepted(std::string_view command, Reply reply) {
    if (!reply.is_error()) return true;
    if (unknown_command(reply.error_text())) return false;
    if (refused.empty()) {
      refused = std::string(command) + " (" + std::string(reply.error_text()) + ")";
    } else if (refused.find(command) == std::string::npos) {
      refused += ", " + std::string(command);
    }
    return false;
  }

  Families families;
  ServerPage page;
  std::optional<std::chrono::nanoseconds> ping;
  bool answers = false;  // PING was not refused
  std::string refused, failure;
};

ServerReader::ServerReader(std::shared_ptr<Client> client, ServerQuestions questions, std::string addr)
    : client_(std::move(client)), questions_(questions), addr_(std::move(addr)) {}

awaitable<ServerReader::Outcome> ServerReader::read(Deadline deadline, Families& out) {
  auto const begin = Deadline::Clock::now();
  auto findings = std::make_unique<Findings>(addr_, out.like());
  try {
    co_await ask(deadline, findings.get());
  } catch (const std::exception& error) {
    findings = std::make_unique<Findings>(addr_, out.like());  // half a page is none
    findings->failure = *error.what() != '\0' ? error.what() : "failed without a reason";
  }
  add_own(*findings, Deadline::Clock::now() - begin, findings->page);
  out.merge(std::move(findings->families));
  Outcome outcome;
  outcome.failure = std::move(findings->failure);
  outcome.refused = std::move(findings->refused);
  co_return outcome;
}

awaitable<void> ServerReader::ask(Deadline deadline, Findings* findings) {
  auto& page = findings->page;
  Pipeline pipeline;
  for (auto const setting : asked_settings) pipeline.add({"CONFIG", "GET", setting});
  constexpr auto settings = std::size(asked_settings);
  pipeline.add({"INFO", "ALL"}).add({"LATENCY", "LATEST"}).add({"SLOWLOG", "LEN"}).add({"SLOWLOG", "GET", "1"});
  if (questions_.latency_histograms) pipeline.add({"LATENCY", "HISTOGRAM"});
  if (questions_.clients) pipeline.add({"CLIENT", "LIST"});
  auto const replies = co_await client_->run_together(pipeline, deadline);

  InfoText const info(replies[settings].checked().text());
  bool const clustered = info.value("cluster_enabled") == "1";
  // On the connection that has just been used, so that the time holds no connecting.
  Pipeline ping;
  ping.add({"PING"});
  auto const begin = Deadline::Clock::now();
  auto const pong = co_await client_->run(ping, deadline);
  findings->ping = Deadline::Clock::now() - begin;
  findings->answers = !pong[0].is_error();
  if (!findings->answers) findings->failure = pong[0].error_text();

  std::array<Reply, settings> told;
  for (std::size_t n = 0; n < settings; ++n) told[n] = replies[n];
  findings->accepted("CONFIG GET", told[0]);
  auto const databases = add_settings(told, page);
  add_info(info, clustered ? 1 : databases.value_or(default_databases), page);
  std::size_t next = settings + 1;
  if (auto const latest = replies[next++]; findings->accepted("LATENCY LATEST", latest))
    add_latency_spikes(latest, page);
  auto const length = replies[next++], newest = replies[next++];
  if (findings->accepted("SLOWLOG", length) && findings->accepted("SLOWLOG", newest))
    add_slow_log(length, newest, page);
  if (questions_.latency_histograms) {
    auto const histograms = replies[next++];
    if (findings->accepted("LATENCY HISTOGRAM", histograms)) add_latency_histograms(histograms, info, page);
  }
  if (questions_.clients) {
    auto const list = replies[next++];
    if (findings->accepted("CLIENT LIST", list)) add_clients(list.text(), page);
  }
  if (clustered) {
    Pipeline cluster;
    cluster.add({"CLUSTER", "INFO"});
    auto const answer = co_await client_->run(cluster, deadline);
    if (findings->accepted("CLUSTER INFO", answer[0])) add_cluster_info(InfoText(answer[0].text()), page);
  }
  if (is_sentinel(info)) co_await ask_sentinel(deadline, findings);
}

awaitable<void> ServerReader::ask_sentinel(Deadline deadline, Findings* findings) {
  Pipeline list;
  list.add({"SENTINEL", "MASTERS"});
  auto const masters = co_await client_->run(list, deadline);
  if (!findings->accepted("SENTINEL MASTERS", masters[0])) co_return;
  auto const primaries = read_watched_primaries(masters[0]);
  if (primaries.empty()) co_return;
  Pipeline details;
  for (auto const& primary : primaries) {
    details.add({"SENTINEL", "CKQUORUM", primary.name});
    details.add({"SENTINEL", "SENTINELS", primary.name});
    details.add({"SENTINEL", "SLAVES", primary.name});
  }
  auto const replies = co_await client_->run(details, deadline);
  for (std::size_t n = 0; n < primaries.size(); ++n) {
    auto const sentinels = replies[3 * n + 1], replicas = replies[3 * n + 2];
    if (!findings->accepted("SENTINEL SENTINELS", sentinels)) continue;
    if (!findings->accepted("SENTINEL SLAVES", replicas)) continue;
    add_watched_primary(primaries[n], replies[3 * n], sentinels, replicas, findings->page);
  }
}

void ServerReader::add_own(const Findings& findings, std::chrono::nanoseconds took, ServerPage& page) {
  ++readings_;
  reading_seconds_ += seconds(took);
  bool const up = findings.failure.empty();
  page.gauge("up", "Information about the Redis instance").add(up ? 1 : 0);
  page.gauge("exporter_last_scrape_error", "The last scrape error status.")
      .add({{"err", findings.failure}}, up ? 0 : 1);
  page.gauge("exporter_last_scrape_duration_seconds", "exporter_last_scrape_duration_seconds metric")
      .add(seconds(took));
  page.gauge("exporter_last_scrape_connect_time_seconds", "exporter_last_scrape_connect_time_seconds metric")
      .add(seconds(client_->connect_time()));
  if (findings.ping) {
    page.gauge("exporter_last_scrape_ping_time_seconds", "exporter_last_scrape_ping_time_seconds metric")
        .add(seconds(*findings.ping));
  }
  page.counter("exporter_scrapes_total", "Current total redis scrapes.").add(static_cast<double>(readings_));
  page.series(MetricType::summary, "exporter_scrape_duration_seconds", "Durations of scrapes by the exporter")
      .add_summary({}, {}, reading_seconds_, readings_);
  // redis_exporter has it on every page; keys are not grouped here, which takes no time.
  page.gauge("last_key_groups_scrape_duration_milliseconds",
             "Duration of the last key group metrics scrape in milliseconds")
      .add(0);
}

}  // namespace fleet::redis
