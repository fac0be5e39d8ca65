// A picture's pages in all their forms.
#pragma once

#include <memory>

#include "probers/status/health.hpp"
#include "probers/status/published_view.hpp"

namespace fleet::probers::status {

/// "page", "live" (the <main> that status.js fetches) and "json". Null if the facts are those of `former`,
/// which may be null.
std::shared_ptr<const Pages> status_pages(const Picture& picture, const Pages* former);
/// The same for clients, and "atom".
std::shared_ptr<const Pages> public_pages(const Picture& picture, const Pages* former);
/// The text with its packed form.
Page packed_page(std::string type, std::string body);

}  // namespace fleet::probers::status
