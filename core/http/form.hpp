// application/x-www-form-urlencoded.
#pragma once

#include <string>
#include <string_view>

namespace fleet::http {

/// A name or value of a form: letters, digits and -_.~ as they are, a blank as +, all else %XX.
std::string form_encoded(std::string_view text);
/// Appends `name=value`, encoded, with an ampersand before all but the first.
void add_field(std::string& form, std::string_view name, std::string_view value);

}  // namespace fleet::http
