#include "exporters/redis/key_scan.hpp"

#include "exporters/redis/database_pipeline.hpp"

namespace fleet::exporters::redis_health {
namespace {

constexpr std::size_t keys_a_step = 1000;

struct Scan {
  std::string cursor = "0";
  std::size_t seen = 0;
  bool done = false;
};

/// Takes the reply to one SCAN.
void advance(Scan& scan, ScanResult& result, fleet::redis::Reply reply, std::optional<std::size_t> keep,
             const KeyLimits& limits) {
  if (reply.is_error()) {
    result.problem = reply.error_text();
    scan.done = true;
    return;
  }
  scan.cursor = reply[0].text();
  scan.seen += keys_a_step;
  auto const keys = reply[1];
  auto const end = keys.end();
  for (auto key = keys.begin(); key != end; ++key) {
    ++result.count;
    if (keep && result.keys.size() < *keep) result.keys.emplace((*key).text());
  }
  scan.done = scan.cursor == "0";
  if (keep && result.count > *keep) {
    result.problem = "more than " + std::to_string(*keep) + " keys match";
    scan.done = true;
  } else if (!scan.done && scan.seen >= limits.scanned_keys) {
    result.problem = "more than " + std::to_string(limits.scanned_keys) + " keys to scan";
    scan.done = true;
  }
}

}  // namespace

awaitable<std::vector<ScanResult>> scan_keys(fleet::redis::Client& client, std::vector<KeyName> patterns,
                                             std::optional<std::size_t> keep, KeyLimits limits,
                                             Deadline deadline) {
  std::vector<ScanResult> results(patterns.size());
  std::vector<Scan> scans(patterns.size());
  auto const step = std::to_string(keys_a_step);
  // The other half is for what is to be read of the keys.
  auto const until = Deadline::Clock::now() + deadline.remaining() / 2;
  for (;;) {
    DatabasePipeline pipeline(client.options().database);
    std::vector<std::size_t> asked;
    for (std::size_t n = 0; n < patterns.size(); ++n) {
      if (!scans[n].done && Deadline::Clock::now() >= until) {
        results[n].problem = "too many keys to scan within the scrape's time";
        scans[n].done = true;
      }
      if (scans[n].done) continue;
      pipeline.add(patterns[n].database, {"SCAN", scans[n].cursor, "MATCH", patterns[n].name, "COUNT", step});
      asked.push_back(n);
    }
    if (asked.empty()) break;
    auto const replies = co_await pipeline.run(client, deadline);
    for (std::size_t place = 0; place < asked.size(); ++place) {
      auto const n = asked[place];
      advance(scans[n], results[n], replies[place], keep, limits);
    }
  }
  co_return results;
}

}  // namespace fleet::exporters::redis_health
