// Asks a running program whether it is well; what a container's HEALTHCHECK runs, where there is neither shell
// nor curl.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace fleet::app {

/// GET `path` at an address in the forms of --web.listen-address; one that means every interface is asked over
/// loopback. Returns exit_met if the answer is 200, or what a server says that wants a user or TLS first
/// (--web.config.file). Whatever else happens within `limit` is exit_missed, and one line on stderr that says why.
int healthcheck(std::string_view program, const std::string& listen_address, const std::string& path,
                std::chrono::milliseconds limit = std::chrono::seconds(3));

}  // namespace fleet::app
