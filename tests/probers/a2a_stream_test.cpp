// Server-sent events from bytes, and a task followed through them.
#include <catch2/catch.hpp>
#include <vector>

#include "probers/a2a/sse.hpp"
#include "probers/a2a/task_stream.hpp"
#include "probers/a2a/verdict.hpp"

using namespace fleet::probers;
using namespace fleet::probers::a2a;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> decode(std::string_view bytes, std::size_t piece) {
  SseDecoder decoder(1000);
  std::vector<std::string> events;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.substr(at, piece));
    while (auto const event = decoder.next()) events.push_back(event->type + "|" + event->data);
  }
  return events;
}

using Times = TaskStream::Clock::time_point;
Times const begin{};

std::string event(const std::string& result) { return "data: {\"id\":\"1\",\"result\":" + result + "}\n\n"; }
std::string status(const std::string& state, bool last = false) {
  return event(R"({"kind":"status-update","taskId":"T","status":{"state":")" + state + R"("},"final":)" +
               (last ? "true}" : "false}"));
}

TaskStream stream() { return {Binding::jsonrpc, "1", begin, 10'000}; }

ProbeResult verdict(const TaskStream& followed, int http_status = 200) {
  ProbeResult result;
  judge_stream(followed, http_status, result);
  return result;
}

}  // namespace

TEST_CASE("server-sent events, whole and cut anywhere") {
  struct Case {
    std::string bytes;
    std::vector<std::string> events;
  };
  std::vector<Case> const cases{
      {"data: a\n\ndata:b\n\n", {"message|a", "message|b"}},
      {"data: a\r\n\r\ndata: b\r\n\r\n", {"message|a", "message|b"}},
      {"data: a\r\rdata: b\r\r", {"message|a", "message|b"}},
      {"\xef\xbb\xbf"
       "data: a\n\n",
       {"message|a"}},
      {": comment\n\n:\n\ndata: a\n: inside\ndata:  b\n\n", {"message|a\n b"}},
      {"event: error\nid: 7\nretry: 10\ndata: a\n\ndata: b\n\n", {"error|a", "message|b"}},
      {"data\ndata\n\n", {"message|\n"}},
      {"data: {\"x\":\ndata: 1}\n\n", {"message|{\"x\":\n1}"}},
      {"event: only\n\nunknown: x\ndata: a\n\n", {"message|a"}},
      {"data: a\r\ndata: b\r\n\r\n", {"message|a\nb"}},
      {"data: cut off\n", {}},
      {"data: a:b: c\n\n", {"message|a:b: c"}},
      {"\n\n\r\n\r\n", {}},
  };
  for (auto const& one : cases) {
    INFO(one.bytes);
    for (std::size_t const piece : {1, 2, 3, 5, 1000}) CHECK(decode(one.bytes, piece) == one.events);
  }
}

TEST_CASE("an event has a limit") {
  for (auto const& bytes : {std::string(5000, 'x'), "data: " + std::string(5000, 'x') + "\n\n"}) {
    SseDecoder decoder(1000);
    decoder.feed("data: small\n\n" + bytes);
    CHECK(decoder.next()->data == "small");
    CHECK_FALSE(decoder.next());
    CHECK(decoder.too_large());
    decoder.feed("data: more\n\n");
    CHECK_FALSE(decoder.next());
  }
  SseDecoder many_lines(1000);
  std::string line = "data: " + std::string(90, 'x') + "\n";
  for (int i = 0; i < 100 && !many_lines.too_large(); ++i) {
    many_lines.feed(line);
    CHECK_FALSE(many_lines.next());
  }
  CHECK(many_lines.too_large());
}

TEST_CASE("a stream to its end: events, gaps, time to the first") {
  auto followed = stream();
  CHECK(followed.take(": ping\n\n", begin + 10ms));
  CHECK(followed.take(event(R"({"kind":"task","id":"T","status":{"state":"submitted"}})"), begin + 20ms));
  CHECK(followed.take("event: ping\ndata: x\n\ndata:\n\n", begin + 100ms));
  CHECK(followed.take(status("working"), begin + 120ms));
  CHECK(followed.take(
      event(R"({"kind":"artifact-update","artifact":{"parts":[{"text":"ec"}]}})") +
          event(R"({"kind":"artifact-update","append":true,"artifact":{"parts":[{"text":"ho"}]}})"),
      begin + 130ms));
  CHECK_FALSE(followed.take(status("completed", true) + status("failed", true), begin + 140ms));
  followed.end(begin + 900ms);
  CHECK(followed.events() == 5);
  CHECK(followed.time_to_first_event() == 20ms);
  CHECK(followed.max_gap() == 100ms);
  CHECK(followed.duration() == 140ms);
  CHECK(followed.reply() == "echo");
  auto const result = verdict(followed);
  CHECK(result.outcome == Outcome::good);
  CHECK(*result.facts.find(a2a::facts::events) == 5);
  CHECK(*result.facts.find(a2a::facts::max_event_gap) == Approx(0.1));
  CHECK(*result.facts.find(a2a::facts::time_to_first_event) == Approx(0.02));
  CHECK(*result.facts.find(a2a::facts::task_duration) == Approx(0.14));
}

TEST_CASE("a stream's verdicts") {
  auto const after = [](const std::string& bytes, int http_status = 200) {
    auto followed = stream();
    followed.take(bytes, begin + 1ms);
    followed.end(begin + 2ms);
    return verdict(followed, http_status);
  };
  CHECK(after(event(R"({"message":{"parts":[]}})")).outcome == Outcome::good);
  CHECK(after(event(R"({"task":{"status":{"state":"TASK_STATE_COMPLETED"}}})")).outcome == Outcome::good);
  CHECK(after(status("failed", true)).reason == Reason::a2a_state);
  CHECK(after(status("input-required", true)).reason == Reason::a2a_interrupted);
  CHECK(after("").reason == Reason::a2a_stream);
  CHECK(after("").detail == "the stream ended before the first event");
  CHECK(after(": ping\n\n").reason == Reason::a2a_stream);
  CHECK(after(status("working")).reason == Reason::a2a_stream);
  CHECK(after(status("working")).detail == "the stream ended after 1 event, task state working");
  CHECK(after(status("working")).step == "stream");
  CHECK(after(status("working", true)).reason == Reason::a2a_stream);
  auto cut = status("completed", true);
  cut.pop_back();
  CHECK(after(cut).reason == Reason::a2a_stream);
  CHECK(after("data: {\n\n").reason == Reason::a2a_answer);
  CHECK(after("data: {\"id\":\"2\",\"result\":{}}\n\n").reason == Reason::a2a_answer);
  CHECK(after("event: error\ndata: {\"id\":\"1\",\"error\":{\"code\":-32603}}\n\n").reason ==
        Reason::a2a_error);
  CHECK(after("", 503).reason == Reason::status);
  CHECK(after(status("completed", true), 503).reason == Reason::status);
  CHECK(after("", 401).reason == Reason::unauthorized);
  CHECK(after("data: " + std::string(20'000, 'x')).reason == Reason::too_large);
}

TEST_CASE("a final event is the last that is read, whatever its state") {
  auto followed = stream();
  CHECK_FALSE(followed.take(status("working", true), begin));
}

TEST_CASE("a stream that hangs shows the gap it hung in") {
  auto followed = stream();
  followed.take(status("working"), begin + 10ms);
  followed.end(begin + 5s);
  CHECK(followed.max_gap() == 4990ms);
  CHECK(followed.describe() == "after 1 event, task state working");
}

TEST_CASE("a stream in HTTP+JSON") {
  TaskStream followed(Binding::http_json, "", begin, 10'000);
  followed.take("data: {\"statusUpdate\":{\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}\r\n\r\n", begin);
  CHECK_FALSE(followed.decided());
  followed.take("event: error\r\ndata: {\"error\":{\"code\":500,\"status\":\"INTERNAL\"}}\r\n\r\n", begin);
  CHECK(verdict(followed).reason == Reason::a2a_error);
  CHECK(verdict(followed).detail == "A2A error 500 INTERNAL");
}

TEST_CASE("a reply is kept up to a MiB") {
  TaskStream followed(Binding::jsonrpc, "1", begin, 1'000'000);
  for (int i = 0; i < 4; ++i) {
    followed.take(event(R"({"kind":"artifact-update","artifact":{"parts":[{"text":")" +
                        std::string(500'000, 'x') + "\"}]}}"),
                  begin);
  }
  CHECK(followed.events() == 4);
  CHECK(followed.reply().size() <= 1024 * 1024 + 1);
}
