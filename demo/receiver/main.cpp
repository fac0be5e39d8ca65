// Receives what Alertmanager sends - pages, messages to the legal team, Slack messages, mails - and prints each
// on one line.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

#include "core/app/exit_status.hpp"
#include "core/app/flags.hpp"
#include "core/app/healthcheck.hpp"
#include "core/app/logging.hpp"
#include "core/io/parse_number.hpp"
#include "core/web/server.hpp"
#include "demo/receiver/dead_man.hpp"
#include "demo/receiver/journal.hpp"
#include "demo/receiver/smtp_server.hpp"

namespace fleet::receiver {
namespace {

using Parse = std::function<std::vector<Notification>(std::string_view)>;

awaitable<web::Response> take(const web::Request& request, Journal& journal, const Parse& parse) {
  web::Response response;
  try {
    for (Notification& notification : parse(request.body)) journal.add(std::move(notification));
    response.body = "ok\n";
  } catch (const MalformedMessage& error) {
    logging::warn("refused a message", {{"path", request.path}, {"err", error.what()}});
    response.status = 400;
    response.body = std::string(error.what()) + "\n";
  }
  co_return response;
}

void add_routes(web::Server& server, Journal& journal, DeadMan& dead_man) {
  auto const post = [&](const std::string& path, Parse parse) {
    server.route("POST", path, [&journal, parse = std::move(parse)](const web::Request& request) {
      return take(request, journal, parse);
    });
  };
  post("/page", [](std::string_view body) { return parse_webhook(body, "page"); });
  post("/legal", [](std::string_view body) { return parse_webhook(body, "legal"); });
  post("/slack", [](std::string_view body) { return parse_slack(body); });
  server.route("POST", "/dead-man", [&dead_man](const web::Request&) -> awaitable<web::Response> {
    dead_man.beat();
    web::Response response;
    response.body = "ok\n";
    co_return response;
  });
  server.route("GET", "/received", [&journal](const web::Request&) -> awaitable<web::Response> {
    web::Response response;
    response.content_type = "application/json";
    response.body = json(journal.entries());
    co_return response;
  });
  server.route("GET", "/-/ready", [](const web::Request&) -> awaitable<web::Response> {
    web::Response response;
    response.body = "ready\n";
    co_return response;
  });
}

std::chrono::seconds parse_patience(const std::string& text) {
  auto const seconds = parse_number<int>(text);
  if (!seconds || *seconds < 1)
    throw app::UsageError("--dead-man-after: expected seconds from 1 on, not \"" + text + "\"");
  return std::chrono::seconds(*seconds);
}

int run(const std::string& web_address, const std::string& smtp_address, std::chrono::seconds patience) {
  asio::io_context io;
  Journal journal([](const std::string& text) { std::cout << text << std::endl; });
  web::Server server(io);
  DeadMan dead_man(io, patience, [&journal](Notification alarm) { journal.add(std::move(alarm)); });
  add_routes(server, journal, dead_man);
  SmtpServer mail(io, [&journal](const std::string& message, const std::string& recipient) {
    try {
      journal.add(parse_mail(message, recipient));
    } catch (const MalformedMessage& error) {
      logging::warn("refused a mail", {{"err", error.what()}});
    }
  });
  server.listen(web_address);
  mail.listen(smtp_address);
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) {
    server.close();
    mail.close();
    io.stop();
  });
  logging::info("listening", {{"web", web_address}, {"smtp", mail.address()}});
  io.run();
  return app::exit_met;
}

}  // namespace
}  // namespace fleet::receiver

int main(int argc, char** argv) {
  std::string web_address = "127.0.0.1:9740", smtp_address = "127.0.0.1:9741";
  std::chrono::seconds patience(180);
  fleet::app::Flags flags("alert_receiver",
                          "Prints every page, legal notice, Slack message and mail that Alertmanager sends; "
                          "GET /received lists them.");
  flags.text("listen", "ADDRESS", "HTTP: POST /page, /legal, /slack, /dead-man; GET /received", &web_address);
  flags.text("smtp-listen", "ADDRESS", "SMTP", &smtp_address);
  flags.add("dead-man-after", "SECONDS", "a missing Watchdog (POST /dead-man) is a page after that time (180)",
            [&](const std::string& text) { patience = fleet::receiver::parse_patience(text); });
  bool healthcheck = false;
  flags.toggle("healthcheck",
               "Ask the receiver that runs at --listen whether it is ready and exit: 0, or 1 if not.",
               &healthcheck);
  try {
    if (!flags.parse(argc, argv)) return fleet::app::exit_met;
    if (healthcheck) return fleet::app::healthcheck("alert_receiver", web_address, "/-/ready");
    fleet::logging::start("alert_receiver", fleet::logging::Level::info, fleet::logging::Style::logfmt);
    return fleet::receiver::run(web_address, smtp_address, patience);
  } catch (const std::exception& error) {
    std::cerr << "alert_receiver: " << error.what() << "\n";
    return fleet::app::exit_usage;
  }
}
