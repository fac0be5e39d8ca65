// The files of assets/, made part of the program when it is built (embed_assets.cmake).
#pragma once

#include <string_view>

namespace fleet::probers::status::assets {

extern const std::string_view page_html;  ///< with {{places}}
extern const std::string_view status_css;
extern const std::string_view status_js;

}  // namespace fleet::probers::status::assets
