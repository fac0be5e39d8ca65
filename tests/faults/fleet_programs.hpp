// The fleet's programs, configured against private sources.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/faults/watched_program.hpp"

namespace fleet::testing {

/// Which source is to be faulted, for the programs that have several.
enum class Faulted : std::uint8_t { database, monitor };

/// Addresses are "127.0.0.1:port".
std::unique_ptr<WatchedProgram> a2a_exporter(const std::string& redis);
std::unique_ptr<WatchedProgram> document_exporter(const std::string& redis);
/// `other` is a server that stays well.
std::unique_ptr<WatchedProgram> redis_health_exporter(const std::string& redis, const std::string& other);
/// `other` is a server that stays well.
std::unique_ptr<WatchedProgram> pg_health_exporter(const std::string& postgres, const std::string& other);
std::unique_ptr<WatchedProgram> compliance_exporter(const std::string& postgres, const std::string& site,
                                                    Faulted faulted);
std::unique_ptr<WatchedProgram> consent_exporter(const std::string& postgres);
/// `other` is a site that stays well.
std::unique_ptr<WatchedProgram> slo_prober(const std::string& site, const std::string& other);

}  // namespace fleet::testing
