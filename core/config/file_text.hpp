// Whole small files.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace fleet::config {

/// Reads the file into `text`. Returns what is wrong ("No such file or directory", "larger than 16 bytes") or
/// nullopt. Refuses directories and stops at `max_bytes`, so that a device or a wrong name cannot exhaust
/// memory.
std::optional<std::string> read_file(const std::string& path, std::size_t max_bytes, std::string& text);

}  // namespace fleet::config
