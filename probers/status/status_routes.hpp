// The HTTP side of the status pages: /status, /status/public and what belongs to them.
#pragma once

#include <cstddef>
#include <memory>

#include "core/web/server.hpp"
#include "probers/status/published_view.hpp"

namespace fleet::probers::status {

/// Registers, below /status: the page, /live, /public, /public/live, status.css, status.js; /status.json,
/// /status/public.json, /status/public.atom. Each is sent as it was rendered, packed if the client takes gzip,
/// with an ETag that is 304 when it still fits.
/// `?after=VERSION` on a live or JSON route holds the answer back until there is another version (20 s at most,
/// then 204), so that a viewer who waits costs a descriptor and nothing else; close to `connections`, the
/// server's limit, nobody is held. Before the server listens; `server` and the views must outlive its requests.
void add_status_routes(web::Server& server, std::shared_ptr<PublishedViews> views, std::size_t connections);

}  // namespace fleet::probers::status
