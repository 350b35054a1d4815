# tributary_flags: what every target of ours is compiled with. Nothing is set globally, so generated code keeps its own rules.
set(TRIBUTARY_SANITIZE "" CACHE STRING "address (with undefined behaviour), thread, or empty")

option(TRIBUTARY_FAULTS "compile the switches of the chaos tests in (lib/fault.h)" OFF)

add_library(tributary_flags INTERFACE)
target_compile_definitions(tributary_flags INTERFACE _GNU_SOURCE TRIBUTARY_VERSION="${PROJECT_VERSION}")
target_include_directories(tributary_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(
  tributary_flags
  INTERFACE -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
            -Wformat=2 -Wundef -Wno-missing-field-initializers -fno-common -fstack-clash-protection
            -fstack-protector-strong -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_link_options(tributary_flags INTERFACE -Wl,-z,relro,-z,now)

if(TRIBUTARY_SANITIZE STREQUAL "address")
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(TRIBUTARY_SANITIZE STREQUAL "thread")
  set(sanitize -fsanitize=thread -fno-omit-frame-pointer)
elseif(NOT TRIBUTARY_SANITIZE STREQUAL "")
  message(FATAL_ERROR "TRIBUTARY_SANITIZE is '${TRIBUTARY_SANITIZE}': say address, thread or nothing")
endif()
if(sanitize)
  target_compile_options(tributary_flags INTERFACE ${sanitize})
  target_link_options(tributary_flags INTERFACE ${sanitize})
endif()
if(TRIBUTARY_FAULTS)
  target_compile_definitions(tributary_flags INTERFACE TRIBUTARY_FAULTS)
endif()
