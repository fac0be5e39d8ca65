#include "tests/servers/redis_server.hpp"

#include <hiredis/hiredis.h>
#include <signal.h>

#include <stdexcept>

#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using Context = std::unique_ptr<redisContext, decltype(&redisFree)>;

Context connect(std::uint16_t port) {
  timeval const limit{5, 0};
  Context context(redisConnectWithTimeout("127.0.0.1", port, limit), redisFree);
  if (!context || context->err) throw std::runtime_error("cannot connect to the test's redis");
  redisSetTimeout(context.get(), limit);
  return context;
}

std::string flat(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_NIL:
      return "";
    case REDIS_REPLY_ARRAY: {
      std::string text;
      for (std::size_t i = 0; i < reply.elements; ++i) text += (i ? "\n" : "") + flat(*reply.element[i]);
      return text;
    }
    default:
      return {reply.str, static_cast<std::size_t>(reply.len)};
  }
}

std::string ask(std::uint16_t port, const std::vector<std::string>& words, bool throw_errors) {
  auto const context = connect(port);
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (auto const& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  auto* const raw = redisCommandArgv(context.get(), static_cast<int>(words.size()), texts.data(), sizes.data());
  if (!raw) throw std::runtime_error("the test's redis did not answer " + words.at(0) + ": " + context->errstr);
  std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(static_cast<redisReply*>(raw), freeReplyObject);
  auto text = flat(*reply);
  if (throw_errors && reply->type == REDIS_REPLY_ERROR) throw std::runtime_error(words.at(0) + ": " + text);
  return text;
}

bool ready(std::uint16_t port) {
  try {
    auto const answer = ask(port, {"PING"}, false);
    return answer == "PONG" || answer.starts_with("NOAUTH");
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

RedisServer::RedisServer(RedisOptions options) : options_(std::move(options)), port_(free_port()) { start(); }
RedisServer::~RedisServer() {
  if (process_) process_->kill9();
}

std::string RedisServer::command(const std::vector<std::string>& words) const {
  return ask(port_, words, true);
}

void RedisServer::start() {
  launch({});
  wait_ready();
}

void RedisServer::start_loading(std::chrono::microseconds key_delay) {
  launch({"--key-load-delay", std::to_string(key_delay.count()), "--loading-process-events-interval-bytes",
          "1024"});
}

void RedisServer::launch(const std::vector<std::string>& more_arguments) {
  auto const directory = directory_.path().string();
  Launch launch;
  // appendfsync no: each write is in the kernel before its answer leaves, and no slow disk delays a test.
  launch.command = {"redis-server",
                    "--port",
                    std::to_string(port_),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    directory,
                    "--save",
                    "",
                    "--appendonly",
                    options_.append_only ? "yes" : "no",
                    "--appendfsync",
                    "no",
                    "--enable-debug-command",
                    "yes"};
  launch.command.insert(launch.command.end(), options_.arguments.begin(), options_.arguments.end());
  launch.command.insert(launch.command.end(), more_arguments.begin(), more_arguments.end());
  launch.output = directory_.path() / "redis.log";
  process_ = std::make_unique<Process>(std::move(launch));
}

void RedisServer::wait_ready() {
  if (!wait_until([this] { return !process_->running() || ready(port_); }) || !process_->running()) {
    throw std::runtime_error("redis-server did not start:\n" + process_->output());
  }
}

void RedisServer::stop() { process_->stop(); }

void RedisServer::restart() {
  stop();
  start();
}

void RedisServer::kill9() { process_->kill9(); }
void RedisServer::freeze() { process_->signal(SIGSTOP); }
void RedisServer::thaw() { process_->signal(SIGCONT); }

}  // namespace fleet::testing
