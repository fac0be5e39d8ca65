#include "exporters/postgres/server_status.hpp"

#include <charconv>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::postgres {
namespace {

// Nothing here can be refused to a role that may connect: what fails is the server.
constexpr const char* kSql = R"(
SELECT version() AS version, pg_is_in_recovery() AS in_recovery)";

void add_status(const Rows& rows, std::string_view server, Families& out) {
  std::string_view const version = rows.text(0, rows.column("version"));
  std::string const brief = short_version(version);
  out.untyped("pg_static", "Version string as reported by postgres")
      .add({{"server", server}, {"short_version", brief}, {"version", version}}, 1);
  out.gauge("pg_replication_is_replica", "Whether the server is in recovery: a replica (1) or a primary (0).")
      .add({{"server", server}}, rows.number(0, rows.column("in_recovery")));
}

}  // namespace

std::string short_version(std::string_view version) {
  std::size_t const space = version.find(' ');
  if (space == std::string_view::npos) return {};
  std::string_view rest = version.substr(space + 1);
  std::string text;
  for (int part = 0; part < 3; ++part) {
    int number = 0;
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc()) {
      if (part == 0) return {};
      number = 0;
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (part > 0) text.push_back('.');
    text += std::to_string(number);
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
    } else {
      rest = {};
    }
  }
  return text;
}

awaitable<void> ServerStatus::collect(Deadline deadline, Families& out) {
  std::string const server = instance_->server();
  out.gauge("pg_health_exporter_instance_info", "The name that the configuration gives to a server.")
      .add({{"name", instance_->name()}, {"server", server}}, 1);
  Deadline const share = answer_by(deadline);
  bool connected = false;
  bool lost = false;
  std::string why;
  try {
    co_await instance_->version(share);
    connected = true;
    Rows const rows = co_await instance_->query(kSql, share);
    add_status(rows, server, out);
  } catch (const std::exception& error) {
    why = error.what();
    lost = connection_lost(error);
  }
  bool const up = connected && !lost;
  instance_->note_reachable(up, why);
  out.gauge("pg_up",
            "Whether the last scrape of metrics from PostgreSQL was able to connect to the server (1 for yes, "
            "0 for no).")
      .add({{"server", server}}, up);

  std::uint64_t const failures = instance_->failed_statements();
  bool const failed = !up || failures != failures_before_;
  failures_before_ = failures;
  out.gauge("pg_exporter_last_scrape_error",
            "Whether the last scrape of metrics from PostgreSQL resulted in an error (1 for error, 0 for "
            "success).")
      .add({{"server", server}}, failed);
}

}  // namespace fleet::exporters::postgres
