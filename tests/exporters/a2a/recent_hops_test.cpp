#include "exporters/a2a/recent_hops.hpp"

#include <catch2/catch.hpp>
#include <set>

namespace fleet::exporters::a2a {
namespace {

/// A stored string as SETRANGE would make it.
void write(std::string& stored, const RecentHops& hops, std::uint64_t since) {
  for (auto const& part : hops.parts_since(since)) {
    if (stored.size() < part.offset + part.bytes.size()) stored.resize(part.offset + part.bytes.size());
    stored.replace(part.offset, part.bytes.size(), part.bytes);
  }
}

TEST_CASE("an identity is the hop and the attempt") {
  std::set<std::uint64_t> seen;
  for (int n = 0; n < 20'000; ++n) {
    for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
      seen.insert(RecentHops::identity("hop-" + std::to_string(n), attempt));
    }
  }
  CHECK(seen.size() == 60'000);
  CHECK(RecentHops::identity("a", 1) == RecentHops::identity("a", 1));
  CHECK(RecentHops::identity("", 0) != 0);
  // Stored in Redis and read by later builds: it must not change.
  CHECK(RecentHops::identity("hop-1", 1) == 0xba0e83094ecfa639);
  CHECK(RecentHops::identity("01J9Z8Q6-a-longer-one", 2) == 0x9cdab17b133231a9);
}

TEST_CASE("a repeated hop is known until capacity others came") {
  RecentHops hops(1000);
  CHECK(hops.insert(RecentHops::identity("first", 1)));
  CHECK_FALSE(hops.insert(RecentHops::identity("first", 1)));
  for (int n = 0; n < 999; ++n) CHECK(hops.insert(RecentHops::identity("h" + std::to_string(n), 1)));
  CHECK_FALSE(hops.insert(RecentHops::identity("first", 1)));
  CHECK(hops.insert(RecentHops::identity("one more", 1)));
  CHECK(hops.insert(RecentHops::identity("first", 1)));
}

TEST_CASE("a long run keeps exactly the last ones") {
  RecentHops hops(1000);
  std::uint64_t n = 0;
  for (; n < 50'000; ++n) REQUIRE(hops.insert(RecentHops::identity(std::to_string(n), 1)));
  for (auto k = n - 1000; k < n; ++k) REQUIRE_FALSE(hops.insert(RecentHops::identity(std::to_string(k), 1)));
  CHECK(hops.total() == 50'000);
}

TEST_CASE("what is taken back was never there") {
  RecentHops hops(1000);
  for (int n = 0; n < 500; ++n) hops.insert(RecentHops::identity(std::to_string(n), 1));
  for (int n = 500; n < 600; ++n) hops.insert(RecentHops::identity(std::to_string(n), 1));
  hops.take_back(100);
  CHECK(hops.total() == 500);
  for (int n = 0; n < 500; ++n) REQUIRE_FALSE(hops.insert(RecentHops::identity(std::to_string(n), 1)));
  for (int n = 500; n < 600; ++n) REQUIRE(hops.insert(RecentHops::identity(std::to_string(n), 1)));
}

TEST_CASE("stored piece by piece and restored") {
  RecentHops hops(1000);
  std::string stored;
  std::uint64_t since = 0;
  for (int batch = 0; batch < 50; ++batch) {
    for (int n = 0; n < 77; ++n) hops.insert(RecentHops::identity(std::to_string(batch * 77 + n), 1));
    write(stored, hops, since);
    since = hops.total();
  }
  CHECK(stored.size() == 8000);

  RecentHops same(1000);
  CHECK(same.restore(stored, hops.total(), 1000));
  CHECK(same.parts_since(since).empty());
  for (int n = 3850 - 1000; n < 3850; ++n)
    REQUIRE_FALSE(same.insert(RecentHops::identity(std::to_string(n), 1)));
  CHECK(same.insert(RecentHops::identity("2849", 1)));

  RecentHops smaller(100);
  CHECK_FALSE(smaller.restore(stored, hops.total(), 1000));
  for (int n = 3750; n < 3850; ++n) REQUIRE_FALSE(smaller.insert(RecentHops::identity(std::to_string(n), 1)));
  CHECK(smaller.insert(RecentHops::identity("3749", 1)));

  RecentHops empty(1000);
  CHECK(empty.restore("", hops.total(), 1000));
  CHECK(empty.insert(RecentHops::identity("3849", 1)));
}

TEST_CASE("more than a ring at once is written once") {
  RecentHops hops(100);
  for (int n = 0; n < 1234; ++n) hops.insert(RecentHops::identity(std::to_string(n), 1));
  std::string stored;
  write(stored, hops, 5);
  CHECK(stored.size() == 800);
  RecentHops same(100);
  same.restore(stored, hops.total(), 100);
  for (int n = 1134; n < 1234; ++n) REQUIRE_FALSE(same.insert(RecentHops::identity(std::to_string(n), 1)));
}

}  // namespace
}  // namespace fleet::exporters::a2a
