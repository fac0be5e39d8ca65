// Structured log lines on stderr, logfmt or JSON.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace fleet::logging {

enum class Level { debug, info, warn, error };
enum class Style { logfmt, json };
using Field = std::pair<std::string_view, std::string>;

/// Once, before threads start. `component` is added to every line.
void start(std::string component, Level level, Style style);

/// `ts=2026-11-23T08:00:00.000Z level=warn component=pg_health_exporter msg="collector failed"
/// collector=replication err="..."`. Values are escaped; any thread. Never pass a secret, a row's content or a
/// client's id.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});
inline void debug(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::debug, m, f); }
inline void info(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::info, m, f); }
inline void warn(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::warn, m, f); }
inline void error(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::error, m, f); }

}  // namespace fleet::logging
