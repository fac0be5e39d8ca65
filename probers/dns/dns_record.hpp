// One resource record, as zone files write it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::probers::dns {

/// Its texts are rendered when it is read, since names in the data may refer to the whole message.
struct Record {
  std::string owner;  ///< text with a final dot
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;
  std::uint32_t ttl = 0;  ///< seconds; flags of EDNS in an OPT record
  std::string data;       ///< "192.0.2.1", "10 mail.example.com."
  std::optional<std::uint32_t> soa_serial;

  /// "example.com.\t300\tIN\tA\t192.0.2.1", character by character what blackbox_exporter matches its
  /// expressions against. Types whose data is not known here have the form of RFC 3597: "\# 3 0a0b0c"; where
  /// the type has no name either, class and type are "CLASS1" and "TYPE65400".
  std::string text() const;
};

/// The data of a record of that type, [offset, offset + length) of `message`, as text. Throws std::out_of_range
/// if the data does not have the type's form or leaves its bounds.
std::string render_data(std::uint16_t type, std::string_view message, std::size_t offset, std::size_t length);

}  // namespace fleet::probers::dns
