#include "exporters/version_range.hpp"

#include <catch2/catch.hpp>

namespace fleet::exporters {
namespace {

VersionRange range(std::string_view text) {
  auto const parsed = VersionRange::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

TEST_CASE("versions are those of libpq") {
  CHECK(parse_version("15.4") == 150004);
  CHECK(parse_version("15.4.0") == 150004);
  CHECK(parse_version("13") == 130000);
  CHECK(parse_version("9.6.3") == 90603);
  for (auto const* const text : {"", "x", "15.", "15.x", "-1", "1.2.3.4", "100", "15 "}) {
    INFO(text);
    CHECK_FALSE(parse_version(text));
  }
}

TEST_CASE("a range is comparisons, all of one group") {
  CHECK(range(">=13.0.0 <16.0.0").contains(150004));
  CHECK(range(">=13.0.0 <16.0.0").contains(130000));
  CHECK_FALSE(range(">=13.0.0 <16.0.0").contains(160000));
  CHECK_FALSE(range(">= 10.0.0 < 13.0.0").contains(130000));
  CHECK(range("<10.0.0 || >=14.0.0").contains(90603));
  CHECK(range("<10.0.0 || >=14.0.0").contains(140000));
  CHECK_FALSE(range("<10.0.0||>=14.0.0").contains(120000));
  CHECK(range("15.4.0").contains(150004));
  CHECK_FALSE(range("=15.4.0").contains(150005));
  CHECK_FALSE(range("!=15.4.0").contains(150004));
  CHECK(range("!15.4.0").contains(150003));
  CHECK(range(">15.4.0").contains(150005));
  CHECK_FALSE(range(">15.4.0").contains(150004));
  CHECK(range("<=15.4.0").contains(150004));
  for (auto const* const text : {"", "||", ">=", "> >13", "13 ||", "~13.0.0", "=>13.0.0", ">=x"}) {
    INFO(text);
    CHECK_FALSE(VersionRange::parse(text));
  }
}

TEST_CASE("ranges overlap if a version is in both") {
  CHECK(VersionRange().overlaps(range("15.4.0")));
  CHECK_FALSE(range("<13.0.0").overlaps(range(">=13.0.0")));
  CHECK(range("<=13.0.0").overlaps(range(">=13.0.0")));
  CHECK_FALSE(range("<10.0.0 || >=14.0.0").overlaps(range(">=10.0.0 <14.0.0")));
  CHECK_FALSE(range(">14.0.0 <13.0.0").overlaps(VersionRange()));
}

}  // namespace
}  // namespace fleet::exporters
