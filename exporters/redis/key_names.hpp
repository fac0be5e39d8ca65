// Names of keys as redis_exporter's flags write them.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::exporters::redis_health {

/// A key, or a pattern of keys, in one of a server's databases.
struct KeyName {
  int database = 0;
  std::string name;
  auto operator<=>(const KeyName&) const = default;

  /// Whether it has to be looked for with SCAN: it has one of ?*[]^ in it.
  bool is_pattern() const;
  /// "db0", as redis_exporter labels it.
  std::string database_label() const { return "db" + std::to_string(database); }
};

/// "queue", "db3=queue" or "3=queue". nullopt without a name. A name with "=" in it needs the database before
/// it.
std::optional<KeyName> parse_key_name(std::string_view text);

/// "queue,db3=session:*", each name percent-encoded where it holds a comma. What is empty between commas is
/// passed over; nullopt if a part is no key.
std::optional<std::vector<KeyName>> parse_key_list(std::string_view text);

/// What is asked of a server's keys.
struct WatchedKeys {
  std::vector<KeyName> keys;     ///< size and value
  std::vector<KeyName> streams;  ///< length, groups, consumers, lag
  std::vector<KeyName> counts;   ///< patterns: how many keys match
  bool empty() const { return keys.empty() && streams.empty() && counts.empty(); }
  friend bool operator==(const WatchedKeys&, const WatchedKeys&) = default;
};

/// What keeps a reading of keys short.
struct KeyLimits {
  std::size_t keys_per_pattern = 200;  ///< more are not shown
  std::size_t scanned_keys = 100'000;  ///< SCAN gives up after so many keys of a database
  std::size_t lag_entries = 1000;      ///< of a stream: counted one by one, see group_lag.hpp
  bool consumers = true;               ///< series for each consumer of a group
  bool text_values = false;            ///< short strings as the label of redis_key_value_as_string
};

}  // namespace fleet::exporters::redis_health
