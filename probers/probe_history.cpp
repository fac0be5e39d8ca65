#include "probers/probe_history.hpp"

#include <algorithm>
#include <ctime>

#include "core/web/server.hpp"

namespace fleet::probers {

namespace {

std::string utc(std::chrono::system_clock::time_point when) {
  auto const time = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

}  // namespace

void ProbeHistory::add(Entry entry) {
  entry.id = ++last_id_;
  entries_.push_back(std::move(entry));
  if (entries_.size() > most_entries) entries_.pop_front();
}

const ProbeHistory::Entry* ProbeHistory::find(std::uint64_t id) const {
  auto const found =
      std::find_if(entries_.begin(), entries_.end(), [&](auto const& entry) { return entry.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

std::string ProbeHistory::html() const {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Recent probes</title></head>\n"
      "<body>\n<h1>Recent probes</h1>\n<table>\n"
      "<tr><th>Time</th><th>Module</th><th>Target</th><th>Result</th><th>Reason</th><th></th></tr>\n";
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    page += "<tr><td>" + utc(entry->when) + "</td><td>" + web::html_escape(entry->module) + "</td><td>" +
            web::html_escape(entry->target) + "</td><td>" + entry->result + "</td><td>" + entry->reason +
            "</td><td><a href=\"?id=" + std::to_string(entry->id) + "\">explanation</a></td></tr>\n";
  }
  return page + "</table>\n</body>\n</html>\n";
}

}  // namespace fleet::probers
