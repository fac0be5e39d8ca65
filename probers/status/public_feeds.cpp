#include <algorithm>
#include <boost/json.hpp>

#include "core/report/figures.hpp"
#include "core/report/json_text.hpp"
#include "core/report/xml.hpp"
#include "probers/status/public_view.hpp"

namespace fleet::probers::status {

namespace json = boost::json;

namespace {

using report::rfc3339;
using report::text;
using report::xml;
using std::chrono::sys_seconds;

json::object service_json(const PublicService& service) {
  json::object out;
  out["name"] = text(service.name);
  out["description"] = text(service.description);
  out["state"] = to_string(service.health);
  out["maintenance"] = service.maintenance;
  json::array days;
  for (auto const& [day, ratio] : service.days) {
    json::object one;
    one["date"] = rfc3339(day).substr(0, 10);
    one["good_ratio"] = report::number(1 - ratio);
    days.push_back(std::move(one));
  }
  out["days"] = std::move(days);
  return out;
}

struct Entry {
  std::string id, title, summary;
  sys_seconds updated{};
};

/// Letters and digits of a name, and the rest of it in hexadecimal: fit for an IRI.
std::string word_of(const std::string& name) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string word;
  for (unsigned char const c : name) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain)
      word += static_cast<char>(c);
    else
      (word += digits[c >> 4]) += digits[c & 15];
  }
  return word;
}

std::string feed_id(const PublicPicture& picture) {
  return picture.url.empty() ? "urn:slo-prober:status:" + word_of(picture.title) : picture.url;
}

/// Lasts as long as the beginning and the name do.
std::string id_of(const PublicPicture& picture, std::string_view kind, const std::string& name,
                  sys_seconds begin) {
  auto const unix_seconds = std::to_string(begin.time_since_epoch().count());
  return feed_id(picture) + "#" + std::string(kind) + "-" + word_of(name) + "-" + unix_seconds;
}

Entry entry_of(const PublicPicture& picture, const Incident& incident) {
  Entry entry;
  entry.id = id_of(picture, "incident", incident.service, incident.begin);
  entry.updated = incident.open ? incident.begin : incident.end;
  entry.title = incident.service + (incident.open ? ": incident under way" : ": incident is over");
  entry.summary = "Began " + rfc3339(incident.begin);
  if (!incident.open) entry.summary += ", ended " + rfc3339(incident.end);
  return entry;
}

Entry entry_of(const PublicPicture& picture, const PublicMaintenance& maintenance) {
  Entry entry;
  entry.id = id_of(picture, "maintenance", maintenance.title, maintenance.span.begin);
  // Announced at the latest by now; a time in the future would put it above all news.
  entry.updated =
      std::min(maintenance.span.begin, sys_seconds(std::chrono::floor<std::chrono::days>(picture.now)));
  entry.title = maintenance.title;
  entry.summary = rfc3339(maintenance.span.begin) + " to " + rfc3339(maintenance.span.end);
  for (auto const& name : maintenance.services) entry.summary += ", " + name;
  if (!maintenance.description.empty()) entry.summary += ". " + maintenance.description;
  return entry;
}

std::string entry_xml(const Entry& entry, const std::string& link) {
  auto out = "<entry><id>" + xml(entry.id) + "</id><title>" + xml(entry.title) + "</title><updated>" +
             rfc3339(entry.updated) + "</updated><summary>" + xml(entry.summary) + "</summary>";
  if (!link.empty()) out += "<link" + report::xml_attribute("href", link) + "/>";
  return out + "</entry>\n";
}

}  // namespace

std::string public_json(const PublicPicture& picture) {
  json::object out;
  out["title"] = text(picture.title);
  out["state"] = to_string(picture.health);
  out["headline"] = public_headline(picture);
  if (picture.history_as_of) out["history_as_of"] = rfc3339(*picture.history_as_of);
  json::array services, incidents, maintenances;
  for (auto const& service : picture.services) services.push_back(service_json(service));
  for (auto const& incident : picture.incidents) {
    json::object one;
    one["service"] = text(incident.service);
    one["from"] = rfc3339(incident.begin);
    one["to"] = incident.open ? json::value(nullptr) : json::value(text(rfc3339(incident.end)));
    incidents.push_back(std::move(one));
  }
  for (auto const& maintenance : picture.maintenance) {
    json::object one;
    one["title"] = text(maintenance.title);
    one["description"] = text(maintenance.description);
    json::array names;
    for (auto const& name : maintenance.services) names.push_back(text(name));
    one["services"] = std::move(names);
    one["from"] = rfc3339(maintenance.span.begin);
    one["to"] = rfc3339(maintenance.span.end);
    one["under_way"] = maintenance.under_way;
    maintenances.push_back(std::move(one));
  }
  out["services"] = std::move(services);
  out["incidents"] = std::move(incidents);
  out["maintenance"] = std::move(maintenances);
  return json::serialize(out) + "\n";
}

std::string public_atom(const PublicPicture& picture) {
  std::vector<Entry> entries;
  for (auto const& incident : picture.incidents) entries.push_back(entry_of(picture, incident));
  for (auto const& maintenance : picture.maintenance) entries.push_back(entry_of(picture, maintenance));
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.updated > b.updated; });
  auto const updated = entries.empty() ? sys_seconds(std::chrono::floor<std::chrono::days>(picture.now))
                                       : entries.front().updated;
  auto out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>" +
             xml(picture.title) + "</title><id>" + xml(feed_id(picture)) + "</id><updated>" + rfc3339(updated) +
             "</updated><author><name>" + xml(picture.title) + "</name></author>";
  if (!picture.url.empty()) out += "<link" + report::xml_attribute("href", picture.url) + "/>";
  out += "\n";
  for (auto const& entry : entries) out += entry_xml(entry, picture.url);
  return out + "</feed>\n";
}

}  // namespace fleet::probers::status
