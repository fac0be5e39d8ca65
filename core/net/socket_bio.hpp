// OpenSSL on a socket without SIGPIPE; private to core/net.
#pragma once

#include <openssl/bio.h>

namespace fleet::net {

/// Reads and writes `*descriptor`, which is non-blocking, not owned, and must outlive the BIO; once it is
/// negative both fail. OpenSSL's own BIO uses write(), which raises SIGPIPE where the peer has gone. Null if
/// there is no memory.
BIO* make_socket_bio(const int* descriptor);

}  // namespace fleet::net
