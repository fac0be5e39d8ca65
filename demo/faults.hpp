// The faults that the demo can have: names, values, and which are in force. Plain state, no sockets.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::demo {

struct FaultKind {
  std::string_view name;
  std::string_view value;          ///< what a value looks like; "" if the fault takes none
  std::string_view default_value;  ///< used when none is given; "" and a non-empty `value`: one must be given
  std::string_view description;
};

/// No fault has that name; what() lists those there are.
class UnknownFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The value does not fit; what() is "agent-down: expected one of ...".
class BadFaultValue : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Which faults are in force and with what values. Setting a fault again replaces its value, but agent-down and
/// agent-delay add agents to those they have, and violation adds a violation. Watchers are called after each
/// change, with the fault's name; they read the state here. Lives on one io thread.
class Faults {
 public:
  struct Violation {
    std::string framework, severity;
  };
  using Watcher = std::function<void(std::string_view name)>;

  static std::span<const FaultKind> kinds();

  /// Throws UnknownFault or BadFaultValue, with nothing changed.
  void set(std::string_view name, std::string_view value);
  /// Ends one fault, or all; watchers are called for each that was in force. Throws UnknownFault.
  void clear(std::string_view name);
  void clear_all();
  void watch(Watcher watcher) { watchers_.push_back(std::move(watcher)); }

  bool active(std::string_view name) const { return values_.contains(name); }
  /// The value as shown, "" if not in force.
  std::string value(std::string_view name) const;

  bool interface_down() const { return active("interface-down"); }
  bool agent_down(std::string_view agent) const { return agents_down_.contains(agent); }
  std::chrono::milliseconds agent_delay(std::string_view agent) const;
  /// How many times longer the work on a document takes; 1 normally, 0 for work that stands still.
  double batch_slowness() const;
  double documents_fail_share() const;
  const std::vector<Violation>& violations() const { return violations_; }
  /// The value of lock, long-transaction or hops-burst; 0 if not in force.
  double number(std::string_view name) const;

  /// `[{"name","value","description","active","expects"}]` of all faults.
  std::string to_json() const;

 private:
  void notify(std::string_view name);
  void forget(std::string_view name);

  std::map<std::string, std::string, std::less<>> values_;
  std::set<std::string, std::less<>> agents_down_;
  std::map<std::string, std::chrono::milliseconds, std::less<>> agent_delays_;  // "": all agents
  std::vector<Violation> violations_;
  std::vector<Watcher> watchers_;
};

}  // namespace fleet::demo
