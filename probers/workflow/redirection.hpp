// What a redirect makes of a workflow's request.
#pragma once

#include "core/http/client.hpp"

namespace fleet::probers::workflow {

bool is_redirect(int status);

/// Turns `request` into the one that a redirect of that status to `location` asks for (RFC 9110 section 15.4):
/// 303, and by custom 301 and 302 after POST, make it a GET without body. What was meant for another origin
/// stays behind: Authorization, Proxy-Authorization, Cookie and Host.
void redirect(http::Request& request, int status, http::Url location);

}  // namespace fleet::probers::workflow
