# tributary_quota_ledger: what lies in Redis and the script that moves it; also for the command that shows it.
include_guard(GLOBAL)
set(script ${CMAKE_CURRENT_LIST_DIR}/quota.lua)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
file(READ ${script} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated/quota_script.c)
file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include \"workers/runtime/quota_ledger.h\"

const char quota_script[] = {@bytes@0};
")

add_library(tributary_quota_ledger STATIC ${generated} ${CMAKE_CURRENT_LIST_DIR}/quota_ledger.c)
target_link_libraries(tributary_quota_ledger PUBLIC tributary::lib PRIVATE tributary_flags)
target_include_directories(tributary_quota_ledger PRIVATE ${PROJECT_SOURCE_DIR})
