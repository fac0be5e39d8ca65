#include "core/app/reloader.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>

#include "core/app/logging.hpp"

namespace fleet::app {
namespace {

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Reloader::Reloader(const std::string& program, asio::io_context& worker,
                   std::shared_ptr<const std::function<void()>> hook, Instruments& instruments)
    : worker_(worker),
      hook_(std::move(hook)),
      successful_(instruments.gauge(
          program + "_config_last_reload_successful",
          "Whether the last load of the configuration succeeded; if not, the one before is in use.")),
      success_time_(instruments.gauge(program + "_config_last_reload_success_timestamp_seconds",
                                      "When the configuration in use was loaded, as Unix time.")) {
  successful_.set(1);
  success_time_.set(unix_seconds());
}

void Reloader::reload(std::function<void(Outcome)> done) {
  if (!possible()) return;
  asio::post(worker_, [this, done = std::move(done)] { done(attempt()); });
}

Reloader::Outcome Reloader::attempt() {
  try {
    (*hook_)();
  } catch (const std::exception& error) {
    successful_.set(0);
    logging::error("configuration not reloaded", {{"err", error.what()}});
    return error.what();
  }
  successful_.set(1);
  success_time_.set(unix_seconds());
  logging::info("configuration reloaded");
  return std::nullopt;
}

}  // namespace fleet::app
