// The view for clients: the services by their names, no internals.
#pragma once

#include <string>

#include "probers/status/health.hpp"

namespace fleet::probers::status {

/// What clients are shown; nothing else of the picture reaches the three forms below.
struct PublicService {
  std::string name, description;
  Health health = Health::unknown;
  bool maintenance = false;
  double budget = 0.001;  ///< share of bad events that a day may have
  Days days;
};
struct PublicMaintenance {
  std::string title, description;
  std::vector<std::string> services;
  Span span;
  bool under_way = false;
};
struct PublicPicture {
  std::string title, url;
  std::chrono::sys_seconds now{};
  std::chrono::seconds utc_offset{0};
  Health health = Health::unknown;
  std::vector<PublicService> services;
  std::vector<Incident> incidents;  ///< of these services, the newest first
  std::vector<PublicMaintenance> maintenance;
  std::optional<std::chrono::sys_seconds> history_as_of;  ///< set if the history is not current
};

PublicPicture public_picture(const Picture& picture);

/// "All services are operational".
std::string public_headline(const PublicPicture& picture);
/// What stands in <main>, HTML; the same facts give the same bytes.
std::string public_body(const PublicPicture& picture);
std::string public_json(const PublicPicture& picture);
/// RFC 4287: an entry of each incident and each maintenance that is announced.
std::string public_atom(const PublicPicture& picture);

}  // namespace fleet::probers::status
