#include "core/app/landing_page.hpp"

#include "core/app/build_info.hpp"
#include "core/web/server.hpp"

namespace fleet::app {

std::string landing_page(std::string_view program, std::string_view telemetry_path,
                         std::string_view extra_html) {
  std::string const name = web::html_escape(program);
  std::string const metrics = web::html_escape(telemetry_path);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" + name + "</title>\n";
  page +=
      "<style>body{font-family:sans-serif;max-width:50em;margin:3em auto;padding:0 "
      "1em}</style></head>\n<body>\n";
  page += "<h1>" + name + "</h1>\n";
  page += extra_html;
  page += "\n<ul>\n<li><a href=\"" + metrics + "\">Metrics</a></li>\n";
  page += "<li><a href=\"/-/healthy\">Health</a></li>\n<li><a href=\"/-/ready\">Readiness</a></li>\n</ul>\n";
  page += "<p>" + web::html_escape(version_text(program)) + "</p>\n</body>\n</html>\n";
  return page;
}

}  // namespace fleet::app
