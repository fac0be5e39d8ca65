// The status pages in a real browser: what it shows, what it complains of, whom it asks, while Prometheus dies
// and returns.
#include <catch2/catch.hpp>

#include "tests/probers/status/watched_system.hpp"
#include "tests/servers/chromium.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool comes(Chromium& browser, const std::string& condition) {
  return wait_until([&] { return browser.text(condition) == "true"; }, 60s);
}

std::string main_has(const std::string& text) {
  return "document.querySelector('main').innerText.includes('" + text + "')";
}

boost::json::object media(const char* scheme) {
  boost::json::object feature;
  feature["name"] = "prefers-color-scheme";
  feature["value"] = scheme;
  boost::json::array features;
  features.push_back(feature);
  boost::json::object parameters;
  parameters["features"] = features;
  return parameters;
}

boost::json::object screen(int width, int height) {
  boost::json::object parameters;
  parameters["width"] = width;
  parameters["height"] = height;
  parameters["deviceScaleFactor"] = 1;
  parameters["mobile"] = width < 600;
  return parameters;
}

}  // namespace

TEST_CASE("the operators' page follows without being loaded anew, and says when a source is lost") {
  Site site;
  WatchedSystem system(site);
  REQUIRE(system.comes(
      [](auto const& all) { return target_is(all, "good") && source_is(all, "prometheus", "answering"); }));
  Chromium browser;
  auto const base = "http://127.0.0.1:" + std::to_string(system.port);
  browser.open(base + "/status");
  REQUIRE(comes(browser, "document.getElementById('liveness').textContent === 'Live'"));
  CHECK(contains(browser.text("document.title"), "The one target is well"));
  CHECK(browser.text("document.querySelector('h1').innerText") == "LegalLLM");
  browser.evaluate("window.kept = 'since the first load'");

  // A reader opens what is folded away; news leave it open, and the focus where it is.
  browser.evaluate("document.querySelector('#probes summary').focus()");
  browser.press("Enter");
  CHECK(browser.text("document.querySelector('#probes details').open") == "false");
  site.set_well(false);
  REQUIRE(comes(browser, "!!document.querySelector('#failing tbody tr')"));
  CHECK(contains(browser.text("document.querySelector('#failing').innerText"), "status"));
  CHECK(contains(browser.text("document.title"), "1 of 1 target failing"));
  CHECK(browser.text("document.querySelector('#probes details').open") == "false");
  CHECK(browser.text("document.activeElement.tagName") == "SUMMARY");
  REQUIRE(comes(browser, main_has("InternalAlertName")));

  system.prometheus().kill9();
  REQUIRE(comes(browser, main_has("does not answer since")));
  system.start_prometheus();
  site.set_well(true);
  REQUIRE(comes(browser, "!" + main_has("does not answer since") + " && !document.querySelector('#failing')"));

  CHECK(browser.text("window.kept") == "since the first load");
  CHECK(browser.take_complaints() == std::vector<std::string>());
  for (auto const& url : browser.requested()) {
    CAPTURE(url);
    CHECK((url.starts_with(base + "/status") || url.starts_with("data:")));
  }

  // Nobody takes an old page for the present.
  system.prober().kill9();
  CHECK(comes(browser, "!document.getElementById('offline').hidden"));
  CHECK(browser.text("document.getElementById('liveness').textContent") == "Not live");
}

TEST_CASE("both views on a phone, on a wall, light and dark, and by keyboard alone") {
  Site const site;
  WatchedSystem system(site);
  REQUIRE(system.comes(
      [](auto const& all) { return target_is(all, "good") && source_is(all, "prometheus", "answering"); }));
  Chromium browser;
  for (std::string const path : {"/status", "/status/public"}) {
    CAPTURE(path);
    browser.open("http://127.0.0.1:" + std::to_string(system.port) + path);
    REQUIRE(comes(browser, "document.getElementById('liveness').textContent === 'Live'"));
    auto const ground = [&](const char* scheme) {
      browser.call("Emulation.setEmulatedMedia", media(scheme));
      return browser.text("getComputedStyle(document.body).backgroundColor");
    };
    CHECK(ground("light") == "rgb(255, 255, 255)");
    CHECK(ground("dark") == "rgb(13, 17, 23)");
    for (int const width : {360, 1280, 3840}) {
      CAPTURE(width);
      browser.call("Emulation.setDeviceMetricsOverride", screen(width, 800));
      CHECK(browser.text("document.documentElement.scrollWidth <= " + std::to_string(width)) == "true");
    }
    // Every link and every fold is reached with Tab: those in sight, and once it is open those in a fold.
    auto const missed_by_tab = [&] {
      std::string const stops =
          "[...document.querySelectorAll('a[href], summary, input')].filter((stop) => stop.checkVisibility())";
      auto const count = browser.evaluate(stops + ".length").to_number<int>();
      browser.evaluate("document.activeElement.blur(); window.seen = new Set()");
      for (int i = 0; i < count + 2; ++i) {  // behind the last comes the window itself
        browser.press("Tab");
        browser.evaluate("seen.add(document.activeElement)");
      }
      return browser.text(stops +
                          ".filter((stop) => !seen.has(stop)).map((stop) => stop.innerText || stop.id).join()");
    };
    CHECK(missed_by_tab() == "");
    browser.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
    CHECK(missed_by_tab() == "");
    CHECK(browser.take_complaints() == std::vector<std::string>());
  }
}
