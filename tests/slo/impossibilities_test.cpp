#include <catch2/catch.hpp>

#include "slo/number_text.hpp"
#include "tests/slo/specification_of.hpp"

using namespace fleet::slo;
using namespace fleet::slo::testing;

TEST_CASE("an objective whose alert could never fire is refused") {
  CHECK(error_of(sloth_file("90")) ==
        "slo.yml:5:16: expected an objective above 93.05555555555556: the quick page answers to an error ratio "
        "above "
        "14.4 * 0.1 = 1.44, which cannot be");
  CHECK(error_of(sloth_file("93.06")) == "");
  CHECK(error_of(sloth_file("90", "      page_alert: {disable: true}\n")) == "");
}

TEST_CASE("probes must come faster than one failure can page") {
  auto const probed = [](const std::string& interval) {
    return error_of(sloth_file("99.9", "    extensions:\n      probe_interval: " + interval + "\n"));
  };
  CHECK(probed("15s") == "");
  CHECK(probed("51s") == "");
  CHECK(probed("60s") ==
        "slo.yml:13:23: expected a probe at least every 52 s, got one every 1m: a single failure would set "
        "off the quick page");
  CHECK(probed("3m") ==
        "slo.yml:13:23: expected at least two probes in the 5m window of the quick page, got one every 3m");
}

TEST_CASE("a period of its own keeps the factors of 30 days") {
  auto const week = objective_of(sloth_file("99.9", "    extensions: {period: 7d}\n"));
  CHECK(week.windows.factor(week.windows.page_quick) == Approx(14.4));
  CHECK(week.windows.factor(week.windows.ticket_slow) == Approx(1));
  CHECK(error_of(sloth_file("99.9", "    extensions: {period: 2d}\n")) ==
        "slo.yml:12:26: expected a period of more than 3d, or one that --slo-period-windows-path lists");
}

TEST_CASE("numbers for people") {
  CHECK(rounded_text(93.0555) == "93.1");
  CHECK(rounded_text(0.0009999999999999432) == "0.001");
  CHECK(rounded_text(1234567) == "1234567");
  CHECK(percent_text(0.0144) == "1.44 %");
  CHECK(span_text(51.84) == "52 s");
  CHECK(span_text(2592) == "43 min 12 s");
  CHECK(span_text(0.4) == "0.4 s");
  CHECK(span_text(259200) == "3 d");
  CHECK(span_text(1e5) == "1 d 3 h");
}
