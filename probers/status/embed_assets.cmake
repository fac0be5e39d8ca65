# Writes OUTPUT, which defines what assets.hpp declares: the files in FOLDER, page.html as page_html.
set(source "#include \"probers/status/assets.hpp\"\n\nnamespace fleet::probers::status::assets {\n\n")
foreach(name page.html status.css status.js)
  file(READ ${FOLDER}/${name} text)
  string(REPLACE . _ identifier ${name})
  string(APPEND source "const std::string_view ${identifier} = R\"asset(${text})asset\";\n")
endforeach()
string(APPEND source "\n}  // namespace fleet::probers::status::assets\n")
file(WRITE ${OUTPUT} "${source}")
