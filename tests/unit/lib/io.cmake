tributary_test(NAME io_fiber SOURCES ${CMAKE_CURRENT_LIST_DIR}/io_fiber.c LINK tributary::lib Threads::Threads)
tributary_test(NAME io_pg SOURCES ${CMAKE_CURRENT_LIST_DIR}/io_pg.c LINK tributary::lib)
tributary_test(NAME io_redis SOURCES ${CMAKE_CURRENT_LIST_DIR}/io_redis.c LINK tributary::lib Threads::Threads)
tributary_test(NAME io_http SOURCES ${CMAKE_CURRENT_LIST_DIR}/http.c ${CMAKE_CURRENT_LIST_DIR}/scripted.c LINK
               tributary::lib Threads::Threads)
tributary_test(NAME io_http_headers SOURCES ${CMAKE_CURRENT_LIST_DIR}/http_headers.c LINK tributary::lib)
tributary_test(NAME io_oauth SOURCES ${CMAKE_CURRENT_LIST_DIR}/oauth.c ${CMAKE_CURRENT_LIST_DIR}/scripted.c LINK
               tributary::lib Threads::Threads)
tributary_test(NAME io_token SOURCES ${CMAKE_CURRENT_LIST_DIR}/token.c LINK tributary::lib)
tributary_test(NAME io_vault SOURCES ${CMAKE_CURRENT_LIST_DIR}/vault.c LINK tributary::lib)
tributary_test(NAME io_producer SOURCES ${CMAKE_CURRENT_LIST_DIR}/io_producer.c ${CMAKE_CURRENT_LIST_DIR}/io_mock.c LINK
               tributary::lib)
tributary_test(NAME io_consumer SOURCES ${CMAKE_CURRENT_LIST_DIR}/io_consumer.c ${CMAKE_CURRENT_LIST_DIR}/io_mock.c LINK
               tributary::lib)

if(TRIBUTARY_SANITIZE STREQUAL "thread" AND CHECK_FOUND)
  foreach(test io_producer io_consumer)
    target_sources(test_${test} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/tsan_threads.c)
  endforeach()
endif()

# Machines without a hand-written switch take the portable one; so that it stays right, the fibers are tested on it too.
set(lib ${PROJECT_SOURCE_DIR}/lib)
tributary_test(
  NAME io_fiber_portable
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/io_fiber.c ${lib}/context.c ${lib}/fiber.c ${lib}/loop.c
  LINK tributary::core Threads::Threads)
if(TARGET test_io_fiber_portable)
  target_compile_definitions(test_io_fiber_portable PRIVATE TRIBUTARY_UCONTEXT)
endif()
