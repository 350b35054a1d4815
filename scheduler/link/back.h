/*
 * Back: where a browser goes when Link is through: to the company's redirect URL with the reference product's
 * parameters, if the operator's list allows that URL; else to a page of ours.
 */
#pragma once
#include "scheduler/api/api.h"

/* What has become of it, by the reference's codes (P-186). */
typedef enum BackCode {
    BACK_DONE = 200,
    BACK_CANCELLED = 403,
    BACK_FAILED = 500,
    BACK_UNSUPPORTED = 501,
} BackCode;

/* May `url` be redirected to? `list`: comma-separated prefixes "https://app.example.com/path"; scheme, host and port
 * must be equal, the path must begin with theirs. NULL or empty allows none. */
bool back_allowed(const char *list, const char *url);

/* Answers the browser, and notes failures in the connection's dataConnectionErrors. `message` is for people. */
void back_answer(Request *request, Response *response, const char *connection_id, BackCode code, const char *message);
