/*
 * Page: what a browser gets to see on its way through Link: plain HTML and one stylesheet, no script, under a policy
 * that would let none run. A page is opened, filled and closed; every text is escaped.
 */
#pragma once
#include "lib/httpd.h"

/* Writes the headers and everything up to the card's content. `form_origins`: where forms may lead beside here, for
 * the policy ("" or "https://login.example.com …"), on the request's arena or static. */
void page_open(Request *request, Response *response, int status, const char *title, const char *form_origins);
void page_close(Response *response);

/* A paragraph; page_alert() is one that assistive technology reads at once. */
void page_text(Response *response, const char *format, ...) PRINTF_LIKE(2, 3);
void page_alert(Response *response, const char *format, ...) PRINTF_LIKE(2, 3);

/* A form that posts to `action` (one of our own paths), and what stands in it. */
void page_form(Response *response, const char *action);
void page_form_end(Response *response);
void page_choice(Response *response, const char *name, const char *value, const char *label, bool checked);
void page_button(Response *response, const char *name, const char *value, const char *label); /* name NULL: plain */

/* A whole page of one alert. */
void page_stop(Request *request, Response *response, int status, const char *title, const char *text);

/* Sends the browser on. `url` lives on the arena. */
void page_redirect(Response *response, const char *url);

/* GET /link/style.css */
void page_style(Request *request, Response *response);
