#include "core/metrics/families.hpp"

#include <catch2/catch.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

#include "core/metrics/exposition.hpp"

using namespace fleet;

namespace {

std::string text(const Families& families) { return Exposition::render(families, Format::text_0_0_4); }

std::string value(double number) {
  std::string out;
  append_value(out, number);
  return out;
}

std::string labels(std::vector<Label> list) {
  std::string out;
  append_labels(out, list);
  return out;
}

}  // namespace

TEST_CASE("values are the shortest decimal that reads back equal") {
  CHECK(value(0) == "0");
  CHECK(value(-0.0) == "0");
  CHECK(value(1) == "1");
  CHECK(value(-17) == "-17");
  CHECK(value(0.1) == "0.1");
  CHECK(value(1.5e-9) == "1.5e-09");
  CHECK(value(9007199254740992.0) == "9007199254740992");
  CHECK(value(1e300) == "1e+300");
  CHECK(std::stod(value(1700000000.123456)) == 1700000000.123456);
  CHECK(value(std::nan("")) == "NaN");
  CHECK(value(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(value(-std::numeric_limits<double>::infinity()) == "-Inf");
}

TEST_CASE("values are printed as std::to_chars prints them") {
  std::mt19937_64 random(20261128);
  auto const printed = [](double number) {
    char text[64];
    return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
  };
  for (double const divisor : {1e1, 1e3, 1e6, 1e7, 3e5}) {
    for (double const most : {1e1, 1e4, 1e9, 1e15, 2e15}) {
      std::uniform_real_distribution<double> numbers(0, most);
      for (int i = 0; i < 1000; ++i) {
        double const number = std::floor(numbers(random)) / divisor;
        if (number == std::floor(number)) continue;  // whole ones are printed as integers
        if (value(number) != printed(number)) FAIL(number << " as " << value(number));
        if (value(-number) != printed(-number)) FAIL(-number << " as " << value(-number));
      }
    }
  }
  for (auto const* const edge :
       {"0.001", "0.000999", "0.0001", "999999999.999999", "1000000000.000001", "0.1000001"}) {
    CAPTURE(edge);
    CHECK(value(std::stod(edge)) == printed(std::stod(edge)));
  }
}

TEST_CASE("label values are escaped") {
  CHECK(labels({}) == "");
  CHECK(labels({{"a", "x"}, {"b", ""}}) == R"({a="x",b=""})");
  CHECK(labels({{"a", "say \"hi\"\\\n"}}) == R"({a="say \"hi\"\\\n"})");
  CHECK(labels({{"a", "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"}}) ==
        "{a=\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"}");
}

TEST_CASE("invalid UTF-8 becomes U+FFFD, byte by byte") {
  std::string const r = "\xEF\xBF\xBD";
  CHECK(labels({{"a", "x\xFFy"}}) == "{a=\"x" + r + "y\"}");
  CHECK(labels({{"a", "\xC3"}}) == "{a=\"" + r + "\"}");
  CHECK(labels({{"a", "\xC0\xAF"}}) == "{a=\"" + r + r + "\"}");          // overlong
  CHECK(labels({{"a", "\xED\xA0\x80"}}) == "{a=\"" + r + r + r + "\"}");  // surrogate
}

TEST_CASE("families come by name and label sets in order") {
  Families page;
  page.gauge("zeta", "Last.").add(1);
  auto& family = page.counter("alpha_total", "First.");
  family.add({{"l", "b"}}, 2);
  family.add({{"l", "a"}}, 1);
  CHECK(
      text(page) ==
      "# HELP alpha_total First.\n# TYPE alpha_total counter\nalpha_total{l=\"a\"} 1\nalpha_total{l=\"b\"} 2\n"
      "# HELP zeta Last.\n# TYPE zeta gauge\nzeta 1\n");
}

TEST_CASE("a duplicate label set is dropped, the first stays") {
  Families page;
  auto& family = page.gauge("g", "G.");
  family.add({{"l", "a"}}, 1);
  family.add({{"l", "b"}}, 2);
  family.add({{"l", "a"}}, 3);
  CHECK(text(page) == "# HELP g G.\n# TYPE g gauge\ng{l=\"a\"} 1\ng{l=\"b\"} 2\n");
}

TEST_CASE("two adjacent equal label sets count as a duplicate too") {
  Families page;
  auto& family = page.gauge("g", "G.");
  family.add({{"l", "a"}}, 1);
  family.add({{"l", "a"}}, 3);
  CHECK(text(page) == "# HELP g G.\n# TYPE g gauge\ng{l=\"a\"} 1\n");
}

TEST_CASE("an empty family is left out") {
  Families page;
  page.gauge("g", "G.");
  CHECK(text(page).empty());
}

TEST_CASE("a histogram's buckets are cumulative and stay in order of le") {
  HistogramData data({0.05, 0.2, 1});
  for (double const v : {0.05, 0.051, 0.2, 0.3, 5.0}) data.observe(v);
  CHECK(data.counts == std::vector<std::uint64_t>{1, 2, 1, 1});
  Families page;
  page.histogram("h_seconds", "H.").add_histogram({{"p", "x"}}, data);
  CHECK(text(page) ==
        "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
        "h_seconds_bucket{p=\"x\",le=\"0.05\"} 1\nh_seconds_bucket{p=\"x\",le=\"0.2\"} 3\n"
        "h_seconds_bucket{p=\"x\",le=\"1\"} 4\nh_seconds_bucket{p=\"x\",le=\"+Inf\"} 5\n"
        "h_seconds_sum{p=\"x\"} 5.601\nh_seconds_count{p=\"x\"} 5\n");
}

TEST_CASE("histograms of several label sets sort as wholes") {
  HistogramData data({10, 9e9});
  Families page;
  auto& family = page.histogram("h", "H.");
  family.add_histogram({{"p", "b"}}, data);
  family.add_histogram({{"p", "a"}}, data);
  auto const page_text = text(page);
  CHECK(page_text.find("p=\"a\",le=\"10\"") < page_text.find("p=\"a\",le=\"+Inf\""));
  CHECK(page_text.find("h_count{p=\"a\"}") < page_text.find("p=\"b\",le=\"10\""));
}

TEST_CASE("summaries of several label sets sort as wholes, also without quantiles") {
  Families families;
  auto& usec = families.family("usec", MetricType::summary, "h");
  std::vector<Quantile> const quantiles{{"50", 1.5}, {"99", 2}};
  Label const set[] = {{"cmd", "set"}}, get[] = {{"cmd", "get"}};
  usec.add_summary(set, quantiles, 7, 3);
  usec.add_summary(get, quantiles, 5, 2);
  auto& scrapes = families.family("scrapes", MetricType::summary, "h");
  scrapes.add_summary(set, {}, 0.5, 2);
  scrapes.add_summary(get, {}, 0.25, 1);
  CHECK(Exposition::render(families, Format::text_0_0_4) ==
        "# HELP scrapes h\n# TYPE scrapes summary\n"
        "scrapes_sum{cmd=\"get\"} 0.25\nscrapes_count{cmd=\"get\"} 1\n"
        "scrapes_sum{cmd=\"set\"} 0.5\nscrapes_count{cmd=\"set\"} 2\n"
        "# HELP usec h\n# TYPE usec summary\n"
        "usec{cmd=\"get\",quantile=\"50\"} 1.5\nusec{cmd=\"get\",quantile=\"99\"} 2\n"
        "usec_sum{cmd=\"get\"} 5\nusec_count{cmd=\"get\"} 2\n"
        "usec{cmd=\"set\",quantile=\"50\"} 1.5\nusec{cmd=\"set\",quantile=\"99\"} 2\n"
        "usec_sum{cmd=\"set\"} 7\nusec_count{cmd=\"set\"} 3\n");
}

TEST_CASE("merging joins families of one name and refuses two types") {
  Families page, more, wrong;
  page.gauge("g", "G.").add({{"l", "b"}}, 2);
  more.gauge("g", "G.").add({{"l", "a"}}, 1);
  more.counter("c_total", "C.").add(7);
  page.merge(std::move(more));
  CHECK(text(page) ==
        "# HELP c_total C.\n# TYPE c_total counter\nc_total 7\n"
        "# HELP g G.\n# TYPE g gauge\ng{l=\"a\"} 1\ng{l=\"b\"} 2\n");
  CHECK(page.series() == 3);

  wrong.counter("g", "G.").add(1);
  wrong.gauge("new", "N.").add(1);
  CHECK_THROWS_AS(page.merge(std::move(wrong)), std::logic_error);
  CHECK(page.series() == 3);
  CHECK_THROWS_AS(page.counter("g", "G."), std::logic_error);
}

TEST_CASE("has_zero looks only at families with the suffix") {
  Families page;
  page.gauge("pg_up", "U.").add({{"server", "a"}}, 1);
  page.gauge("pg_locks", "L.").add(0);
  page.gauge("pg_static_up", "U.").add(10);
  CHECK_FALSE(page.has_zero("_up"));
  page.gauge("pg_up", "U.").add({{"server", "b"}}, 0);
  CHECK(page.has_zero("_up"));
}

TEST_CASE("a page with a constant label has it in every sample, and in no other page") {
  Label const constant("feed", "a \"b\"");
  Families page(constant), whole;
  page.gauge("g", "G.").add(1);
  page.gauge("g", "G.").add({{"l", "x"}}, 2);
  page.gauge("h", "H.").add_rendered("h ", 3);
  page.gauge("h", "H.").add_rendered("h{l=\"x\"} ", 4);
  HistogramData data({1});
  data.observe(0.5);
  std::vector<Exemplar> const exemplars{{"0af7651916cd43dd8448eb211c80319c", 0.5, 7}, {}};
  page.histogram("d", "D.").add_histogram({{"l", "x"}}, data, exemplars);
  whole.merge(std::move(page));
  whole.gauge("g", "G.").add({{"l", "y"}}, 5);
  auto const feed = std::string(R"(feed="a \"b\"")");
  CHECK(text(whole) == "# HELP d D.\n# TYPE d histogram\nd_bucket{" + feed + ",l=\"x\",le=\"1\"} 1\nd_bucket{" +
                           feed + ",l=\"x\",le=\"+Inf\"} 1\nd_sum{" + feed + ",l=\"x\"} 0.5\nd_count{" + feed +
                           ",l=\"x\"} 1\n# HELP g G.\n# TYPE g gauge\ng{" + feed + ",l=\"x\"} 2\ng{" + feed +
                           "} 1\ng{l=\"y\"} 5\n# HELP h H.\n# TYPE h gauge\nh{" + feed + ",l=\"x\"} 4\nh{" +
                           feed + "} 3\n");
  CHECK(Exposition::render(whole, Format::openmetrics_1_0).find(R"(le="1"} 1 # {trace_id="0af7651916cd43dd)") !=
        std::string::npos);
}

TEST_CASE("families of all sizes outlive the page that they were merged from") {
  Families whole;
  whole.gauge("both", "B.").add({{"n", "0"}}, 0);
  std::string const long_name(5000, 'n');
  {
    Families part;
    for (int n = 1; n <= 500; ++n) {
      auto const number = std::to_string(n);
      part.gauge("both", "B.").add({{"n", number}}, n);
      part.gauge("many", "M.").add({{"n", number}}, n);
      part.gauge("g" + number, "G.").add(n);
    }
    part.gauge(long_name, "L.").add(1);
    whole.merge(std::move(part));
  }
  for (int n = 501; n <= 900; ++n) whole.gauge("many", "M.").add({{"n", std::to_string(n)}}, n);
  CHECK(whole.series() == 501 + 900 + 500 + 1);
  Families moved;
  moved.gauge("gone", "G.").add(1);
  moved = std::move(whole);
  auto const page = text(moved);
  for (auto const* line : {"both{n=\"0\"} 0\n", "both{n=\"500\"} 500\n", "many{n=\"1\"} 1\n",
                           "many{n=\"900\"} 900\n", "\ng500 500\n"}) {
    CHECK(page.find(line) != page.npos);
  }
  CHECK(page.find(long_name + " 1\n") != page.npos);
}

TEST_CASE("an empty page like another has its label, on both sides of a merge") {
  Families page(Label("feed", "a")), plain;
  auto more = page.like();
  CHECK(more.series() == 0);
  more.gauge("g", "G.").add(1);
  page.merge(std::move(more));
  page.gauge("g", "G.").add({{"l", "x"}}, 2);
  page.gauge("h", "H.").add(3);
  CHECK(text(page) ==
        "# HELP g G.\n# TYPE g gauge\ng{feed=\"a\",l=\"x\"} 2\ng{feed=\"a\"} 1\n"
        "# HELP h H.\n# TYPE h gauge\nh{feed=\"a\"} 3\n");
  auto other = plain.like();
  other.gauge("g", "G.").add(1);
  CHECK(text(other) == "# HELP g G.\n# TYPE g gauge\ng 1\n");
}
