# cmake -P embed.cmake OUT FILE…: writes the SQL files into one C source, so that the program carries them. As bytes:
# a string literal would be limited in length.
math(EXPR last "${CMAKE_ARGC} - 1")
set(out ${CMAKE_ARGV3})
set(texts)
set(rows)
foreach(i RANGE 4 ${last})
  set(file ${CMAKE_ARGV${i}})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND texts "static const char text_${name}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", text_${name}},\n")
endforeach()
file(WRITE ${out} "#include \"scheduler/setup/migrations.h\"\n\n${texts}\nconst Migration migrations[] = {\n${rows}};\n"
                  "const size_t n_migrations = sizeof migrations / sizeof *migrations;\n")
