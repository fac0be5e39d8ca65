// What can be said of a text of SQL without a server.
#pragma once

#include <string>
#include <string_view>

namespace fleet::exporters {

/// The statement without the semicolons and blanks behind it. Quotes and comments are left alone.
std::string single_statement(std::string_view sql);

/// Why `sql` is not one statement that reads, in the words of a configuration error ("expected one statement,
/// got a second one behind `;`"); "" if it is one. Knows quotes, dollar quotes and comments; whether the
/// statement is right only the server can tell, and that it writes nothing only the server enforces.
std::string objection_to_statement(std::string_view sql);

}  // namespace fleet::exporters
