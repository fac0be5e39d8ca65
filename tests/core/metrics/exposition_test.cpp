#include "core/metrics/exposition.hpp"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <string_view>

using namespace fleet;

TEST_CASE("OpenMetrics: counters lose _total in their head, the page ends with # EOF") {
  Families page;
  page.counter("hops_total", "Hops, \"all\".").add(3);
  page.counter("pg_stat_database_xact_commit", "Named before OpenMetrics.").add(4);
  page.untyped("australian_legal_violations_total", "Open.").add({{"framework", "x"}}, 0);
  CHECK(Exposition::render(page, Format::openmetrics_1_0) ==
        "# HELP australian_legal_violations_total Open.\n# TYPE australian_legal_violations_total unknown\n"
        "australian_legal_violations_total{framework=\"x\"} 0\n"
        "# HELP hops Hops, \\\"all\\\".\n# TYPE hops counter\nhops_total 3\n"
        "# HELP pg_stat_database_xact_commit Named before OpenMetrics.\n"
        "# TYPE pg_stat_database_xact_commit unknown\npg_stat_database_xact_commit 4\n# EOF\n");
}

TEST_CASE("text 0.0.4: untyped, quotes kept, line breaks escaped in help") {
  Families page;
  page.untyped("x", "a \"b\"\nc\\d").add(1);
  CHECK(Exposition::render(page, Format::text_0_0_4) == "# HELP x a \"b\"\\nc\\\\d\n# TYPE x untyped\nx 1\n");
}

TEST_CASE("exemplars stand in OpenMetrics only, on their own bucket, also after sorting and merging") {
  HistogramData data({0.05, 0.2});
  data.observe(0.1);
  std::vector<Exemplar> exemplars(3);
  exemplars[1] = {"abc", 0.1, 1700000000.5};
  Families page, more;
  page.histogram("h", "H.").add_histogram({{"p", "b"}}, data);
  more.histogram("h", "H.").add_histogram({{"p", "a"}}, data, exemplars);
  page.merge(std::move(more));
  auto const openmetrics = Exposition::render(page, Format::openmetrics_1_0);
  CHECK(openmetrics.find("h_bucket{p=\"a\",le=\"0.2\"} 1 # {trace_id=\"abc\"} 0.1 1700000000.5\n"
                         "h_bucket{p=\"a\",le=\"+Inf\"} 1\n") != std::string::npos);
  CHECK(openmetrics.find("h_bucket{p=\"b\",le=\"0.2\"} 1\n") != std::string::npos);
  CHECK(Exposition::render(page, Format::text_0_0_4).find("trace_id") == std::string::npos);
}

TEST_CASE("negotiation follows q-values") {
  auto const om = Format::openmetrics_1_0, text = Format::text_0_0_4;
  CHECK(negotiate("") == text);
  CHECK(negotiate("*/*") == text);
  CHECK(negotiate("application/openmetrics-text") == om);
  // What Prometheus 2.42 sends.
  CHECK(
      negotiate("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1") == om);
  CHECK(negotiate("text/plain;q=0.9, application/openmetrics-text;q=0.5") == text);
  CHECK(negotiate("application/openmetrics-text; version=2.0.0, text/plain;q=0.1") == text);
  CHECK(negotiate("application/openmetrics-text;q=0") == text);
  CHECK(negotiate("application/openmetrics-text;q=junk") == text);
  CHECK(negotiate("application/openmetrics-text; version=\"1.0.0\"") == om);
}

TEST_CASE("gzip is used only where it is admitted") {
  CHECK(accepts_gzip("gzip"));
  CHECK(accepts_gzip("deflate, gzip;q=0.5"));
  CHECK(accepts_gzip("*"));
  CHECK_FALSE(accepts_gzip(""));
  CHECK_FALSE(accepts_gzip("gzip;q=0"));
  CHECK_FALSE(accepts_gzip("*;q=1, gzip;q=0"));
  CHECK_FALSE(accepts_gzip("br"));
}

namespace {

std::string gunzip(std::string_view packed, std::size_t expected) {
  std::string out(expected + 1, '\0');
  z_stream stream{};
  constexpr int gzip_only = 16 + MAX_WBITS;
  REQUIRE(inflateInit2(&stream, gzip_only) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("gzip output inflates to the page") {
  std::string page;
  for (int i = 0; i < 5000; ++i) page += "metric{i=\"" + std::to_string(i) + "\"} 1\n";
  auto const packed = gzip(page);
  CHECK(packed.size() < page.size() / 3);
  CHECK(gunzip(packed, page.size()) == page);
}

TEST_CASE("gzip takes what it cannot make smaller, of any size") {
  std::mt19937 random(7);
  std::string page;
  for (std::size_t const size : {0u, 1u, 2u, 100u, 16383u, 16385u, 65535u, 65537u, 200000u, 3000000u}) {
    while (page.size() < size) page.push_back(static_cast<char>(random()));
    CAPTURE(size);
    CHECK(gunzip(gzip(page), page.size()) == page);
  }
}
