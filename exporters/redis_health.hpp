// The health of one Redis server, for every exporter that reads one.
#pragma once

#include <memory>
#include <string>

#include "core/redis/server/server_reader.hpp"
#include "exporters/collector.hpp"

namespace fleet::exporters {

/// A collector of redis_exporter's default page. A server that does not answer is redis_up 0 and one log line,
/// not a failure; so are commands that it refuses. It has the server to itself, so that whatever else is read
/// there, a key of another type say, fails on its own.
class RedisHealth : public Collector {
 public:
  /// `name` and `target`: see Collector. `addr`: see redis::ServerReader.
  RedisHealth(std::string name, std::shared_ptr<redis::Client> client, redis::ServerQuestions questions = {},
              std::string target = {}, std::string addr = {});
  std::string_view name() const override { return name_; }
  std::string_view target() const override { return target_; }
  bool always() const override { return true; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  void note(const redis::ServerReader::Outcome& outcome);

  std::string name_, target_, address_;
  redis::ServerReader reader_;
  redis::ServerReader::Outcome last_;
};

}  // namespace fleet::exporters
