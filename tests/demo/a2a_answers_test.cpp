#include "demo/a2a_answers.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace json = boost::json;
using namespace fleet::demo;

namespace {

const AgentProfile& agent(std::string_view name) {
  return roster()[static_cast<std::size_t>(agent_index(name))];
}

json::object parse(const std::string& text) { return json::parse(text).as_object(); }

std::string request(std::string_view method, std::string_view params) {
  return R"({"jsonrpc":"2.0","id":"p1","method":")" + std::string(method) + R"(","params":)" +
         std::string(params) + "}";
}

constexpr std::string_view new_message =
    R"({"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"ping"}]}})";
constexpr std::string_view old_message =
    R"({"message":{"kind":"message","messageId":"m","role":"user","parts":[{"kind":"text","text":"ping"}]}})";

}  // namespace

TEST_CASE("the roster has ten agents, and both versions are spoken") {
  REQUIRE(roster().size() == 10);
  CHECK(agent_index("orchestrator") == 0);
  CHECK(agent_index("communication") == 9);
  CHECK(agent_index("nobody") == -1);
  CHECK(agent("research").speech == Speech::v1_0);
  CHECK(agent("financial").speech == Speech::v0_3);
  std::string names;
  for (auto const& each : roster()) names.append(names.empty() ? "" : "|").append(each.name);
  CHECK(agent_choices() == names);
}

TEST_CASE("SendMessage is answered with a completed task, which GetTask finds") {
  A2aAnswers answers(agent("research"), 1);
  auto const sent = parse(answers.answer(request("SendMessage", new_message), "1.0"));
  CHECK(sent.at("jsonrpc").as_string() == "2.0");
  CHECK(sent.at("id").as_string() == "p1");
  auto const& task = sent.at("result").as_object().at("task").as_object();
  CHECK_FALSE(task.contains("kind"));
  CHECK(task.at("status").as_object().at("state").as_string() == "TASK_STATE_COMPLETED");
  auto const& part = task.at("artifacts").as_array().at(0).as_object().at("parts").as_array().at(0).as_object();
  CHECK(json::serialize(part) == R"({"text":"echo: ping"})");
  CHECK_FALSE(task.at("contextId").as_string().empty());

  std::string const id(task.at("id").as_string().c_str());
  auto const found =
      parse(answers.answer(request("GetTask", R"({"id":")" + id + R"(","historyLength":0})"), "1.0"));
  CHECK(found.at("result").as_object().at("id").as_string() == id.c_str());
  CHECK(found.at("result").as_object().at("status").as_object().at("state").as_string() ==
        "TASK_STATE_COMPLETED");
  CHECK(error_code(answers.answer(request("CancelTask", R"({"id":")" + id + R"("})"), "1.0")) == -32002);
  CHECK(error_code(answers.answer(request("SubscribeToTask", R"({"id":")" + id + R"("})"), "1.0")) == -32004);
}

TEST_CASE("message/send is answered in the form of 0.3, by agents of both versions") {
  for (auto const name : {"research", "financial"}) {
    A2aAnswers answers(agent(name), 1);
    auto const sent = parse(answers.answer(request("message/send", old_message), ""));
    auto const& task = sent.at("result").as_object();
    CHECK(task.at("kind").as_string() == "task");
    CHECK(task.at("status").as_object().at("state").as_string() == "completed");
    auto const& part =
        task.at("artifacts").as_array().at(0).as_object().at("parts").as_array().at(0).as_object();
    CHECK(json::serialize(part) == R"({"kind":"text","text":"echo: ping"})");
    std::string const id(task.at("id").as_string().c_str());
    auto const found = parse(answers.answer(request("tasks/get", R"({"id":")" + id + R"("})"), ""));
    CHECK(found.at("result").as_object().at("kind").as_string() == "task");
    CHECK(error_code(answers.answer(request("tasks/cancel", R"({"id":")" + id + R"("})"), "")) == -32002);
  }
}

TEST_CASE("a message keeps the context it names, and its text parts are joined") {
  A2aAnswers answers(agent("research"), 1);
  auto const sent = parse(answers.answer(
      request(
          "SendMessage",
          R"({"message":{"messageId":"m","contextId":"C7","parts":[{"text":"a"},{"data":{}},{"text":"b"}]}})"),
      "1.0"));
  auto const& task = sent.at("result").as_object().at("task").as_object();
  CHECK(task.at("contextId").as_string() == "C7");
  CHECK(json::serialize(task.at("artifacts")).find("echo: a b") != std::string::npos);
}

TEST_CASE("requests that cannot be answered get their error code") {
  struct Case {
    std::string agent, request, version;
    int code;
    std::string id;
  };
  std::string const unknown_task = R"({"id":"6b1d0cf0-0000-4000-8000-000000000000"})";
  std::vector<Case> const cases{
      {"research", "{", "1.0", -32700, "null"},
      {"research", "", "1.0", -32700, "null"},
      {"research", "[]", "1.0", -32600, "null"},
      {"research", R"({"id":"p1","method":"GetTask","params":{}})", "1.0", -32600, R"("p1")"},
      {"research", R"({"jsonrpc":"2.0","method":"GetTask","params":{}})", "1.0", -32600, "null"},
      {"research", R"({"jsonrpc":"2.0","id":7,"params":{}})", "1.0", -32600, "7"},
      {"research", R"({"jsonrpc":"2.0","id":{},"method":"GetTask","params":{}})", "1.0", -32600, "null"},
      {"research", request("Nonsense", "{}"), "1.0", -32601, R"("p1")"},
      {"financial", request("SendMessage", new_message), "1.0", -32601, R"("p1")"},
      {"research", request("GetTask", unknown_task), "1.0", -32001, R"("p1")"},
      {"financial", request("tasks/get", unknown_task), "", -32001, R"("p1")"},
      {"research", request("CancelTask", unknown_task), "1.0", -32001, R"("p1")"},
      {"research", request("GetTask", "{}"), "1.0", -32602, R"("p1")"},
      {"research", request("GetTask", "[]"), "1.0", -32602, R"("p1")"},
      {"research", request("SendMessage", "{}"), "1.0", -32602, R"("p1")"},
      {"research", request("SendMessage", R"({"message":{"parts":[{"text":"x"}]}})"), "1.0", -32602, R"("p1")"},
      {"research", request("SendMessage", R"({"message":{"messageId":"m","parts":[]}})"), "1.0", -32602,
       R"("p1")"},
      {"research", request("SendMessage", R"({"message":{"messageId":"m","parts":[1]}})"), "1.0", -32602,
       R"("p1")"},
      {"research", request("SendStreamingMessage", new_message), "1.0", -32004, R"("p1")"},
      {"financial", request("message/stream", old_message), "", -32004, R"("p1")"},
      {"research", request("CreateTaskPushNotificationConfig", "{}"), "1.0", -32003, R"("p1")"},
      {"research", request("GetExtendedAgentCard", "{}"), "1.0", -32007, R"("p1")"},
      {"research", request("GetTask", unknown_task), "2.0", -32009, R"("p1")"},
      {"financial", request("tasks/get", unknown_task), "2.0", -32001, R"("p1")"},
  };
  for (auto const& each : cases) {
    CAPTURE(each.agent, each.request, each.version);
    A2aAnswers answers(agent(each.agent), 1);
    auto const answer = answers.answer(each.request, each.version);
    CHECK(error_code(answer) == each.code);
    CHECK(json::serialize(parse(answer).at("id")) == each.id);
    CHECK_FALSE(parse(answer).contains("result"));
    CHECK(answers.tasks().size() == 0);
  }
}

TEST_CASE("an answer without an error has code 0") {
  CHECK(error_code(R"({"jsonrpc":"2.0","id":1,"result":{}})") == 0);
  CHECK(error_code("not JSON") == 0);
  CHECK(error_code(R"({"error":{"code":-32001}})") == -32001);
}

TEST_CASE("the oldest tasks are forgotten") {
  TaskStore store(2);
  store.remember({"a", "", "", ""});
  store.remember({"b", "", "", ""});
  CHECK(store.find("a") != nullptr);
  store.remember({"c", "", "", ""});
  CHECK(store.find("a") == nullptr);
  CHECK(store.find("b") != nullptr);
  CHECK(store.find("c") != nullptr);
  CHECK(store.size() == 2);
}

TEST_CASE("cards have the form that was asked for") {
  std::string const url = "http://127.0.0.1:9723/";
  auto const& speaks_new = agent("research");
  auto const& speaks_old = agent("financial");
  CHECK(card_form(speaks_new, "1.0") == CardForm::v1_0);
  CHECK(card_form(speaks_new, "") == CardForm::v0_3);
  CHECK(card_form(speaks_new, "0.3") == CardForm::v0_3);
  CHECK(card_form(speaks_old, "1.0") == CardForm::v0_3);

  auto const card = parse(agent_card(speaks_new, CardForm::v1_0, url));
  CHECK(card.at("name").as_string() == "research");
  CHECK_FALSE(card.contains("url"));
  auto const& first = card.at("supportedInterfaces").as_array().at(0).as_object();
  CHECK(first.at("url").as_string() == url.c_str());
  CHECK(first.at("protocolBinding").as_string() == "JSONRPC");
  CHECK(first.at("protocolVersion").as_string() == "1.0");
  CHECK(card.at("skills").as_array().size() == 1);

  auto const old_card = parse(agent_card(speaks_old, CardForm::v0_3, url));
  CHECK(old_card.at("url").as_string() == url.c_str());
  CHECK(old_card.at("preferredTransport").as_string() == "JSONRPC");
  CHECK(old_card.at("protocolVersion").as_string() == "0.3.0");
  CHECK_FALSE(old_card.contains("supportedInterfaces"));
  CHECK_FALSE(parse(agent_card(speaks_old, CardForm::v1_0, url)).contains("supportedInterfaces"));

  auto const oldest_card = parse(agent_card(speaks_new, CardForm::v0_2, url));
  CHECK(oldest_card.at("protocolVersion").as_string() == "0.2.5");
  CHECK_FALSE(oldest_card.contains("preferredTransport"));
}
