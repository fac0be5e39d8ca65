// X.509 names as text; private to core/net.
#pragma once

#include <openssl/x509.h>

#include <string>

namespace fleet::net {

/// As Go's pkix.Name.String() prints it: RFC 2253's syntax, attributes in a fixed order whatever the
/// certificate's (SERIALNUMBER, CN, OU, O, POSTALCODE, STREET, L, ST, C, then the others, last first), several
/// values of one attribute joined by "+".
std::string distinguished_name(const X509_NAME* name);

}  // namespace fleet::net
