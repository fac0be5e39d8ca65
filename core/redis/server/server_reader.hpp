// Everything that a Redis server tells of itself, asked in one go.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/redis/connection.hpp"
#include "core/redis/server/page.hpp"

namespace fleet::redis {

class InfoText;

/// What is asked beside what redis_exporter asks by default.
struct ServerQuestions {
  bool clients = false;             ///< CLIENT LIST
  bool latency_histograms = false;  ///< LATENCY HISTOGRAM, Redis 7
  friend bool operator==(const ServerQuestions&, const ServerQuestions&) = default;
};

/// Reads one server, over the client's kept connection, as often as it is asked. Lives on one io thread;
/// readings may overlap.
class ServerReader {
 public:
  /// `addr`: see ServerPage.
  explicit ServerReader(std::shared_ptr<Client> client, ServerQuestions questions = {}, std::string addr = {});

  struct Outcome {
    std::string failure;  ///< why the server is not up; "" if it is
    std::string refused;  ///< which commands it refused, with the first refusal's text; "" if none
  };
  /// Adds redis_exporter's default page: redis_up, what INFO, CONFIG GET, LATENCY and SLOWLOG tell, CLUSTER
  /// INFO where the cluster is enabled, SENTINEL on a sentinel, the time of a PING on the open connection, and
  /// redis_exporter_* of this reading. A server that does not answer by the deadline, or is no Redis, is
  /// redis_up 0; one that answers PING with an error (it loads its data) is redis_up 0 beside its INFO. A
  /// command that is refused is missing, and nothing else. Does not throw.
  awaitable<Outcome> read(Deadline deadline, Families& out);

 private:
  struct Findings;
  awaitable<void> ask(Deadline deadline, Findings* findings);
  awaitable<void> ask_sentinel(Deadline deadline, Findings* findings);
  void add_own(const Findings& findings, std::chrono::nanoseconds took, ServerPage& page);

  std::shared_ptr<Client> client_;
  ServerQuestions questions_;
  std::string addr_;
  std::uint64_t readings_ = 0;
  double reading_seconds_ = 0;
};

}  // namespace fleet::redis
