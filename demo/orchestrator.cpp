#include "demo/orchestrator.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>

#include "demo/pause.hpp"

namespace fleet::demo {

using namespace std::chrono_literals;

namespace {

// How matters travel; each neighbouring pair is a hop.
constexpr std::string_view no_agent;
constexpr std::array<std::array<std::string_view, 6>, 5> routes{{
    {"orchestrator", "intake", "document", "research", "drafting", "orchestrator"},
    {"orchestrator", "financial", "document", "compliance", "orchestrator", no_agent},
    {"orchestrator", "research", "crossexam", "drafting", "compliance", "orchestrator"},
    {"orchestrator", "scheduling", "communication", "orchestrator", no_agent, no_agent},
    {"intake", "compliance", "orchestrator", "document", "financial", "orchestrator"},
}};

constexpr auto patience = 10s;  // of who sent a message
constexpr std::string_view hops_stream = "a2a:hops";
constexpr std::string_view started_hash = "a2a:hops:started";
constexpr std::size_t sends_per_tick = 1000;

std::string request_json(const HopMessage& message, bool new_form) {
  boost::json::object part;
  if (!new_form) part["kind"] = "text";
  part["text"] = "next step of the matter, from " + message.source;
  boost::json::array parts;
  parts.push_back(std::move(part));
  boost::json::object body;
  if (!new_form) body["kind"] = "message";
  body["messageId"] = message.hop_id;
  body["role"] = new_form ? "ROLE_USER" : "user";
  body["parts"] = std::move(parts);
  boost::json::object params;
  params["message"] = std::move(body);
  boost::json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = message.hop_id;
  request["method"] = message.operation;
  request["params"] = std::move(params);
  return boost::json::serialize(request);
}

}  // namespace

Orchestrator::Orchestrator(asio::io_context& io, Options options, Agents& agents, Faults& faults,
                           Instruments& instruments)
    : io_(io),
      options_(std::move(options)),
      agents_(agents),
      faults_(faults),
      redis_(io.get_executor(), options_.redis),
      outage_("redis " + options_.redis.address()),
      random_(options_.seed),
      sent_(instruments.counter("legalllm_messages_sent_total", "Messages between agents put on a queue.")),
      finished_(
          instruments.counter("legalllm_messages_finished_total", "Messages between agents worked off.")) {}

void Orchestrator::start() { asio::co_spawn(io_, begin(shared_from_this()), asio::detached); }

awaitable<void> Orchestrator::begin(Self self) {
  bool emptied = false;
  while (!emptied && !self->stopping_) {
    redis::Pipeline pipeline;
    for (auto const& agent : roster()) {
      auto const queue = queue_name(agent.name);
      pipeline.add({"DEL", queue});
    }
    std::string failure;
    try {
      auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
      replies[0].checked();
      emptied = true;
    } catch (const std::exception& e) {
      failure = e.what();
    }
    if (!emptied) {
      self->outage_.lost(failure);
      co_await pause(300ms);
    }
  }
  asio::co_spawn(self->io_, send_loop(self), asio::detached);
  for (std::size_t i = 0; i < roster().size(); ++i)
    asio::co_spawn(self->io_, work_loop(self, i), asio::detached);
}

double Orchestrator::uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }

std::string Orchestrator::hex(int digits) {
  static constexpr std::string_view alphabet = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < digits; ++i) text += alphabet[random_() % 16];
  return text;
}

HopMessage Orchestrator::next_message() {
  if (step_ + 1 >= routes[route_].size() || routes[route_][step_ + 1].empty()) {
    route_ = random_() % routes.size();
    step_ = 0;
    trace_id_.clear();
  }
  if (trace_id_.empty()) trace_id_ = hex(32);
  HopMessage message;
  message.source = routes[route_][step_];
  message.target = routes[route_][step_ + 1];
  ++step_;
  message.hop_id = hex(24);
  message.trace_id = trace_id_;
  bool const new_form = roster()[static_cast<std::size_t>(agent_index(message.target))].speech == Speech::v1_0;
  message.operation = new_form ? "SendMessage" : "message/send";
  message.request = request_json(message, new_form);
  return message;
}

void Orchestrator::add_to(redis::Pipeline& pipeline, const HopMessage& message) const {
  auto const queue = queue_name(message.target);
  auto const pair = message.source + "|" + message.target;
  auto const body = encode(message);
  pipeline.add({"EVAL", enqueue_script(), "2", queue, started_hash, pair, body});
}

awaitable<void> Orchestrator::send_loop(Self self) {
  double due = 0;
  auto last = std::chrono::steady_clock::now();
  while (!self->stopping_) {
    co_await pause(20ms);
    auto const now = std::chrono::steady_clock::now();
    // An outage is not made up for: what was not sent meanwhile is not sent later.
    auto const elapsed = std::min<double>(std::chrono::duration<double>(now - last).count(), 0.5);
    last = now;
    due += elapsed * (self->options_.rate + self->faults_.number("hops-burst"));
    redis::Pipeline pipeline;
    for (auto const& message : std::exchange(self->retries_, {})) self->add_to(pipeline, message);
    for (; due >= 1 && pipeline.size() < sends_per_tick; due -= 1) self->add_to(pipeline, self->next_message());
    if (pipeline.size() == 0) continue;
    auto const count = pipeline.size();
    std::string failure;
    try {
      auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
      replies[0].checked();
      self->sent_.add(static_cast<double>(count));
      self->outage_.present();
    } catch (const std::exception& e) {
      failure = e.what();
    }
    if (!failure.empty()) {
      self->outage_.lost(failure);
      co_await pause(300ms);
    }
  }
}

awaitable<void> Orchestrator::work_loop(Self self, std::size_t agent) {
  std::string const name(roster()[agent].name);
  auto const own_queue = queue_name(name);
  redis::Pipeline take;
  take.add({"BLMPOP", "0.5", "1", own_queue, "LEFT", "COUNT", "32"});
  take.add({"TIME"});
  auto options = self->options_.redis;
  options.client_name = "legalllm-" + name;
  std::unique_ptr<redis::Connection> connection;
  while (!self->stopping_) {
    if (self->faults_.agent_down(name)) {
      connection.reset();
      co_await expire(self, own_queue);
      co_await pause(100ms);
      continue;
    }
    bool failed = false;
    try {
      if (!connection) connection = co_await redis::Connection::open(options, Deadline::after(2s));
      auto const replies = co_await connection->run(take, Deadline::after(3s));
      auto const taken = replies[0].checked();
      auto const time = replies[1].checked();
      // An agent that died while it waited takes its messages with it: hops begun and never finished.
      if (!taken.is_nil() && !self->faults_.agent_down(name)) {
        auto const stamp = to_microseconds(time[0].text(), time[1].text());
        auto const entries = taken[1];
        for (auto const entry : entries) {
          asio::co_spawn(self->io_, work(self, agent, std::string(entry.text()), stamp), asio::detached);
        }
      }
    } catch (const std::exception&) {  // the sender's loop logs outages of the same server
      failed = true;
    }
    if (failed) {
      connection.reset();
      co_await pause(500ms);
    }
  }
}

awaitable<void> Orchestrator::expire(Self self, std::string queue) {
  auto const limit = std::to_string(std::chrono::microseconds(patience).count());
  redis::Pipeline pipeline;
  pipeline.add({"EVAL", expire_script(), "1", queue, limit});
  try {
    auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(2s));
    auto const expired = replies[0].checked();
    for (auto const entry : expired) {
      auto const hop = decode(entry.text());
      if (!hop) continue;
      asio::co_spawn(self->io_, record(self, record_fields(*hop, std::nullopt, "timeout", 0)), asio::detached);
    }
  } catch (const std::exception&) {  // the sender's loop logs outages of the same server
  }
}

awaitable<void> Orchestrator::work(Self self, std::size_t agent, std::string entry, std::int64_t dequeued_us) {
  auto const decoded = decode(entry);
  if (!decoded) co_return;  // not ours
  auto const& hop = *decoded;
  std::string_view outcome = "ok";
  int error = 0;
  if (std::chrono::microseconds(dequeued_us - hop.enqueued_us) > patience) {
    outcome = "timeout";
  } else {
    auto const work_time = self->agents_.work_time(agent);
    co_await pause(work_time);
    bool const new_form = hop.message.operation == "SendMessage";
    error = error_code(self->agents_.answer(agent, hop.message.request, new_form ? "1.0" : ""));
    if (error == 0 && self->uniform() < 0.002) error = -32603;
    if (error != 0) outcome = "error";
  }
  auto fields = record_fields(hop, dequeued_us, outcome, error);
  if (outcome == "error" && hop.message.attempt < 3) {
    auto again = hop.message;
    ++again.attempt;
    self->retries_.push_back(std::move(again));
  }
  self->finished_.add();
  co_await record(self, std::move(fields));
}

awaitable<void> Orchestrator::record(Self self, std::vector<std::string> fields) {
  // Tried again after an error, so a record whose first reply was lost is there twice: readers know it by
  // hop_id and attempt.
  for (int attempt = 0; attempt < 20 && !self->stopping_; ++attempt) {
    redis::Pipeline pipeline;
    std::vector<std::string_view> words{"EVAL", finish_script(), "1", hops_stream};
    words.insert(words.end(), fields.begin(), fields.end());
    pipeline.add(words);
    bool failed = false;
    try {
      auto const replies = co_await self->redis_.run(std::move(pipeline), Deadline::after(5s));
      replies[0].checked();
    } catch (const std::exception&) {
      failed = true;
    }
    if (!failed) co_return;
    co_await pause(500ms);
  }
}

}  // namespace fleet::demo
