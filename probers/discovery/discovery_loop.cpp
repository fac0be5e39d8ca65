#include "probers/discovery/discovery_loop.hpp"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fstream>
#include <iterator>
#include <tuple>

#include "core/app/logging.hpp"
#include "core/io/srv.hpp"
#include "probers/discovery/target_list.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

constexpr auto file_look_interval = 2s;
constexpr auto source_timeout = 10s;
constexpr std::size_t most_list_bytes = 32 * 1024 * 1024;

std::vector<std::string> files_of(const FileDiscovery& source) {
  std::vector<std::string> found;
  for (auto const& pattern : source.files) {
    glob_t matches{};
    if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0)
      for (std::size_t i = 0; i < matches.gl_pathc; ++i) found.emplace_back(matches.gl_pathv[i]);
    ::globfree(&matches);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

using Version = std::tuple<std::string, long long, long long, unsigned long long>;

/// What the files' stat says; equal means that none was written, replaced, added or removed.
std::vector<Version> versions_of(const FileDiscovery& source) {
  std::vector<Version> versions;
  for (auto const& file : files_of(source)) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) continue;
    auto const stamp = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
    versions.emplace_back(file, stamp, static_cast<long long>(status.st_size), status.st_ino);
  }
  return versions;
}

std::vector<DiscoveredTarget> read_files(const FileDiscovery& source) {
  std::vector<DiscoveredTarget> all;
  for (auto const& file : files_of(source)) {
    std::ifstream in(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in && text.empty()) throw BadTargetList(file + ": cannot be read");
    try {
      auto list = file.ends_with(".json") ? read_target_list_json(text) : read_target_list_yaml(text, file);
      std::move(list.begin(), list.end(), std::back_inserter(all));
    } catch (const BadTargetList& error) {
      std::string const what = error.what();
      throw BadTargetList(what.starts_with(file) ? what : file + ": " + what);
    }
  }
  return all;
}

awaitable<std::vector<DiscoveredTarget>> ask_http(const HttpDiscovery& source, http::Client& client,
                                                  Deadline deadline) {
  http::Request request;
  request.url = source.url;
  request.max_body_bytes = most_list_bytes;
  request.headers.emplace_back("Accept", "application/json");
  auto const seconds = std::to_string(source.refresh_interval / 1s);
  request.headers.emplace_back("X-Prometheus-Refresh-Interval-Seconds", seconds);
  for (auto const& [name, value] : source.headers) request.headers.emplace_back(name, value.reveal());
  auto const response = co_await client.send(std::move(request), deadline);
  if (response.status != 200) throw BadTargetList("HTTP status " + std::to_string(response.status));
  co_return read_target_list_json(response.body);
}

awaitable<std::vector<DiscoveredTarget>> ask_srv(const SrvDiscovery& source, Deadline deadline) {
  std::vector<DiscoveredTarget> all;
  for (auto const& name : source.names) {
    auto const records = co_await io::lookup_srv(name, deadline);
    for (auto const& record : records) {
      DiscoveredTarget target;
      target.address = record.host + ":" + std::to_string(record.port);
      target.labels.emplace("__meta_dns_name", name);
      all.push_back(std::move(target));
    }
  }
  co_return all;
}

}  // namespace

struct DiscoveryLoop::State : std::enable_shared_from_this<DiscoveryLoop::State> {
  State(asio::any_io_executor where, Instruments& registry, std::string name, Discoveries what, Changed listener)
      : executor(std::move(where)),
        instruments(registry),
        probe(std::move(name)),
        sources(std::move(what)),
        changed(std::move(listener)) {}

  struct Source {
    Source(const asio::any_io_executor& where, std::string what, Gauge& health)
        : name(std::move(what)), up(health), timer(where) {}
    std::string name;
    Gauge& up;
    asio::steady_timer timer;
    std::vector<DiscoveredTarget> targets;
    std::string last_failure;
    bool answered = false;
  };

  std::shared_ptr<Source> add_source(const std::string& name) {
    auto& up = instruments.gauge("slo_prober_discovery_up", "Whether the source of targets could be read last time.",
                                 {{"probe", probe}, {"source", name}});
    all.push_back(std::make_shared<Source>(executor, name, up));
    return all.back();
  }

  void take(Source& source, std::vector<DiscoveredTarget> targets) {
    if (!source.last_failure.empty()) logging::info("targets are listed again", {{"probe", probe}, {"source", source.name}});
    source.last_failure.clear();
    source.up.set(1);
    source.answered = true;
    source.targets = std::move(targets);
    std::vector<DiscoveredTarget> merged;
    for (auto const& each : all) merged.insert(merged.end(), each->targets.begin(), each->targets.end());
    if (merged == told) return;
    told = merged;
    changed(std::move(merged));
  }

  void failed(Source& source, const std::string& why) {
    source.up.set(0);
    if (why != source.last_failure)
      logging::warn("targets cannot be listed", {{"probe", probe}, {"source", source.name}, {"detail", why}});
    source.last_failure = why;
  }

  static awaitable<void> pause(Source& source, std::chrono::milliseconds length) {
    source.timer.expires_after(length);
    boost::system::error_code ignored;
    co_await source.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  static awaitable<void> watch_files(std::shared_ptr<State> self, std::shared_ptr<Source> source, FileDiscovery what) {
    auto read_at = Deadline::Clock::time_point::min();
    std::vector<Version> seen;
    while (!self->stopped) {
      auto versions = versions_of(what);
      if (versions != seen || Deadline::Clock::now() - what.refresh_interval >= read_at) {
        try {
          self->take(*source, read_files(what));
        } catch (const std::exception& error) {
          self->failed(*source, error.what());
        }
        seen = std::move(versions);
        read_at = Deadline::Clock::now();
      }
      co_await pause(*source, std::min<std::chrono::milliseconds>(file_look_interval, what.refresh_interval));
    }
  }

  static awaitable<void> watch_http(std::shared_ptr<State> self, std::shared_ptr<Source> source, HttpDiscovery what) {
    http::Client client(what.client);
    while (!self->stopped) {
      try {
        auto targets = co_await ask_http(what, client, Deadline::after(source_timeout));
        if (!self->stopped) self->take(*source, std::move(targets));
      } catch (const std::exception& error) {
        self->failed(*source, error.what());
      }
      co_await pause(*source, what.refresh_interval);
    }
  }

  static awaitable<void> watch_srv(std::shared_ptr<State> self, std::shared_ptr<Source> source, SrvDiscovery what) {
    while (!self->stopped) {
      try {
        auto targets = co_await ask_srv(what, Deadline::after(source_timeout));
        if (!self->stopped) self->take(*source, std::move(targets));
      } catch (const std::exception& error) {
        self->failed(*source, error.what());
      }
      co_await pause(*source, what.refresh_interval);
    }
  }

  void start() {
    auto const self = shared_from_this();
    for (auto const& file : sources.files) {
      auto source = add_source(file.files.empty() ? "file" : file.files.front());
      asio::co_spawn(executor, watch_files(self, std::move(source), file), asio::detached);
    }
    for (auto const& http : sources.http) {
      // The query may carry a token.
      auto source = add_source((http.url.tls ? "https://" : "http://") + http.url.authority());
      asio::co_spawn(executor, watch_http(self, std::move(source), http), asio::detached);
    }
    for (auto const& srv : sources.srv) {
      auto source = add_source(srv.names.empty() ? "srv" : srv.names.front());
      asio::co_spawn(executor, watch_srv(self, std::move(source), srv), asio::detached);
    }
  }

  asio::any_io_executor executor;
  Instruments& instruments;
  std::string probe;
  Discoveries sources;
  Changed changed;
  std::vector<std::shared_ptr<Source>> all;
  std::vector<DiscoveredTarget> told;
  bool stopped = false;
};

DiscoveryLoop::DiscoveryLoop(asio::any_io_executor executor, Instruments& instruments, std::string probe,
                             Discoveries sources, Changed changed)
    : state_(std::make_shared<State>(std::move(executor), instruments, std::move(probe), std::move(sources),
                                     std::move(changed))) {
  state_->start();
}

DiscoveryLoop::~DiscoveryLoop() {
  state_->stopped = true;
  for (auto const& source : state_->all) {
    source->timer.cancel();
    state_->instruments.remove("slo_prober_discovery_up", {{"probe", state_->probe}, {"source", source->name}});
  }
}

awaitable<std::vector<DiscoveredTarget>> discover_once(Discoveries sources, Deadline deadline) {
  std::vector<DiscoveredTarget> all;
  auto const append = [&all](std::vector<DiscoveredTarget> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
  };
  for (auto const& file : sources.files) append(read_files(file));
  for (auto const& source : sources.http) {
    http::Client client(source.client);
    auto targets = co_await ask_http(source, client, deadline);
    append(std::move(targets));
  }
  for (auto const& source : sources.srv) {
    auto targets = co_await ask_srv(source, deadline);
    append(std::move(targets));
  }
  co_return all;
}

}  // namespace fleet::probers
