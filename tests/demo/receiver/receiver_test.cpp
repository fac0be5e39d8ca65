// The receiver of the demo: what it makes of each message Alertmanager can send.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "demo/receiver/dead_man.hpp"
#include "demo/receiver/journal.hpp"
#include "demo/receiver/mail.hpp"
#include "demo/receiver/notification.hpp"
#include "demo/receiver/smtp_server.hpp"
#include "demo/receiver/smtp_session.hpp"

using namespace fleet::receiver;  // NOLINT: a test

namespace {

const char* const webhook = R"({"version":"4","receiver":"page","status":"firing","alerts":[
  {"status":"firing","labels":{"alertname":"SystemDown","sev":"1","severity":"critical","team":"platform","instance":"a:1"},
   "annotations":{"summary":"Down.","description":"It is\ndown."}},
  {"status":"resolved","labels":{"alertname":"SystemDown","sev":"1","instance":"b:1"},"annotations":{}}]})";

}  // namespace

TEST_CASE("a webhook gives one notification an alert, each with its own status") {
  auto const got = parse_webhook(webhook, "page");
  REQUIRE(got.size() == 2);
  CHECK(got[0].channel == "page");
  CHECK(got[0].recipient == "page");
  CHECK(got[0].status == "firing");
  CHECK(got[0].alertname == "SystemDown");
  CHECK(got[0].labels.at("instance") == "a:1");
  CHECK(got[0].summary == "Down.");
  CHECK(got[1].status == "resolved");
  CHECK(got[1].labels.at("instance") == "b:1");
}

TEST_CASE("what is no webhook is refused with what was expected") {
  CHECK_THROWS_WITH(parse_webhook("{", "page"), Catch::StartsWith("expected JSON: "));
  CHECK_THROWS_WITH(parse_webhook("[]", "page"), "expected a JSON object");
  CHECK_THROWS_WITH(parse_webhook("{}", "page"), "expected a list `alerts`");
  CHECK_THROWS_WITH(parse_webhook(R"({"alerts":[1]})", "page"), "expected an object in `alerts`");
  CHECK_THROWS_WITH(parse_webhook(R"({"alerts":[{}]})", "page"), "expected `status` in each of `alerts`");
}

TEST_CASE("a Slack message says in its title what fires") {
  auto const got = parse_slack(R"({"channel":"#legalllm-incidents","attachments":[
    {"title":"[FIRING:2] A2ALatencyHigh SEV2","text":"Slow.\n\nService: a2a"}]})");
  REQUIRE(got.size() == 1);
  CHECK(got[0].channel == "slack");
  CHECK(got[0].recipient == "#legalllm-incidents");
  CHECK(got[0].status == "firing");
  CHECK(got[0].alertname == "A2ALatencyHigh");
  CHECK(got[0].summary == "Slow.");
  CHECK_THROWS_AS(parse_slack(R"({"text":"hello"})"), MalformedMessage);
}

TEST_CASE("titles") {
  CHECK(parse_title("[RESOLVED] SystemDown SEV1").status == "resolved");
  CHECK(parse_title("[RESOLVED] SystemDown SEV1").alertname == "SystemDown");
  CHECK(parse_title("[FIRING:1] X").alertname == "X");
  CHECK(parse_title("hello").alertname.empty());
  CHECK(parse_title("[FIRING:1]").status.empty());
}

TEST_CASE("a mail as Alertmanager writes it: multipart, quoted-printable") {
  std::string const message =
      "From: a@b\r\nSubject: [RESOLVED] DocumentProcessingSLABreach\r\n SEV2\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative;  boundary=abc123\r\n\r\n"
      "--abc123\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; "
      "charset=UTF-8\r\n\r\n"
      "A batch is =\r\nslow.\r\n\r\n=F0=9F=9A=A8 INCIDENT\r\n--abc123--\r\n";
  auto const got = parse_mail(message, "oncall@legalllm.com.au");
  CHECK(got.channel == "mail");
  CHECK(got.recipient == "oncall@legalllm.com.au");
  CHECK(got.status == "resolved");
  CHECK(got.alertname == "DocumentProcessingSLABreach");
  CHECK(got.summary == "A batch is slow.");
  CHECK(got.text == "A batch is slow.\n\n\U0001F6A8 INCIDENT");
  CHECK_THROWS_WITH(parse_mail("To: x\r\n\r\nhello", "x"), "expected a mail with a subject");
}

TEST_CASE("mail subjects and bodies that are encoded, plain or broken") {
  CHECK(decode_mail("Subject: =?utf-8?q?[FIRING:1]_=C3=84rger?= now\n\nx").subject ==
        "[FIRING:1] \u00c4rger now");
  CHECK(decode_mail("Subject: =?utf-8?q?a?= =?utf-8?q?b?=\n\nx").subject == "ab");
  CHECK(decode_mail("Subject: =?utf-8?q?open\n\nx").subject == "=?utf-8?q?open");
  CHECK(decode_mail("Subject: s\n\nplain =41").text == "plain =41");
  CHECK(decode_mail("Subject: s\nContent-Type: multipart/mixed; boundary=z\n\n--z").text == "--z");
  CHECK(decode_mail("\nno head").text == "no head");
  CHECK(decode_quoted_printable("=4") == "=4");
  CHECK(decode_quoted_printable("=zz=41") == "=zzA");
}

TEST_CASE("a printed line is one line and keeps to its columns") {
  auto notification = parse_webhook(webhook, "page")[0];
  notification.summary = "two\nlines\x1b[31m";
  std::string const text = line(notification);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.substr(19) == " PAGE  firing   SystemDown instance=a:1 sev=1  two lines [31m");
}

TEST_CASE("the journal keeps the last thousand, oldest first") {
  std::vector<std::string> printed;
  Journal journal([&](const std::string& text) { printed.push_back(text); });
  for (int i = 0; i < 1003; ++i) {
    Notification notification;
    notification.alertname = std::to_string(i);
    journal.add(notification);
  }
  CHECK(printed.size() == 1003);
  REQUIRE(journal.entries().size() == 1000);
  CHECK(journal.entries().front().alertname == "3");
  CHECK(json(journal.entries()).starts_with(R"([{"time":")"));
}

TEST_CASE("an SMTP conversation delivers to each recipient, with dots unstuffed") {
  std::vector<std::pair<std::string, std::string>> mails;
  SmtpSession session(
      [&](const std::string& message, const std::string& to) { mails.emplace_back(message, to); });
  CHECK(session.line("EHLO localhost").starts_with("250-localhost\r\n"));
  CHECK(session.line("MAIL FROM:<a@b> BODY=8BITMIME") == "250 OK\r\n");
  CHECK(session.line("rcpt to:<c@d>") == "250 OK\r\n");
  CHECK(session.line("RCPT TO:<e@f>") == "250 OK\r\n");
  CHECK(session.line("DATA").starts_with("354 "));
  CHECK(session.line("Subject: x").empty());
  CHECK(session.line("").empty());
  CHECK(session.line("..").empty());
  CHECK(session.line("QUIT").empty());
  CHECK(session.line(".") == "250 OK\r\n");
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].first == "Subject: x\r\n\r\n.\r\nQUIT\r\n");
  CHECK(mails[0].second == "c@d");
  CHECK(mails[1].second == "e@f");
  CHECK(session.line("QUIT").starts_with("221 "));
  CHECK(session.ended());
}

TEST_CASE("an SMTP conversation out of order, or too big, is refused and goes on") {
  std::vector<std::string> mails;
  SmtpSession::Limits limits;
  limits.message_bytes = 20;
  limits.recipients = 1;
  SmtpSession session([&](const std::string& message, const std::string&) { mails.push_back(message); },
                      limits);
  CHECK(session.line("MAIL FROM:<a@b>").starts_with("503 "));
  CHECK(session.line("HELO x") == "250 localhost\r\n");
  CHECK(session.line("RCPT TO:<a@b>").starts_with("503 "));
  CHECK(session.line("DATA").starts_with("503 "));
  CHECK(session.line("MAIL a@b").starts_with("501 "));
  CHECK(session.line("MAIL FROM:<>") == "250 OK\r\n");
  CHECK(session.line("MAIL FROM:<>").starts_with("503 "));
  CHECK(session.line("RCPT TO:<>").starts_with("501 "));
  CHECK(session.line("RCPT TO:<a@b>") == "250 OK\r\n");
  CHECK(session.line("RCPT TO:<c@d>").starts_with("452 "));
  session.line("DATA");
  session.line("more than twenty characters");
  CHECK(session.line(".").starts_with("552 "));
  CHECK(mails.empty());
  CHECK(session.line("RSET") == "250 OK\r\n");
  CHECK(session.line("VRFY x").starts_with("500 "));
}

TEST_CASE("a mail over a real connection, in pieces") {
  namespace asio = boost::asio;
  asio::io_context io;
  std::vector<std::string> mails;
  SmtpServer server(io, [&](const std::string& message, const std::string&) { mails.push_back(message); });
  CHECK_THROWS_WITH(server.listen("nonsense"), "expected address:port like 127.0.0.1:9741, not \"nonsense\"");
  server.listen("127.0.0.1:0");
  std::thread thread([&] { io.run(); });

  asio::io_context client_io;
  asio::ip::tcp::socket client(client_io);
  std::string const address = server.address();
  auto const port = static_cast<unsigned short>(std::stoi(address.substr(address.rfind(':') + 1)));
  client.connect({asio::ip::make_address("127.0.0.1"), port});
  std::string seen;
  auto const expect = [&](const std::string& code) {
    auto const length = asio::read_until(client, asio::dynamic_buffer(seen), "\r\n");
    std::string const reply = seen.substr(0, length);
    seen.erase(0, length);
    CHECK(reply.substr(0, code.size()) == code);
  };
  auto const say = [&](const std::string& text) { asio::write(client, asio::buffer(text)); };
  expect("220");
  say("HE");
  say("LO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
  expect("250");
  expect("250");
  expect("250");
  expect("354");
  say("Subject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n");
  expect("250");
  expect("221");
  io.stop();
  thread.join();
  REQUIRE(mails.size() == 1);
  CHECK(mails[0] == "Subject: x\r\n\r\nbody\r\n");
}

TEST_CASE("a dead man's switch calls once when the beats stop, and says when they are back") {
  boost::asio::io_context io;
  std::vector<std::string> calls;
  DeadMan dead_man(io, std::chrono::milliseconds(20), [&](const Notification& notification) {
    calls.push_back(notification.channel + " " + notification.status);
  });
  io.run();
  CHECK(calls.empty());  // nothing was ever heard, so nothing is missing

  dead_man.beat();
  dead_man.beat();
  io.restart();
  io.run();
  CHECK(calls == std::vector<std::string>{"page firing"});

  dead_man.beat();
  CHECK(calls == std::vector<std::string>{"page firing", "page resolved"});
  io.restart();
  io.run();
  CHECK(calls == std::vector<std::string>{"page firing", "page resolved", "page firing"});
}
