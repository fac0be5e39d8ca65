#include "probers/status/public_view.hpp"

#include "core/report/figures.hpp"
#include "probers/status/history.hpp"
#include "probers/status/html.hpp"

namespace fleet::probers::status {

namespace {

using html::text;
using std::chrono::sys_days;

// A day above ten times its budget is a bad one.
constexpr double bad_day = 10;

std::string date_text(sys_days day) { return report::rfc3339(day).substr(0, 10); }

sys_days today_of(const PublicPicture& picture) {
  return std::chrono::floor<std::chrono::days>(picture.now + picture.utc_offset);
}

/// One day as a bar 3 wide in a column of 4: the shorter, the worse, so that colour is not all that tells.
std::string day_bar(int column, sys_days day, const PublicService& service) {
  auto const found = service.days.find(day);
  std::string_view look = "none";
  int height = 4;
  std::string says = date_text(day) + ": no data";
  if (found != service.days.end()) {
    auto const ratio = found->second;
    bool const good = ratio <= service.budget, bad = ratio > bad_day * service.budget;
    look = good ? "good" : bad ? "bad" : "warn";
    height = good ? 32 : bad ? 14 : 23;
    says = date_text(day) + ": " + html::percent(1 - ratio) + " good";
  }
  return "<rect class=\"" + std::string(look) + "\" x=\"" + std::to_string(4 * column) + "\" y=\"" +
         std::to_string(32 - height) + "\" width=\"3\" height=\"" + std::to_string(height) + "\"><title>" +
         says + "</title></rect>";
}

std::string uptime_text(const PublicService& service) {
  if (service.days.empty()) return "no history";
  double bad = 0;
  for (auto const& [day, ratio] : service.days) bad += ratio;
  auto const days = service.days.size();
  return html::percent(1 - bad / static_cast<double>(days)) + " over " + std::to_string(days) +
         (days == 1 ? " day" : " days");
}

std::string service_item(const PublicPicture& picture, const PublicService& service) {
  auto const uptime = uptime_text(service);
  std::string out = "<li class=\"service\"><h3>" + text(service.name) + "</h3> ";
  // Whoever is told of the maintenance knows why it does not answer.
  if (service.maintenance) out += html::badge("paused", "Maintenance");
  bool const excused = service.maintenance && service.health != Health::operational;
  if (!excused) out += html::badge(look_of(service.health), title_of(service.health));
  if (!service.description.empty()) out += "<p class=\"small\">" + text(service.description) + "</p>";
  out += "<svg class=\"days\" viewBox=\"0 0 " + std::to_string(4 * shown_days) +
         " 32\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" + text(uptime) + "\">";
  auto const first = today_of(picture) - std::chrono::days(shown_days - 1);
  for (int column = 0; column < shown_days; ++column)
    out += day_bar(column, first + std::chrono::days(column), service);
  return out + "</svg><p class=\"small ends\"><span>" + std::to_string(shown_days) + " days ago</span><span>" +
         uptime + "</span><span>today</span></p></li>\n";
}

std::string incident_item(const PublicPicture& picture, const Incident& incident) {
  auto const offset = picture.utc_offset;
  std::string out = "<li>" + html::badge(incident.open ? "bad" : "good", incident.open ? "under way" : "over") +
                    " <b>" + text(incident.service) + "</b> " + html::time(incident.begin, offset);
  if (!incident.open) {
    auto const length = std::chrono::duration<double>(incident.end - incident.begin).count();
    out += " to " + html::time(incident.end, offset) + " (" + report::human_age(length) + ")";
  }
  return out + "</li>\n";
}

std::string maintenance_item(const PublicPicture& picture, const PublicMaintenance& maintenance) {
  std::string services;
  for (auto const& name : maintenance.services) services += (services.empty() ? "" : ", ") + name;
  return "<li>" +
         html::badge(maintenance.under_way ? "warn" : "paused",
                     maintenance.under_way ? "under way" : "planned") +
         " <b>" + text(maintenance.title) + "</b> " + html::time(maintenance.span.begin, picture.utc_offset) +
         " to " + html::time(maintenance.span.end, picture.utc_offset) + " <small>" +
         text(services.empty() ? "All services" : services) + (maintenance.description.empty() ? "" : ". ") +
         text(maintenance.description) + "</small></li>\n";
}

}  // namespace

std::string public_body(const PublicPicture& picture) {
  std::string out = "<header class=\"top " + std::string(look_of(picture.health)) + "\"><h1>" +
                    text(picture.title) + "</h1><p class=\"verdict\">" +
                    html::badge(look_of(picture.health), public_headline(picture)) + "</p></header>\n";
  if (picture.history_as_of)
    out += "<p class=\"notice\" role=\"status\">History and incidents are as of " +
           html::time(*picture.history_as_of, picture.utc_offset) + ".</p>\n";
  out += "<section id=\"services\"><h2>Services</h2>\n<ul class=\"plain\">\n";
  for (auto const& service : picture.services) out += service_item(picture, service);
  out += "</ul></section>\n<section id=\"maintenance\"><h2>Maintenance</h2>\n";
  std::string items;
  for (auto const& maintenance : picture.maintenance) items += maintenance_item(picture, maintenance);
  out += items.empty() ? "<p>None is planned.</p>\n" : "<ul class=\"plain\">\n" + items + "</ul>\n";
  out += "</section>\n<section id=\"incidents\"><h2>Incidents of the last " + std::to_string(incident_days) +
         " days</h2>\n";
  items.clear();
  for (auto const& incident : picture.incidents) items += incident_item(picture, incident);
  out += items.empty() ? "<p>None.</p>\n" : "<ul class=\"plain\">\n" + items + "</ul>\n";
  return out + "</section>\n";
}

}  // namespace fleet::probers::status
