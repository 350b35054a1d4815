/*
 * Http driver: one curl multi handle on the loop. curl names its sockets and its next deadline; both meet in one
 * private epoll descriptor, for which one fiber waits. Private to the http module.
 */
#pragma once
#include "lib/error.h"
#include "lib/fiber.h"
#include <curl/curl.h>

typedef struct HttpDriver HttpDriver;

/* `done` is called for each transfer that ended, from the driver's fiber or from inside http_driver_add(). */
HttpDriver *http_driver_open(int max_host_connections, void (*done)(CURL *easy, CURLcode result),
                             Error *err) MUST_CHECK;
/* No transfer may be left. In a fiber, or outside loop_run(). */
void http_driver_close(HttpDriver *driver);

bool http_driver_add(HttpDriver *driver, CURL *easy, Error *err) MUST_CHECK;
/* Takes a transfer back, ended or not. */
void http_driver_remove(HttpDriver *driver, CURL *easy);
