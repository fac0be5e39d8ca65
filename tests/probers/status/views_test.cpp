// The pages, their JSON and the feed: what they say, what they must not say, and that nothing breaks out of
// them.
#include <boost/json.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "probers/status/assets.hpp"
#include "probers/status/html.hpp"
#include "probers/status/public_view.hpp"
#include "probers/status/rendering.hpp"
#include "probers/status/status_view.hpp"
#include "tests/probers/status/picture_of_trouble.hpp"

using namespace fleet::probers;
using namespace fleet::probers::status;
using namespace fleet::probers::status::testing;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Every element is closed where it should be, if the page is read as XML; throws if not.
void check_nesting(const std::string& html) {
  std::istringstream in("<page>" + html + "</page>");
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(in, tree);
}

json::object read_json(const std::string& text) { return json::parse(text).as_object(); }

}  // namespace

TEST_CASE("the operators' page names what fails, at which step, why, and since when") {
  Trouble const trouble;
  auto const body = status_body(trouble.picture());
  CHECK(status_headline(trouble.picture()) == "1 of 2 targets failing");
  CHECK(contains(body, "<b>refused</b> at <b>connect</b>: internal-detail "));
  CHECK(contains(body, "<time datetime=\"2026-11-27T11:59:00Z\">"));
  CHECK(contains(body, "resolve 1.0 ms, connect 250 ms"));
  CHECK(contains(body, "trace 0123456789abcdef0123456789abcdef"));
  CHECK(contains(body, ">14.4<"));
  CHECK(contains(body, "aria-label=\"12.5 % of the budget left\""));
  CHECK(contains(body, "<polyline points=\"0.0,0.0 120.0,20.0 240.0,35.0\"/>"));
  CHECK(contains(body, "from 100 % to 12.5 %"));
  CHECK(contains(body, "SEV1"));
  CHECK(contains(body, "kim&lt;script&gt;"));
  CHECK(contains(body, "Move &lt;script&gt;"));
}

TEST_CASE("no text breaks out of a page, and no secret of a URL is in it") {
  Trouble const trouble;
  auto const picture = trouble.picture();
  auto const shown = public_picture(picture);
  for (auto const& html : {status_body(picture), public_body(shown)}) {
    CHECK_FALSE(contains(html, "<script>alert"));
    CHECK_FALSE(contains(html, "\"'&"));
    CHECK_FALSE(contains(html, "javascript:"));
    CHECK_FALSE(contains(html, "style="));
    CHECK_FALSE(contains(html, "hunter"));
    CHECK_NOTHROW(check_nesting(html));
  }
  CHECK_FALSE(contains(status_json(picture), "hunter"));
  for (auto const& pages : {status_pages(picture, nullptr), public_pages(picture, nullptr)}) {
    auto const& page = pages->by_name.at("page").body;
    CHECK_FALSE(contains(page, "{{"));
    CHECK_FALSE(contains(page, "<script>alert"));
    CHECK(contains(page, "<meta http-equiv=\"refresh\""));
    CHECK(contains(page, "data-version=\"" + pages->version + "\""));
    // Nothing is loaded from elsewhere.
    for (std::string const attribute : {"src=\"http", "src=\"//", "href=\"//"})
      CHECK_FALSE(contains(page, attribute));
  }
}

TEST_CASE("the names of alerts wrap between their words") {
  CHECK(html::camel_case("SystemDown") == "System<wbr/>Down");
  CHECK(html::camel_case("A2ALatencyHigh") == "A2ALatency<wbr/>High");
  CHECK(html::camel_case("x<Y") == "x&lt;Y");
  CHECK(html::camel_case("").empty());
}

TEST_CASE("clients see services, days, incidents and maintenance, and nothing of the inside") {
  Trouble trouble;
  trouble.config.vantage = "the-vantage";
  auto const shown = public_picture(trouble.picture());
  REQUIRE(shown.services.size() == 1);
  CHECK(shown.services[0].health == Health::degraded);
  CHECK(shown.services[0].budget == Approx(0.001));
  // The one that goes on by its alert, and the one that is over; none of the service that is not theirs.
  REQUIRE(shown.incidents.size() == 2);
  CHECK(shown.incidents[0].open);
  for (auto const& text : {public_body(shown), public_json(shown), public_atom(shown)}) {
    for (std::string const inside :
         {"internal", "Internal", "Inner", "refused", "connect", "web", "slot", "kim", "the-vantage", "9090"}) {
      CAPTURE(inside);
      CHECK_FALSE(contains(text, inside));
    }
  }
  auto const body = public_body(shown);
  CHECK(contains(body, "2026-11-26: 100 % good"));
  CHECK(contains(body, "2026-11-27: 50 % good"));
  CHECK(contains(body, "2026-11-25: no data"));
  CHECK(contains(body, "75 % over 2 days"));
}

TEST_CASE("clients hear of a failure when it has lasted, and that it is maintenance") {
  Trouble trouble;
  trouble.findings.alerts.clear();
  trouble.config.announce_after = std::chrono::minutes(2);
  CHECK(public_picture(trouble.picture()).health == Health::operational);
  trouble.config.announce_after = std::chrono::seconds(30);
  CHECK(public_picture(trouble.picture()).health == Health::degraded);
  CHECK(public_headline(public_picture(trouble.picture())) == "Some services are degraded");
  trouble.config.maintenance[0].once->begin = noon();
  auto const shown = public_picture(trouble.picture());
  CHECK(public_headline(shown) == "Maintenance is under way, services are degraded");
  CHECK(contains(public_body(shown), ">Maintenance</span>"));
  CHECK_FALSE(contains(public_body(shown), ">Degraded</span>"));
}

TEST_CASE("a source that does not answer is named, with when and why, and what it said is marked as old") {
  Trouble trouble;
  CHECK_FALSE(contains(status_body(trouble.picture()), "does not answer"));
  trouble.findings.prometheus.kind = Source::Kind::failing;
  trouble.findings.prometheus.why = "connect: refused <b>";
  trouble.findings.prometheus.since = noon();
  auto const body = status_body(trouble.picture());
  CHECK(contains(body, "<b>Prometheus</b> at http://internal-host:9090 does not answer since <time"));
  CHECK(contains(body, "(connect: refused &lt;b&gt;)"));
  CHECK(contains(body, "<section id=\"objectives\" class=\"old\">"));
  CHECK(contains(body, "<b>refused</b> at <b>connect</b>"));
  auto const shown = public_body(public_picture(trouble.picture()));
  CHECK(contains(shown, "History and incidents are as of <time"));
  CHECK_FALSE(contains(shown, "Prometheus"));
}

TEST_CASE("JSON holds the same facts") {
  Trouble const trouble;
  auto const all = read_json(status_json(trouble.picture()));
  CHECK(all.at("headline").as_string() == "1 of 2 targets failing");
  auto const& target = all.at("targets").as_array().at(0).as_object();
  CHECK(target.at("state").as_string() == "bad");
  CHECK(target.at("reason").as_string() == "refused");
  CHECK(target.at("step").as_string() == "connect");
  CHECK(target.at("phases").as_object().at("connect").as_double() == 0.25);
  CHECK(target.at("failing_since").as_string() == "2026-11-27T11:59:00Z");
  CHECK(all.at("alerts").as_array().at(0).as_object().at("state").as_string() == "firing");
  CHECK(all.at("objectives").as_array().at(0).as_object().at("budget_left").as_double() == 0.125);
  CHECK(all.at("sources").as_object().at("prometheus").as_object().at("state").as_string() == "answering");
  auto const shown = read_json(public_json(public_picture(trouble.picture())));
  CHECK(shown.at("state").as_string() == "degraded");
  CHECK(shown.at("incidents").as_array().at(0).as_object().at("to").is_null());
  CHECK(shown.at("services").as_array().at(0).as_object().at("days").as_array().size() == 2);
  CHECK(shown.at("maintenance").as_array().size() == 1);
}

TEST_CASE("the feed is well-formed Atom whose ids last") {
  Trouble trouble;
  trouble.config.public_url = "https://status.example/";
  auto const feed_of = [&] {
    std::istringstream in(public_atom(public_picture(trouble.picture())));
    boost::property_tree::ptree tree;
    boost::property_tree::read_xml(in, tree);
    return tree.get_child("feed");
  };
  auto const ids_of = [](const boost::property_tree::ptree& feed) {
    std::vector<std::string> ids;
    for (auto const& [name, child] : feed)
      if (name == "entry") ids.push_back(child.get<std::string>("id"));
    return ids;
  };
  auto const feed = feed_of();
  CHECK(feed.get<std::string>("id") == "https://status.example/");
  CHECK(feed.get<std::string>("updated") == "2026-11-27T11:55:00Z");
  auto const before = ids_of(feed);
  CHECK(before.size() == 3);
  CHECK(before.at(0).starts_with("https://status.example/#incident-Workspace20"));
  for (auto const& id : before) CHECK(id.find_first_of(" <>\"&") == std::string::npos);
  trouble.findings.prometheus.kind = Source::Kind::failing;
  CHECK(ids_of(feed_of()) == before);
}

TEST_CASE("the same facts are the same version, whatever the time; other facts are another") {
  Trouble trouble;
  auto const first = status_pages(trouble.picture(), nullptr);
  auto later = trouble.picture();
  later.now += std::chrono::seconds(5);
  CHECK_FALSE(status_pages(later, first.get()));
  CHECK_FALSE(public_pages(later, public_pages(trouble.picture(), nullptr).get()));
  trouble.findings.alerts[0].silenced = true;
  auto const second = status_pages(trouble.picture(), first.get());
  REQUIRE(second);
  CHECK(second->version != first->version);
}

TEST_CASE("a thousand targets: those that fail are in front, and a page of ten thousand stays within bounds") {
  Trouble trouble;
  Share share;
  for (int i = 0; i < 10'000; ++i) {
    WatchedTarget target;
    target.probe = "many";
    target.target = "t" + std::to_string(i);
    target.interval = std::chrono::seconds(10);
    share.targets.push_back(target);
  }
  share.worker = 1;
  trouble.board.take(std::move(share));
  for (int i = 0; i < 10'000; ++i) {
    LastResult result;
    result.outcome = i == 7'777 ? Outcome::bad : Outcome::good;
    result.reason = i == 7'777 ? Reason::timeout : Reason::none;
    result.at = noon();
    trouble.board.take(Observation{"many", "t" + std::to_string(i), result});
  }
  auto const body = status_body(trouble.picture());
  CHECK(contains(body, "many/t7777"));
  CHECK(contains(body, "9999/10000"));
  CHECK(contains(body, "<details id=\"probe-many\"><summary>"));
  CHECK(contains(body, "and 9499 more that are well"));
  CHECK(body.size() < 500'000);
  CHECK(read_json(status_json(trouble.picture())).at("targets").as_array().size() == 10'002);
}

namespace {

/// Relative luminance of "#rrggbb" (WCAG 2.2).
double luminance(const std::string& colour) {
  auto const channel = [&](std::size_t at) {
    double const value = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

double contrast(const std::string& a, const std::string& b) {
  auto const x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

/// The colour of that name in the style's n-th set of them: the light one, the dark one.
std::string colour_of(const std::string& css, int set, const std::string& name) {
  std::size_t at = 0;
  for (int i = 0; i <= set; ++i) at = css.find("--" + name + ": #", at + 1);
  REQUIRE(at != std::string::npos);
  return css.substr(at + name.size() + 4, 7);
}

}  // namespace

TEST_CASE("text is told from its ground in both schemes: 4.5 to 1, as WCAG AA asks") {
  std::string const css(assets::status_css);
  for (int const set : {0, 1}) {
    auto const check = [&](const std::string& front, const std::string& back) {
      CAPTURE(set, front, back);
      CHECK(contrast(colour_of(css, set, front), colour_of(css, set, back)) >= 4.5);
    };
    for (std::string const back : {"ground", "raised"})
      for (std::string const front : {"ink", "soft", "link"}) check(front, back);
    for (std::string const back : {"good", "warn", "bad", "unknown", "paused"}) check("on", back);
  }
}
