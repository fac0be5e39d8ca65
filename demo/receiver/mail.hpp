// As much of MIME as Alertmanager's mails use.
#pragma once

#include <string>
#include <string_view>

namespace fleet::receiver {

struct Mail {
  std::string subject;  ///< decoded from RFC 2047 if it was encoded with Q; otherwise as sent
  std::string text;     ///< the first text/plain part, else the whole body; quoted-printable decoded
};

/// Lines may end in CRLF or LF. Never throws; what is not understood stays as it was sent.
Mail decode_mail(std::string_view message);

/// Quoted-printable (RFC 2045); malformed escapes stay as they are.
std::string decode_quoted_printable(std::string_view text);

}  // namespace fleet::receiver
