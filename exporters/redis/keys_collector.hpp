// The collector "keys": sizes, values and streams of one server.
#pragma once

#include <memory>
#include <string>

#include "exporters/collector.hpp"
#include "exporters/redis/key_reader.hpp"

namespace fleet::exporters::redis_health {

/// Adds what read_keys() does, and redis_health_exporter_unreadable_keys, which counts what could not be read
/// and why a line in the log says, once. While the server does not answer all of them are unreadable; that it
/// does not is RedisHealth's to say.
class KeysCollector : public Collector {
 public:
  /// `target`: the instance's name. `addr`: see redis::ServerPage.
  KeysCollector(std::shared_ptr<fleet::redis::Client> client, WatchedKeys watched, KeyLimits limits,
                std::string target, std::string addr);
  std::string_view name() const override { return "keys"; }
  std::string_view target() const override { return target_; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<fleet::redis::Client> client_;
  WatchedKeys watched_;
  KeyLimits limits_;
  std::string target_, addr_;
  std::string last_problem_;
  KeyMemory memory_;
};

}  // namespace fleet::exporters::redis_health
