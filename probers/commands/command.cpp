#include "probers/commands/command.hpp"

#include <unistd.h>

#include <cstdio>

#include "core/app/command_list.hpp"
#include "core/app/exit_status.hpp"
#include "core/app/log_flag.hpp"
#include "core/config/file_text.hpp"
#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

namespace {

constexpr std::chrono::seconds push_limit{10};

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// A file of one secret; its trailing newline is not part of it.
config::Secret read_password(const std::string& file) {
  constexpr std::size_t most_bytes = 4096;
  std::string text;
  auto const problem = config::read_file(file, most_bytes, text);
  if (problem) throw app::UsageError("--push-gateway.password-file: " + file + ": " + *problem);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) throw app::UsageError("--push-gateway.password-file: " + file + " is empty");
  return config::Secret(std::move(text));
}

awaitable<std::string> push_and_tell(PushOptions options, Families page) {
  std::string problem;
  try {
    auto const deadline = Deadline::after(push_limit);
    co_await push(std::move(options), std::move(page), deadline);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  co_return problem;
}

}  // namespace

void CommandFlags::register_on(app::Flags& flags, const std::string& command) {
  flags.add("config.file", "FILE", "Configuration file of the daemon (" + config_file + ").",
            [this](const std::string& file) {
              config_file = file;
              config_given = true;
            });
  report::add_output(flags, &output);
  job_ = std::string(program) + "_" + command;
  std::replace(job_.begin(), job_.end(), ' ', '_');
  instance_ = host_name();
  flags.text("push-gateway", "URL", "Leave the results as metrics at this Pushgateway.", &gateway_);
  flags.text("push-job", "NAME", "`job` of the pushed metrics (" + job_ + ").", &job_);
  flags.text("push-instance", "NAME", "`instance` of the pushed metrics (this host's name).", &instance_);
  flags.text("push-gateway.user", "NAME", "User for the Pushgateway's basic authentication.", &user_);
  flags.text("push-gateway.password-file", "FILE", "Its password.", &password_file_);
  flags.text("push-gateway.ca-file", "FILE",
             "Certificates that an https Pushgateway is trusted by (the system's).", &ca_file_);
  app::add_log_level(flags, "debug, info, warn or error, on standard error (warn).", &log_level);
}

void CommandFlags::settle() {
  logging::start(program, log_level, logging::Style::logfmt);
  if (gateway_.empty()) {
    if (!user_.empty() || !password_file_.empty() || !ca_file_.empty())
      throw app::UsageError("--push-gateway.*: expected --push-gateway too");
    return;
  }
  auto const url = http::Url::parse(gateway_);
  if (!url || url->target.find_first_of("?#") != std::string::npos) {
    throw app::UsageError("--push-gateway: expected a URL without credentials, like http://pushgateway:9091");
  }
  if (job_.empty()) throw app::UsageError("--push-job: expected a name");
  if (user_.empty() != password_file_.empty())
    throw app::UsageError("expected --push-gateway.user and --push-gateway.password-file together");
  PushOptions options;
  options.gateway = *url;
  options.job = job_;
  options.instance = instance_;
  options.user = user_;
  if (!password_file_.empty()) options.password = read_password(password_file_);
  if (!ca_file_.empty() && ::access(ca_file_.c_str(), R_OK) != 0)
    throw app::UsageError("--push-gateway.ca-file: expected a readable file, got `" + ca_file_ + "`");
  options.tls.ca_file = ca_file_;
  push = std::move(options);
}

std::optional<FleetConfig> read_fleet_if_there(const CommandFlags& flags) {
  bool const there = ::access(flags.config_file.c_str(), F_OK) == 0;
  if (flags.config_file.empty() || (!there && !flags.config_given)) return std::nullopt;
  return read_fleet(config::Document::load(flags.config_file));
}

std::string command_help(const std::string& what, const std::string& example) {
  return app::command_help(what, example,
                           "0 met, 1 missed or a target failing, 2 bad usage or configuration, 3 could not be "
                           "measured.");
}

int conclude(asio::io_context& io, const Report& report, const CommandFlags& flags) {
  auto const page = flags.output == Output::json    ? render_json(report)
                    : flags.output == Output::junit ? render_junit(report)
                                                    : render_table(report);
  auto status = exit_status(report);
  auto const spoil = [&](const std::string& problem) {
    std::fprintf(stderr, "%s: error: %s\n", program, problem.c_str());
    if (status == app::exit_met) status = app::exit_unmeasured;
  };
  bool const written = std::fwrite(page.data(), 1, page.size(), stdout) == page.size();
  if (std::fflush(stdout) != 0 || !written) spoil("the report could not be written");
  if (!flags.push) return status;
  auto const problem = run_to_end(io, push_and_tell(*flags.push, metrics_of(report)));
  if (!problem.empty()) spoil(problem);
  return status;
}

}  // namespace fleet::probers
