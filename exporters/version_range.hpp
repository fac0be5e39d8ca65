// Which versions of PostgreSQL something is meant for.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::exporters {

/// A set of server versions, each written as libpq does: 150004 for 15.4, 90603 for 9.6.3. A value.
class VersionRange {
 public:
  VersionRange() : VersionRange(0, limit) {}  ///< every version
  /// first <= version < end
  VersionRange(int first, int end) : spans_{{first, end}} {}

  /// `>=13.0.0 <16.0.0 || >=17.0.0`: comparisons (<, <=, >, >=, =, ==, !=, !) of versions of one to three
  /// numbers, all of a group must hold, one group of several must. nullopt if it is not that.
  static std::optional<VersionRange> parse(std::string_view expression);

  bool contains(int version) const;
  bool overlaps(const VersionRange& other) const;

  static constexpr int limit = 100'000'000;

 private:
  using Spans = std::vector<std::pair<int, int>>;
  static Spans both(const Spans& left, const Spans& right);
  Spans spans_;
};

/// A version of one to three numbers, as above; nullopt if the text is none. `numbers` receives how many it
/// has.
std::optional<int> parse_version(std::string_view text, int* numbers = nullptr);

}  // namespace fleet::exporters
