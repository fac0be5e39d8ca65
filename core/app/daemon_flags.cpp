#include <memory>

#include "core/app/daemon.hpp"
#include "core/app/log_flag.hpp"
#include "core/config/document.hpp"
#include "core/io/parse_number.hpp"
#include "core/web/gate.hpp"

namespace fleet::app {
namespace {

using std::chrono::milliseconds;

std::function<void(const std::string&)> duration_setter(milliseconds* target, milliseconds min,
                                                        milliseconds max) {
  return [=](const std::string& text) {
    auto const length = config::parse_duration(text);
    if (!length || *length < min || *length > max) {
      throw UsageError("expected a duration from " + config::format_duration(min) + " to " +
                       config::format_duration(max) + ", got `" + text + "`");
    }
    *target = *length;
  };
}

void set_max_requests(unsigned* target, const std::string& text) {
  auto const number = parse_number<unsigned>(text);
  if (!number) throw UsageError("expected a number of requests, 0 for no limit, got `" + text + "`");
  *target = *number;
}

void set_telemetry_path(std::string* target, const std::string& text) {
  bool const usable = text.size() > 1 && text[0] == '/' && !text.starts_with("/-/") &&
                      text.find_first_of(" ?#%\"<>&") == std::string::npos;
  if (!usable) throw UsageError("expected a path such as /metrics, got `" + text + "`");
  *target = text;
}

void set_log_style(logging::Style* target, const std::string& text) {
  if (text != "logfmt" && text != "json") throw UsageError("expected logfmt or json, got `" + text + "`");
  *target = text == "json" ? logging::Style::json : logging::Style::logfmt;
}

}  // namespace

void DaemonFlags::register_on(Flags& flags, std::string default_config, std::string default_listen,
                              std::string once_does) {
  config_file = default_config;
  listen_addresses = {default_listen};
  flags.text("config.file", "FILE", "Configuration file (" + default_config + ").", &config_file);
  flags.toggle("config.check", "Check the configuration file and exit.", &config_check);
  flags.toggle("once", std::move(once_does), &once);
  flags.toggle(
      "healthcheck",
      "Ask the program that runs at --web.listen-address whether it is healthy and exit: 0, or 1 if not.",
      &healthcheck);
  auto const first = std::make_shared<bool>(true);
  flags.add("web.listen-address", "ADDRESS", "Address to listen on, repeatable (" + default_listen + ").",
            [this, first](const std::string& address) {
              if (address.empty()) throw UsageError("expected HOST:PORT or :PORT");
              if (*first) listen_addresses.clear();
              *first = false;
              listen_addresses.push_back(address);
            });
  flags.toggle("web.systemd-socket", "Listen on the sockets that systemd passed instead.", &systemd_socket);
  flags.text("web.config.file", "FILE", "TLS, users and headers, in exporter-toolkit's format (none).",
             &web_config_file);
  flags.add("web.telemetry-path", "PATH", "Where the metrics are (" + telemetry_path + ").",
            [this](const std::string& text) { set_telemetry_path(&telemetry_path, text); });
  flags.add("web.max-requests", "N", "Parallel scrapes; further ones are refused; 0: no limit (40).",
            [this](const std::string& text) { set_max_requests(&max_requests, text); });
  flags.add("scrape.timeout", "DURATION", "How long a scrape may take when the scraper does not say (10s).",
            duration_setter(&scrape_timeout, milliseconds(100), milliseconds(300'000)));
  flags.add("scrape.timeout-offset", "DURATION",
            "Kept back from the scraper's timeout for the network (500ms).",
            duration_setter(&scrape_timeout_offset, milliseconds(0), milliseconds(300'000)));
  add_log_level(flags, "debug, info, warn or error (info).", &log_level);
  flags.add("log.format", "STYLE", "logfmt or json (logfmt).",
            [this](const std::string& text) { set_log_style(&log_style, text); });
}

void check_web_config(const DaemonFlags& flags) {
  if (!flags.web_config_file.empty()) web::Gate const gate(flags.web_config_file);
}

}  // namespace fleet::app
