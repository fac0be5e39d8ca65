// The parts of the monthly report that need no server.
#include <catch2/catch.hpp>
#include <cmath>

#include "exporters/compliance/monthly/chart.hpp"
#include "exporters/compliance/monthly/compose.hpp"
#include "exporters/compliance/monthly/prometheus.hpp"

namespace fleet::exporters::compliance::monthly {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point later{4000000000s};

TEST_CASE("a month is written as YYYY-MM and no other way") {
  auto const october = parse_month("2026-10");
  REQUIRE(october);
  CHECK(october->year == 2026);
  CHECK(october->month == 10);
  for (auto const* const bad : {"", "2026", "2026-1", "2026-13", "2026-00", "2026-+1", "x026-10", "2026-10-01"})
    CHECK_FALSE(parse_month(bad));
}

TEST_CASE("a month begins and ends at Sydney's midnight, also where summer time begins or ends in it") {
  auto const october = span_of({2024, 10}, "Australia/Sydney", later);
  CHECK(october.from == 1727704800);  // 2024-09-30 14:00 UTC
  CHECK(october.to == 1730379600);    // 2024-10-31 13:00 UTC
  CHECK((october.to - october.from) / 3600 == 743);
  CHECK(october.days == 31);
  CHECK(october.complete);
  CHECK(october.title() == "October 2024");
  CHECK(october.local(october.from) == "1 October 2024 00:00 AEST");
  CHECK(october.local(october.to) == "1 November 2024 00:00 AEDT");
  auto const april = span_of({2024, 4}, "Australia/Sydney", later);
  CHECK((april.to - april.from) / 3600 == 721);
  auto const february = span_of({2024, 2}, "Australia/Perth", later);
  CHECK(february.days == 29);
  CHECK(span_of({2024, 12}, "Australia/Sydney", later).days == 31);
  CHECK_THROWS_WITH(span_of({2024, 2}, "Australia/Sidney", later),
                    Catch::Contains("this machine's zoneinfo does not know Australia/Sidney"));
}

TEST_CASE("a month under way ends with the present") {
  auto const now = std::chrono::system_clock::time_point(std::chrono::seconds(1727704800 + 5 * 86400 + 60));
  auto const span = span_of({2024, 10}, "Australia/Sydney", now);
  CHECK_FALSE(span.complete);
  CHECK(span.to == 1727704800 + 5 * 86400 + 60);
  CHECK(span.days == 31);
}

TEST_CASE("hours without data count neither for nor against availability") {
  auto const span = span_of({2024, 10}, "Australia/Sydney", later);
  std::vector<Point> const points{
      {span.from + 3600, 1}, {span.from + 86400, 0.5}, {span.from + 86400 + 3600, 0}};
  auto const figures = figures_of(points, span);
  CHECK(figures.ratio == 0.5);
  CHECK(figures.down_seconds == 5400);
  CHECK(figures.coverage == Approx(3.0 / 743));
  CHECK(std::isnan(figures_of({}, span).ratio));
  auto const days = by_day(points, span);
  REQUIRE(days.size() == 31);
  CHECK(days[0] == 0.75);  // midnight's point is of the hour before it
  CHECK(days[1] == 0);
  CHECK_FALSE(days[2]);
}

TEST_CASE("Prometheus' answer, and what is none") {
  auto const points = parse_matrix(
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[3600,"1"],[7200.5,"NaN"],[10800,"0.5"]]}]}})");
  REQUIRE(points.size() == 2);
  CHECK(points[1].at == 10800);
  CHECK(points[1].ratio == 0.5);
  CHECK(parse_matrix(R"({"status":"success","data":{"result":[]}})").empty());
  CHECK_THROWS_WITH(parse_matrix(R"({"status":"error","errorType":"bad_data","error":"1:2: parse error"})"),
                    "Prometheus: 1:2: parse error");
  CHECK_THROWS_WITH(parse_matrix("<html>"), "the answer is no JSON");
  CHECK_THROWS_WITH(parse_matrix("[]"), "the answer has no `status`");
  CHECK_THROWS_WITH(parse_matrix(R"({"status":"success","data":{"result":[{"values":[]},{"values":[]}]}})"),
                    "expected an expression of one series, got 2");
  CHECK_THROWS_WITH(parse_matrix(R"({"status":"success","data":{"result":[{"values":[[1]]}]}})"),
                    "the answer holds a sample that is no pair");
  CHECK_THROWS_WITH(parse_matrix(R"({"status":"success","data":{"result":[{"values":[[1,"x"]]}]}})"),
                    "the answer holds a sample that is no number");
}

TEST_CASE("an axis shows what it must, in round steps") {
  using Axis = std::pair<double, double>;
  CHECK(axis_of(0, 0, true) == Axis(1, 1));
  CHECK(axis_of(0, 1, true) == Axis(1, 1));
  CHECK(axis_of(0, 7, true) == Axis(8, 2));
  CHECK(axis_of(0, 23, true) == Axis(25, 5));
  CHECK(axis_of(0, 100, true) == Axis(100, 20));
  for (double high = 1; high < 1e7; high *= 1.7) {
    auto const [top, step] = axis_of(0, high, true);
    CHECK(top >= high);
    CHECK(top / step <= 6);
  }
}

TEST_CASE("a document of many rows and odd letters is a PDF") {
  Document document;
  document.title = "Title \u2013 caf\u00e9 \u4e2d";
  document.footer = "footer";
  Table table;
  table.head = {"a", "b"};
  for (int i = 0; i < 200; ++i) table.rows.push_back({"row " + std::to_string(i), std::to_string(i)});
  document.blocks.push_back(Heading{"Heading"});
  document.blocks.push_back(table);
  document.blocks.push_back(Paragraph{std::string(3000, 'x') + " " + std::string(10, 'y'), true});
  Chart empty;
  empty.title = "nothing";
  empty.slots = {"1"};
  empty.series = {{"s", {std::nullopt}}};
  document.blocks.push_back(empty);
  auto const bytes = render_pdf(document);
  CHECK(bytes.starts_with("%PDF-1."));
  CHECK(bytes.find("%%EOF") != std::string::npos);
}

TEST_CASE("HTML escapes what it shows") {
  Document document;
  document.title = "<script>";
  document.blocks.push_back(Table{{"a&b"}, {{"\"<td>"}}, false});
  auto const page = render_html(document);
  CHECK(page.find("<script>") == std::string::npos);
  CHECK(page.find("<th>a&amp;b</th>") != std::string::npos);
  CHECK(page.find("<td>&quot;&lt;td&gt;</td>") != std::string::npos);
}

}  // namespace
}  // namespace fleet::exporters::compliance::monthly
