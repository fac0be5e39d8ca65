#include "exporters/run_exporter.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

#include "core/app/build_info.hpp"
#include "core/app/daemon.hpp"
#include "core/app/healthcheck.hpp"
#include "core/io/freed_memory.hpp"
#include "core/metrics/exposition.hpp"
#include "core/web/server.hpp"
#include "exporters/collector_set.hpp"

namespace fleet::exporters {
namespace {

/// What is in use; touched on the worker io thread only, once that runs.
struct Current {
  std::shared_ptr<CollectorSet> set;
  std::shared_ptr<MultiTarget> targets;
};

/// A file that was read, and how to build from it.
struct Parsed {
  config::Document document;
  Build build;
};

Parsed read_config(const ExporterDescription& description, const std::string& file) {
  config::Document document = config::Document::load(file);
  Build build = description.parse(document);
  return {std::move(document), std::move(build)};
}

std::shared_ptr<CollectorSet> build_set(const std::string& program, const Build& build, asio::io_context& io,
                                        Purpose purpose) {
  return std::make_shared<CollectorSet>(program, build(io.get_executor(), purpose));
}

awaitable<bool> collect(std::shared_ptr<CollectorSet> set, Deadline deadline, Families& out) {
  co_return co_await set->collect(deadline, out);
}

/// The collectors that a request names by `collect[]`, by their names here; empty: all.
std::vector<std::string> names_of(const ExporterDescription& description, const web::Request& request) {
  std::vector<std::string> names;
  for (const auto& [key, value] : request.query) {
    if (key == "collect[]")
      names.push_back(description.collector_name ? description.collector_name(value) : value);
  }
  return names;
}

awaitable<void> collect_named(std::shared_ptr<CollectorSet> set, std::vector<std::string> names,
                              Deadline deadline, Families& out) {
  try {
    co_await set->collect(std::move(names), deadline, out);
  } catch (const std::invalid_argument& error) {
    throw app::BadRequest(error.what());
  }
}

awaitable<void> collect_current(std::shared_ptr<Current> current, std::vector<std::string> names,
                                Deadline deadline, Families& out) {
  auto const set = current->set;
  if (set) co_await collect_named(set, std::move(names), deadline, out);
}

awaitable<void> collect_target(std::shared_ptr<Current> current, std::vector<std::string> names,
                               const web::Request& request, Deadline deadline, Families& out) {
  auto const targets = current->targets;
  if (!targets) throw app::BadRequest("the configuration allows no targets");
  auto const set = co_await targets->collectors(request, deadline);
  co_await collect_named(set, std::move(names), deadline, out);
}

void print(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

int run_once(const ExporterDescription& description, const app::DaemonFlags& flags, const Parsed& parsed) {
  asio::io_context io(1);
  Families page;
  bool all_good = false;
  std::exception_ptr failure;
  {
    auto set = build_set(description.program, parsed.build, io, Purpose::look);
    awaitable<bool> work = collect(std::move(set), Deadline::after(flags.scrape_timeout), page);
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, bool good) {
      failure = error;
      all_good = good;
      io.stop();
    });
  }
  io.run();
  if (failure) std::rethrow_exception(failure);
  bool const source_down = page.has_zero("_up") || page.has_zero("_custom_query_success");
  app::add_build_info(description.program, page);
  print(stdout, Exposition::render(page, Format::text_0_0_4));
  return all_good && !source_down ? app::exit_met : app::exit_unmeasured;
}

/// What a program of this description serves from a configuration.
void put_to_use(const ExporterDescription& description, const Parsed& parsed, app::Daemon& daemon,
                Current& current) {
  auto set = build_set(description.program, parsed.build, daemon.worker(), Purpose::serve);
  std::shared_ptr<MultiTarget> targets;
  if (description.multi_target) {
    targets = description.multi_target(parsed.document, daemon.worker().get_executor());
  }
  current.set = std::move(set);
  current.targets = std::move(targets);
}

void add_pages(const ExporterDescription& description, const app::DaemonFlags& flags,
               const std::shared_ptr<Current>& current, app::DaemonHooks& hooks) {
  app::Page metrics;
  metrics.collect = [current, &description](const web::Request& request, Deadline deadline, Families& out) {
    return collect_current(current, names_of(description, request), deadline, out);
  };
  hooks.pages[flags.telemetry_path] = std::move(metrics);
  if (!description.multi_target) return;
  app::Page probe;
  probe.of_program = false;
  probe.collect = [current, &description](const web::Request& request, Deadline deadline, Families& out) {
    return collect_target(current, names_of(description, request), request, deadline, out);
  };
  hooks.pages[description.multi_target_path] = std::move(probe);
}

int serve(const ExporterDescription& description, const app::DaemonFlags& flags, const Parsed& parsed) {
  auto const current = std::make_shared<Current>();
  share_one_heap();
  app::Daemon daemon(description.program, flags);
  put_to_use(description, parsed, daemon, *current);

  app::DaemonHooks hooks;
  hooks.worker_renders_small_pages = true;
  add_pages(description, flags, current, hooks);
  hooks.reload = [current, &description, &flags, &daemon] {
    Parsed const fresh = read_config(description, flags.config_file);
    // Coroutines that the new set spawns begin after this handler, so the old set is gone before they read.
    put_to_use(description, fresh, daemon, *current);
  };
  hooks.stop = [current] {
    current->set.reset();
    current->targets.reset();
  };
  hooks.landing_html = "<p>" + web::html_escape(description.summary) + "</p>";
  int const status = daemon.run(std::move(hooks));
  // Also where the stop hook never ran: sockets must go before the daemon's io_context.
  current->set.reset();
  current->targets.reset();
  return status;
}

std::string summary_of(const ExporterDescription& description) {
  if (description.commands.empty()) return description.summary;
  return description.summary +
         "\n\nWithout a command it serves; commands run once and tell by their exit code, see `" +
         description.program + " COMMAND --help`:\n" + app::list_of(description.commands);
}

int run_program(int argc, const char* const* argv, const ExporterDescription& description) {
  std::string_view const word = argc > 1 ? argv[1] : "";
  if (!description.commands.empty() && !word.empty() && !word.starts_with('-'))
    return app::find_command(description.commands, word, "command").run(argc - 1, argv + 1);
  app::DaemonFlags flags;
  app::Flags parser(description.program, summary_of(description));
  flags.register_on(parser, description.default_config, description.default_listen);
  if (description.flags) description.flags(parser);
  if (!parser.parse(argc, argv)) return app::exit_met;
  if (flags.healthcheck)
    return app::healthcheck(description.program, flags.listen_addresses.front(), "/-/healthy");
  logging::start(description.program, flags.log_level, flags.log_style);
  Parsed const parsed = read_config(description, flags.config_file);
  if (flags.config_check) {
    app::check_web_config(flags);
    print(stdout, flags.config_file + ": OK\n");
    return app::exit_met;
  }
  return flags.once ? run_once(description, flags, parsed) : serve(description, flags, parsed);
}

}  // namespace

int run_exporter(int argc, const char* const* argv, const ExporterDescription& description) {
  try {
    return run_program(argc, argv, description);
  } catch (const app::UsageError& error) {
    print(stderr, description.program + ": error: " + error.what() + "\n");
    return app::exit_usage;
  } catch (const config::Error& error) {
    print(stderr, std::string(error.what()) + "\n");
    return app::exit_usage;
  } catch (const std::exception& error) {
    print(stderr, description.program + ": error: " + error.what() + "\n");
    return app::exit_unmeasured;
  }
}

}  // namespace fleet::exporters
