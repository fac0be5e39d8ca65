// What agents answer, in both bindings, and the verdicts on it.
#include <catch2/catch.hpp>

#include "probers/a2a/answers.hpp"
#include "probers/a2a/verdict.hpp"

using namespace fleet::probers;
using namespace fleet::probers::a2a;

namespace {

AnswerReading rpc(std::string_view body) { return read_answer(Binding::jsonrpc, body, "p1"); }
AnswerReading rest(std::string_view body) { return read_answer(Binding::http_json, body, ""); }

}  // namespace

TEST_CASE("states of tasks in all spellings") {
  auto const task = [](const std::string& state) {
    return rpc(R"({"jsonrpc":"2.0","id":"p1","result":{"task":{"id":"T","status":{"state":")" + state +
               "\"}}}}");
  };
  CHECK(task("TASK_STATE_COMPLETED").answer == Answer::completed);
  CHECK(task("TASK_STATE_COMPLETED").task_id == "T");
  CHECK(task("TASK_STATE_SUBMITTED").answer == Answer::working);
  CHECK(task("TASK_STATE_WORKING").answer == Answer::working);
  CHECK(task("TASK_STATE_FAILED").answer == Answer::failed);
  CHECK(task("TASK_STATE_REJECTED").answer == Answer::failed);
  CHECK(task("TASK_STATE_CANCELED").answer == Answer::failed);
  CHECK(task("TASK_STATE_CANCELLED").answer == Answer::failed);
  CHECK(task("TASK_STATE_INPUT_REQUIRED").answer == Answer::interrupted);
  CHECK(task("TASK_STATE_AUTH_REQUIRED").answer == Answer::interrupted);
  CHECK(task("TASK_STATE_UNSPECIFIED").answer == Answer::invalid);
  CHECK(task("nonsense\\n").detail == "unknown task state nonsense?");
  auto const old = [](const std::string& state) {
    return rpc(R"({"id":"p1","result":{"kind":"task","id":"T","status":{"state":")" + state + "\"}}}").answer;
  };
  CHECK(old("completed") == Answer::completed);
  CHECK(old("auth-required") == Answer::interrupted);
  CHECK(old("input-required") == Answer::interrupted);
  CHECK(old("canceled") == Answer::failed);
  CHECK(old("unknown") == Answer::invalid);
  CHECK(rpc(R"({"id":"p1","result":{"task":{"id":"T"}}})").detail == "the task has no status");
  CHECK(rpc(R"({"id":"p1","result":{"task":{"status":{}}}})").detail == "the task has no state");
}

TEST_CASE("replies and what is none") {
  CHECK(
      rpc(R"({"id":"p1","result":{"message":{"role":"ROLE_AGENT","parts":[{"text":"a"},{"data":{}},{"text":"b"}]}}})")
          .text == "a\nb");
  CHECK(rpc(R"({"id":"p1","result":{"kind":"message","parts":[{"kind":"text","text":"hi"}]}})").answer ==
        Answer::message);
  CHECK(
      rpc(R"({"id":"p1","result":{"task":{"status":{"state":"TASK_STATE_COMPLETED","message":{"parts":[{"text":"done"}]}},
    "artifacts":[{"parts":[{"text":"x"}]},{"parts":[{"text":"y"}]}]}}})")
          .text == "done\nx\ny");
  CHECK(rpc(R"({"id":"p1","error":null,"result":{"message":{}}})").answer == Answer::message);
  CHECK(rpc(R"({"id":"p1","result":{}})").detail == "the result is neither a task nor a message");
  CHECK(rpc(R"({"id":"p1"})").detail == "the answer has neither result nor error");
  CHECK(rpc(R"({"id":"p1","result":null})").answer == Answer::invalid);
  CHECK(rpc(R"({"id":"other","result":{"message":{}}})").detail == "the id of the answer is not the request's");
  CHECK(rpc(R"({"result":{"message":{}}})").answer == Answer::invalid);
  CHECK(rpc(R"({"id":1,"result":{"message":{}}})").answer == Answer::invalid);
  CHECK(rpc("<html>502</html>").detail == "the answer is not JSON");
  CHECK(rpc("").detail == "the answer is not JSON");
  CHECK(rpc("[1]").detail == "the answer is not a JSON object");
  CHECK(rpc(R"({"id":"p1","result":{"message":{)").answer == Answer::invalid);
  std::string deep = R"({"id":"p1","result":{"message":{"parts":[{"data":)";
  deep += std::string(60, '[') + std::string(60, ']') + "}]}}}";
  CHECK(rpc(deep).answer == Answer::message);
}

TEST_CASE("JSON-RPC errors") {
  auto const error = rpc(R"({"id":"p1","error":{"code":-32009,"message":"secret text"}})");
  CHECK(error.answer == Answer::error);
  CHECK(error.error_code == -32009);
  CHECK(error.detail == "A2A error -32009 VersionNotSupported");
  CHECK(rpc(R"({"id":null,"error":{"code":-32700}})").answer == Answer::error);
  CHECK(rpc(R"({"error":{"code":-32700}})").answer == Answer::error);
  CHECK(rpc(R"({"id":"other","error":{"code":-32603}})").answer == Answer::invalid);
  CHECK(rpc(R"({"id":"p1","error":{"code":-32050}})").detail == "A2A error -32050");
}

TEST_CASE("HTTP+JSON answers and errors") {
  CHECK(rest(R"({"task":{"id":"T","status":{"state":"TASK_STATE_COMPLETED"}}})").answer == Answer::completed);
  CHECK(rest(R"({"message":{"role":"ROLE_AGENT","content":[{"text":"old"}]}})").text == "old");
  CHECK(rest(R"({"msg":{"content":[{"text":"old"}]}})").answer == Answer::message);
  CHECK(rest("{}").answer == Answer::invalid);
  auto const code = [](const char* body) { return rest(body).error_code; };
  CHECK(code(R"({"error":{"code":404,"status":"NOT_FOUND","message":"m","details":[
    {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"TASK_NOT_FOUND","domain":"a2a-protocol.org"}]}})") ==
        -32001);
  CHECK(rest(R"({"error":{"code":404,"status":"NOT_FOUND","message":"m"}})").detail ==
        "A2A error 404 NOT_FOUND");
  CHECK(code(R"({"code":-32001,"message":"Task not found: 7"})") == -32001);
  CHECK(code(R"({"message":"Task not found"})") == -32001);
  CHECK(code(R"({"type":"https://a2a-protocol.org/errors/task-not-found","status":404})") == -32001);
  CHECK(rest(R"({"message":"no Route matched with those values"})").answer == Answer::invalid);
  CHECK(rest(R"({"detail":"Not Found"})").answer == Answer::invalid);
}

TEST_CASE("tasks that were asked for") {
  auto const task =
      read_task(Binding::jsonrpc, R"({"id":"p1","result":{"id":"T","status":{"state":"working"}}})", "p1");
  CHECK(task.answer == Answer::working);
  CHECK(task.task_id == "T");
  CHECK(read_task(
            Binding::http_json,
            R"({"id":"T","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"parts":[{"text":"x"}]}]})",
            "")
            .text == "x");
  CHECK(read_task(Binding::jsonrpc, R"({"id":"p1","result":{"message":{}}})", "p1").answer == Answer::invalid);
}

TEST_CASE("events") {
  auto const event = [](std::string_view result) {
    return read_event(Binding::jsonrpc, R"({"id":"p1","result":)" + std::string(result) + "}", "p1");
  };
  auto const status =
      event(R"({"kind":"status-update","taskId":"T","status":{"state":"completed"},"final":true})");
  CHECK(status.answer == Answer::completed);
  CHECK(status.last);
  CHECK(status.task_id == "T");
  CHECK(event(R"({"statusUpdate":{"taskId":"T","status":{"state":"TASK_STATE_WORKING"}}})").answer ==
        Answer::working);
  auto const artifact =
      event(R"({"artifactUpdate":{"taskId":"T","append":true,"artifact":{"parts":[{"text":"x"}]}}})");
  CHECK(artifact.answer == Answer::artifact);
  CHECK(artifact.appends);
  CHECK(artifact.text == "x");
  CHECK(event(R"({"kind":"artifact-update","artifact":{"parts":[]}})").answer == Answer::artifact);
  CHECK(event(R"({"task":{"status":{"state":"TASK_STATE_SUBMITTED"}}})").answer == Answer::working);
  CHECK(event(R"({"message":{}})").answer == Answer::message);
  CHECK(event("{}").detail == "the event is neither a task, a message nor an update");
  CHECK(read_event(Binding::http_json, R"({"statusUpdate":{"status":{"state":"TASK_STATE_FAILED"}}})", "")
            .answer == Answer::failed);
  CHECK(read_event(Binding::http_json, R"({"error":{"code":500,"status":"INTERNAL"}})", "").answer ==
        Answer::error);
}

TEST_CASE("an answer decides outcome, reason and step") {
  auto const verdict = [](Answer answer, int status = 200) {
    AnswerReading reading;
    reading.answer = answer;
    ProbeResult result;
    judge_answer(reading, status, "send", result);
    return result;
  };
  CHECK(verdict(Answer::message).outcome == Outcome::good);
  CHECK(verdict(Answer::completed, 201).outcome == Outcome::good);
  CHECK(verdict(Answer::working).outcome == Outcome::good);
  CHECK(verdict(Answer::failed).reason == Reason::a2a_state);
  CHECK(verdict(Answer::failed).step == "send");
  CHECK(verdict(Answer::interrupted).reason == Reason::a2a_interrupted);
  CHECK(verdict(Answer::error, 500).reason == Reason::a2a_error);
  CHECK(verdict(Answer::error, 200).reason == Reason::a2a_error);
  CHECK(verdict(Answer::error, 401).reason == Reason::unauthorized);
  CHECK(verdict(Answer::invalid, 403).reason == Reason::unauthorized);
  CHECK(verdict(Answer::invalid, 200).reason == Reason::a2a_answer);
  CHECK(verdict(Answer::invalid, 503).reason == Reason::status);
  CHECK(verdict(Answer::invalid, 503).detail == "HTTP status 503");
  CHECK(verdict(Answer::completed, 503).reason == Reason::status);

  AnswerReading error;
  error.answer = Answer::error;
  error.error_code = -32603;
  ProbeResult result;
  judge_answer(error, 200, "send", result);
  REQUIRE(result.facts.find(a2a::facts::error_code));
  CHECK(*result.facts.find(a2a::facts::error_code) == -32603);
}

TEST_CASE("a task that never was must be unknown") {
  auto const verdict = [](Answer answer, std::int64_t code, int status = 200) {
    AnswerReading reading;
    reading.answer = answer;
    reading.error_code = code;
    ProbeResult result;
    judge_unknown_task(reading, status, result);
    return result;
  };
  CHECK(verdict(Answer::error, -32001).outcome == Outcome::good);
  CHECK(verdict(Answer::error, -32001, 404).outcome == Outcome::good);
  CHECK(verdict(Answer::error, -32601).reason == Reason::a2a_error);
  CHECK(verdict(Answer::error, -32001, 401).reason == Reason::unauthorized);
  CHECK(verdict(Answer::completed, 0).reason == Reason::a2a_answer);
  CHECK(verdict(Answer::failed, 0).reason == Reason::a2a_answer);
  CHECK(verdict(Answer::invalid, 0).reason == Reason::a2a_answer);
  CHECK(verdict(Answer::invalid, 0, 404).reason == Reason::status);
  CHECK(verdict(Answer::invalid, 0, 404).step == "task");
}

TEST_CASE("what is expected of a reply") {
  auto const verdict = [](ReplyExpectations const& expectations, std::string_view text) {
    ProbeResult result;
    judge_reply(text, expectations, "poll", result);
    return result;
  };
  ReplyExpectations expected;
  CHECK(verdict(expected, "x").facts.all().empty());
  expected.fail_if_not_matches.push_back(std::make_shared<re2::RE2>("^echo: "));
  CHECK(verdict(expected, "echo: ping").outcome == Outcome::good);
  CHECK(*verdict(expected, "echo: ping").facts.find(fleet::probers::facts::failed_due_to_regex) == 0);
  CHECK(verdict(expected, "").reason == Reason::body);
  CHECK(verdict(expected, "secret").detail == "the reply does not match ^echo: ");
  CHECK(verdict(expected, "secret").step == "poll");
  expected.fail_if_matches.push_back(std::make_shared<re2::RE2>("(?i)sorry"));
  CHECK(verdict(expected, "echo: Sorry").reason == Reason::body);
  CHECK(*verdict(expected, "echo: Sorry").facts.find(fleet::probers::facts::failed_due_to_regex) == 1);
}
