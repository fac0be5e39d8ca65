// Base64 as Basic credentials are written (RFC 4648 section 4).
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

namespace fleet::http {

inline std::string base64(std::string_view text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  auto const length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(length));
  return encoded;
}

}  // namespace fleet::http
