// One log line when a source goes away and one when it is back.
#pragma once

#include <string>
#include <string_view>

namespace fleet::demo {

/// Not thread-safe. `what` names the source: "redis 127.0.0.1:9733".
class OutageLog {
 public:
  explicit OutageLog(std::string what) : what_(std::move(what)) {}
  /// Logs the reason if the source was there until now.
  void lost(std::string_view reason);
  /// Logs the return if the source was away, or the first contact.
  void present();
  /// Whether the last contact succeeded; false before the first.
  bool up() const { return state_ == State::up; }

 private:
  enum class State { unknown, up, down };
  std::string what_;
  State state_ = State::unknown;
};

}  // namespace fleet::demo
