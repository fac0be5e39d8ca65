// The view for those who run the system.
#pragma once

#include <string>

#include "probers/status/health.hpp"

namespace fleet::probers::status {

/// What stands in <main>, HTML; the same picture gives the same bytes, whatever the time, so that a change of
/// them is a change.
std::string status_body(const Picture& picture);
/// The headline without markup: "3 of 23 targets failing".
std::string status_headline(const Picture& picture);
/// The same facts as JSON (docs/status-page.md has the fields).
std::string status_json(const Picture& picture);

/// Objectives, alerts, silences and maintenance: the sections that Prometheus and Alertmanager fill.
std::string sources_section(const Picture& picture);
std::string alerts_section(const Picture& picture);
std::string silences_section(const Picture& picture);
std::string objectives_section(const Picture& picture);

}  // namespace fleet::probers::status
