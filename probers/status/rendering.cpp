#include "probers/status/rendering.hpp"

#include <cstdio>
#include <functional>

#include "core/metrics/exposition.hpp"
#include "probers/status/assets.hpp"
#include "probers/status/html.hpp"
#include "probers/status/public_view.hpp"
#include "probers/status/status_view.hpp"

namespace fleet::probers::status {

namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8", json_type = "application/json",
                           atom_type = "application/atom+xml; charset=utf-8";

/// What differs between the two views' shells.
struct Shell {
  std::string_view base, live, head;  ///< paths relative to the page's own; more HTML for <head>
};

std::string version_of(const std::string& facts) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%016zx", std::hash<std::string>()(facts));
  return digits;
}

void add_html(Pages& pages, const Picture& picture, const Shell& shell, const std::string& headline,
              const std::string& body) {
  auto const title = html::text(headline + " - " + picture.config.title);
  auto const live = "<main id=\"live\" data-version=\"" + pages.version + "\" data-title=\"" + title + "\">\n" +
                    body + "</main>\n";
  auto const changed =
      html::time(std::chrono::floor<std::chrono::seconds>(picture.now), picture.config.utc_offset) + " " +
      html::zone(picture.config.utc_offset);
  auto page = html::filled(assets::page_html, {{"title", title},
                                               {"base", std::string(shell.base)},
                                               {"live", std::string(shell.live)},
                                               {"head", std::string(shell.head)},
                                               {"main", live},
                                               {"changed", changed}});
  pages.by_name.emplace("page", packed_page(std::string(html_type), std::move(page)));
  pages.by_name.emplace("live", packed_page(std::string(html_type), live));
}

}  // namespace

Page packed_page(std::string type, std::string body) {
  auto packed = gzip(body);
  return {std::move(type), std::move(body), std::move(packed)};
}

std::shared_ptr<const Pages> status_pages(const Picture& picture, const Pages* former) {
  auto const body = status_body(picture);
  auto json = status_json(picture);
  auto pages = std::make_shared<Pages>();
  pages->version = version_of(body + json);
  if (former && former->version == pages->version) return nullptr;
  Shell const shell{"status/", "status/live", ""};
  add_html(*pages, picture, shell, status_headline(picture), body);
  pages->by_name.emplace("json", packed_page(std::string(json_type), std::move(json)));
  return pages;
}

std::shared_ptr<const Pages> public_pages(const Picture& picture, const Pages* former) {
  auto const shown = public_picture(picture);
  auto const body = public_body(shown);
  auto json = public_json(shown);
  auto pages = std::make_shared<Pages>();
  pages->version = version_of(body + json);
  if (former && former->version == pages->version) return nullptr;
  Shell const shell{"", "public/live",
                    "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Incidents and maintenance\" "
                    "href=\"public.atom\">"};
  add_html(*pages, picture, shell, public_headline(shown), body);
  pages->by_name.emplace("json", packed_page(std::string(json_type), std::move(json)));
  pages->by_name.emplace("atom", packed_page(std::string(atom_type), public_atom(shown)));
  return pages;
}

}  // namespace fleet::probers::status
