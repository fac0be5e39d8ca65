// Domain names between their text and wire forms.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fleet::probers::dns {

/// Appends octets as zone files write them (RFC 1035 section 5.1): those of `special` behind a backslash, what
/// is not printable as "\DDD".
void append_escaped(std::string& text, std::string_view octets, std::string_view special);

/// "example.com", with or without the final dot, escapes as in zone files ("a\.b", "\042"), to uncompressed
/// wire form.
/// "." and "" are the root. Throws std::invalid_argument: empty or overlong label (63), overlong name (255), a
/// character outside of ASCII, a broken escape.
std::string wire_name(std::string_view text);

/// Wire form (uncompressed, as wire_name() and read_name() give it) to text with a final dot; what is special
/// in zone files is escaped, what is not printable is "\DDD". The case of letters is kept.
std::string name_text(std::string_view wire);

/// Whether two names in wire form are the same name; ASCII letters compare without case (RFC 4343).
bool same_name(std::string_view a, std::string_view b);

/// The name at `offset` of a message, in uncompressed wire form. Pointers (RFC 1035 section 4.1.4) must point
/// to before the label run that holds them, so no loop can exist, and be at most 127. `offset` is moved behind
/// the name as it stands there. Throws std::out_of_range if it leaves the message, or is longer than 255
/// octets, or a pointer does not point back.
std::string read_name(std::string_view message, std::size_t& offset);

}  // namespace fleet::probers::dns
