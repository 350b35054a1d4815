#include "scheduler/link/page.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_TEXT = 2000 };

extern const char link_style[]; /* style.css, embedded by CMake */

static void put_escaped(Text *out, const char *text)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {
        {'&',  "&amp;" },
        {'<',  "&lt;"  },
        {'>',  "&gt;"  },
        {'"',  "&quot;"},
        {'\'', "&#39;" },
    };
    for (; *text; text++) {
        const char *entity = NULL;
        for (size_t i = 0; i < COUNT_OF(entities); i++)
            if (entities[i].c == *text)
                entity = entities[i].entity;
        if (entity)
            text_puts(out, entity);
        else
            text_putc(out, *text);
    }
}

void page_open(Response *response, int status, const char *title)
{
    response->status = status;
    response->content_type = "text/html; charset=utf-8";
    response_header(
        response, "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    response_header(response, "Referrer-Policy", "no-referrer"); /* the address is the link itself */
    response_header(response, "X-Content-Type-Options", "nosniff");
    response_header(response, "Cache-Control", "no-store");
    Text *out = response->body;
    text_set(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<link rel=\"stylesheet\" href=\"/link/style.css\">\n<title>");
    put_escaped(out, title);
    text_puts(out, "</title>\n</head>\n<body>\n<main>\n<h1>");
    put_escaped(out, title);
    text_puts(out, "</h1>\n");
}

void page_close(Response *response)
{
    text_puts(response->body, "</main>\n</body>\n</html>\n");
}

static void PRINTF_LIKE(3, 0) put_paragraph(Response *response, const char *tag, const char *format, va_list arguments)
{
    char text[LONGEST_TEXT];
    vsnprintf(text, sizeof text, format, arguments);
    text[text_valid_utf8(text, strlen(text))] = 0; /* the cut may have hit a character */
    text_puts(response->body, tag);
    put_escaped(response->body, text);
    text_puts(response->body, "</p>\n");
}

void page_text(Response *response, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_paragraph(response, "<p>", format, arguments);
    va_end(arguments);
}

void page_alert(Response *response, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_paragraph(response, "<p role=\"alert\">", format, arguments);
    va_end(arguments);
}

void page_form(Response *response, const char *action)
{
    text_puts(response->body, "<form method=\"post\" action=\"");
    put_escaped(response->body, action);
    text_puts(response->body, "\">\n");
}

void page_form_end(Response *response)
{
    text_puts(response->body, "</form>\n");
}

static void put_field(Text *out, const char *name, const char *value)
{
    text_puts(out, " name=\"");
    put_escaped(out, name);
    text_puts(out, "\" value=\"");
    put_escaped(out, value);
    text_puts(out, "\"");
}

void page_choices(Response *response, const char *legend)
{
    text_puts(response->body, "<fieldset>\n<legend>");
    put_escaped(response->body, legend);
    text_puts(response->body, "</legend>\n");
}

void page_choices_end(Response *response)
{
    text_puts(response->body, "</fieldset>\n");
}

void page_choice(Response *response, const char *name, const char *value, const char *label, bool checked)
{
    text_puts(response->body, "<label><input type=\"radio\" required");
    put_field(response->body, name, value);
    text_puts(response->body, checked ? " checked><span>" : "><span>");
    put_escaped(response->body, label);
    text_puts(response->body, "</span></label>\n");
}

void page_button(Response *response, const char *label)
{
    text_puts(response->body, "<button type=\"submit\">");
    put_escaped(response->body, label);
    text_puts(response->body, "</button>\n");
}

void page_row(Response *response, const char *name, const char *value, const char *label)
{
    text_puts(response->body, "<button type=\"submit\" class=\"row\"");
    put_field(response->body, name, value);
    text_puts(response->body, ">");
    put_escaped(response->body, label);
    text_puts(response->body, "</button>\n");
}

void page_hidden(Response *response, const char *name, const char *value)
{
    text_puts(response->body, "<input type=\"hidden\"");
    put_field(response->body, name, value);
    text_puts(response->body, ">\n");
}

void page_stop(Response *response, int status, const char *title, const char *text)
{
    page_open(response, status, title);
    if (status < 400)
        page_text(response, "%s", text);
    else
        page_alert(response, "%s", text);
    page_close(response);
}

static void redirect(Response *response, const char *url)
{
    response->status = 303;
    response_header(response, "Location", url);
    response_header(response, "Referrer-Policy", "no-referrer");
    response_header(response, "Cache-Control", "no-store");
}

void page_go(Request *request, Response *response, const char *url)
{
    if (strcmp(request->method, "POST") != 0) {
        redirect(response, url);
        return;
    }
    page_open(response, 200, "One moment");
    response_header(response, "Refresh", arena_format(request->arena, "0;url=%s", url));
    text_puts(response->body, "<p>If nothing happens, <a href=\"");
    put_escaped(response->body, url);
    text_puts(response->body, "\">go on here</a>.</p>\n");
    page_close(response);
}

void page_style(Request *request, Response *response)
{
    (void)request;
    response_set(response, 200, "text/css; charset=utf-8", link_style);
    response_header(response, "Cache-Control", "max-age=3600");
}
