#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "exporters/consent/consents.hpp"
#include "exporters/consent/processing.hpp"
#include "exporters/consent/withdrawals.hpp"
#include "tests/exporters/page.hpp"

namespace fleet::exporters::consent {
namespace {

using exporters::LabelLimit;
using testing::Page;

Page page_of(const Families& families) { return {Exposition::render(families, Format::text_0_0_4), true}; }

TEST_CASE("consents of types beyond the limit are added up under `other`") {
  LabelLimit types({"known", "unused"}, 1);
  std::vector<ConsentCount> const rows = {
      {"a", 1, 1, 0, 0, 1}, {"b", 10, 5, 4, 1, 2}, {"c", 100, 50, 40, 10, 20}, {"known", 7, 6, 1, 0, 0}};
  auto const counts = by_label(rows, types);
  REQUIRE(counts.size() == 4);
  CHECK(counts.at("a").granted == 1);
  CHECK(counts.at("unused").granted == 0);
  CHECK(counts.at("known").active == 6);
  auto const& other = counts.at("other");
  CHECK(other.consent_type == "other");
  CHECK(other.granted == 110);
  CHECK(other.active == 55);
  CHECK(other.withdrawn == 44);
  CHECK(other.expired == 11);
  CHECK(other.expiring_soon == 22);
}

TEST_CASE("each state of a consent has a family of its own") {
  LabelLimit types({"t"}, 0);
  Families out;
  publish_consents(by_label(std::vector<ConsentCount>{{"t", 15, 5, 4, 3, 2}}, types), {{"t", 16}}, out);
  auto const page = page_of(out);
  CHECK(page.text.find("# TYPE consent_granted_total counter\n") != std::string::npos);
  CHECK(page.value(R"(consent_granted_total{consent_type="t"})") == 16);
  CHECK(page.value(R"(consent_active{consent_type="t"})") == 5);
  CHECK(page.value(R"(consent_withdrawn{consent_type="t"})") == 4);
  CHECK(page.value(R"(consent_expired{consent_type="t"})") == 3);
  CHECK(page.value(R"(consent_expiring_soon{consent_type="t"})") == 2);
}

TEST_CASE("pending withdrawals add up, the oldest one gives the age") {
  LabelLimit types({"t", "none"}, 0);
  Families out;
  publish_withdrawals(
      by_label(std::vector<PendingCount>{{"a", 1, 50}, {"b", 2, 90}, {"c", 4, 70}, {"t", 3, 10}}, types), out);
  auto const page = page_of(out);
  CHECK(page.value(R"(consent_withdrawals_pending{consent_type="t"})") == 3);
  CHECK(page.value(R"(consent_withdrawals_pending{consent_type="none"})") == 0);
  CHECK(page.value(R"(consent_withdrawals_pending{consent_type="other"})") == 7);
  CHECK(page.value(R"(consent_withdrawal_oldest_pending_age_seconds{consent_type="other"})") == 90);
  CHECK(page.value(R"(consent_withdrawal_oldest_pending_age_seconds{consent_type="none"})") == 0);
}

TEST_CASE("uses of data are published by what covered them") {
  LabelLimit types({"t", "none"}, 0);
  Families out;
  publish_processing(
      by_label(std::vector<ProcessingCount>{{"a", 1, 1, 1, 0, 0}, {"b", 4, 1, 1, 1, 1}, {"t", 20, 8, 3, 5, 2}},
               types),
      out);
  auto const page = page_of(out);
  CHECK(page.value(R"(consent_processing_events{consent_type="t"})") == 20);
  CHECK(page.value(R"(consent_processing_after_withdrawal{consent_type="t"})") == 8);
  CHECK(page.value(R"(consent_processing_after_withdrawal_clients{consent_type="t"})") == 3);
  CHECK(page.value(R"(consent_processing_after_expiry{consent_type="t"})") == 5);
  CHECK(page.value(R"(consent_processing_without_grant{consent_type="t"})") == 2);
  CHECK(page.value(R"(consent_processing_events{consent_type="none"})") == 0);
  CHECK(page.value(R"(consent_processing_events{consent_type="other"})") == 5);
  CHECK(page.value(R"(consent_processing_after_withdrawal{consent_type="other"})") == 2);
  CHECK(page.value(R"(consent_processing_without_grant{consent_type="other"})") == 1);
}

}  // namespace
}  // namespace fleet::exporters::consent
