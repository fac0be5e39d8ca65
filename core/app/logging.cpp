#include "core/app/logging.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>

#include "core/app/log_line.hpp"

namespace fleet::logging {
namespace {

struct State {
  std::string component;
  std::atomic<Level> level{Level::info};
  Style style = Style::logfmt;
  std::shared_ptr<spdlog::logger> sink;
};

// Never destroyed: a detached thread may still log while the process exits.
State& state() {
  static State* const instance = [] {
    auto* const fresh = new State;
    fresh->sink = std::make_shared<spdlog::logger>("fleet", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    fresh->sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    fresh->sink->set_level(spdlog::level::trace);
    return fresh;
  }();
  return *instance;
}

std::string timestamp() {
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::time_t const seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  std::size_t const length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  auto const milliseconds = static_cast<int>(now.time_since_epoch().count() % 1000);
  std::string out(text, length);
  out += {'.', static_cast<char>('0' + milliseconds / 100), static_cast<char>('0' + milliseconds / 10 % 10),
          static_cast<char>('0' + milliseconds % 10), 'Z'};
  return out;
}

}  // namespace

void start(std::string component, Level level, Style style) {
  state().component = std::move(component);
  state().level = level;
  state().style = style;
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  State& to = state();
  if (level < to.level.load(std::memory_order_relaxed)) return;
  std::string const line = format_line(to.style, timestamp(), level, to.component, message, fields);
  // As an argument-free message: spdlog must not read braces in it as a format.
  to.sink->log(spdlog::level::info, spdlog::string_view_t(line));
}

}  // namespace fleet::logging
