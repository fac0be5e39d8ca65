// The client's side of TLS: trust, the name that is expected, and what the server presented.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/http/client.hpp"

namespace fleet::http {

/// TLS 1.2 or later, trusting the CA file or the system's bundle. Throws std::runtime_error if the file cannot
/// be read or holds no certificate.
std::unique_ptr<boost::asio::ssl::context> make_tls_context(const TlsOptions& options);

/// Before the handshake: server name indication (never for an address) and the name or address that the
/// certificate must be for, which is checked unless `verify` is false.
void expect_server(SSL* ssl, const std::string& name, bool verify);

/// After a failed handshake: why the certificate was refused, "" if that was not the reason.
std::string certificate_problem(SSL* ssl);

/// When the first certificate of the chain that the server presented expires.
std::optional<std::chrono::sys_seconds> earliest_expiry(SSL* ssl);

}  // namespace fleet::http
