#include "slo/explanation.hpp"

#include <catch2/catch.hpp>

#include "tests/slo/specification_of.hpp"

using namespace fleet::slo;
using namespace fleet::slo::testing;

TEST_CASE("how fast an alert answers is the share of its long window that must be bad") {
  auto const objective = objective_of(sloth_file("99.9"));
  CHECK(*page_seconds(objective, 1) == Approx(51.84));
  CHECK(*ticket_seconds(objective, 1) == Approx(259.2));
  CHECK_FALSE(page_seconds(objective, 0.005));
  CHECK(*ticket_seconds(objective, 0.01) == Approx(25920));
  CHECK_FALSE(ticket_seconds(objective, 0.001));
}

TEST_CASE("an outage costs its share of the period's budget") {
  auto const objective = objective_of(sloth_file("99.9"));
  CHECK(outage_cost(objective, 2592) == Approx(1).epsilon(1e-9));
  CHECK(outage_cost(objective, 60) == Approx(60 / 2592.0).epsilon(1e-9));
}

TEST_CASE("the explanation says it in words") {
  auto const text = explanation(objective_of(sloth_file("99.9")), {60, 3600});
  for (auto const* part :
       {"web-pages: 99.9 % over 30d", "43 min 12 s of total outage", "Page PagesFail",
        "more than 1.44 % bad over 1h", "14.4 times too fast", "100 % (outage)", "after 52 s",
        "1 min: 2.31 % of the budget", "1 h: 139 % of the budget: the objective is missed"}) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  }
}
