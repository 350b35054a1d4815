/*
 * Page: what a browser gets to see on its way through Link: plain HTML and one stylesheet, no script, under a policy
 * that would let none run. A page is opened, filled and closed; every text is escaped.
 */
#pragma once
#include "lib/httpd.h"

/* Writes the headers and everything up to the card's content. */
void page_open(Response *response, int status, const char *title);
void page_close(Response *response);

/* A paragraph; page_alert() is one that assistive technology reads at once. */
void page_text(Response *response, const char *format, ...) PRINTF_LIKE(2, 3);
void page_alert(Response *response, const char *format, ...) PRINTF_LIKE(2, 3);

/* A form that posts to `action` (one of our own paths), and what stands in it. */
void page_form(Response *response, const char *action);
void page_form_end(Response *response);
void page_choices(Response *response, const char *legend); /* what page_choice() adds belongs to, up to the end */
void page_choices_end(Response *response);
void page_choice(Response *response, const char *name, const char *value, const char *label, bool checked);
void page_hidden(Response *response, const char *name, const char *value);
void page_button(Response *response, const char *label);
/* One of several buttons of a form, each a value of `name`: a row of a list. */
void page_row(Response *response, const char *name, const char *value, const char *label);

/* A whole page of one paragraph, an alert when the status is an error's. */
void page_stop(Response *response, int status, const char *title, const char *text);

/* Sends the browser on to `url`, which lives on the arena. A form is not answered by a redirect but by a page that goes
 * on by itself: browsers hold the policy for forms against every address of a chain of redirects, and nobody knows
 * where else a vendor sends its user. */
void page_go(Request *request, Response *response, const char *url);

/* GET /link/style.css */
void page_style(Request *request, Response *response);
