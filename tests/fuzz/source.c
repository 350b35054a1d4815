/*
 * A source: what a vendor answers, page by page. Input, either
 *     <mapping>                              then one object as JSON, or
 *     page <data type> full|changes <cursor> then answers, each "<status>" and header lines, an empty line, the body up
 *                                            to a line of a single dot
 * Linked with tests/sources/<name>/<name>.c, which describes the source.
 */
#include "lib/fiber.h"
#include "lib/http_headers.h"
#include "lib/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/record.h"
#include "tests/sources/support/cases.h"
#include "tests/sources/support/script.h"
#include "workers/runtime/call.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_CALLS = 60, MOST_PAGES = 4, LONGEST_CURSOR = 8192 };

/* ---- What the source links instead of the runtime ---- */

static FuzzInput answers;
static int n_calls;

static const char *read_body(Arena *arena, size_t *length)
{
    AUTO(Text) *body = text_new(NULL);
    while (answers.left > 0) {
        const char *end = memchr(answers.at, '\n', answers.left);
        size_t n = end ? (size_t)(end - answers.at) + 1 : answers.left;
        bool dot = n <= 2 && answers.at[0] == '.';
        if (!dot)
            text_add(body, answers.at, n);
        answers.at += n;
        answers.left -= n;
        if (dot)
            break;
    }
    *length = body->length;
    return arena_copy(arena, body->bytes, body->length);
}

bool call_send(const SourceJob *job, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err)
{
    HOLDS(job->credential && text_starts_with(request->url, script_source.base));
    for (const char *c = request->url; *c; c++)
        HOLDS(*c > ' ' && *c < 0x7f);
    if (answers.left == 0 || n_calls++ == MOST_CALLS)
        return error_set(err, ERROR_TRANSIENT, "the connection was cut");
    HttpHeaders *headers = ARENA_NEW(arena, HttpHeaders);
    *response = (HttpResponse){
        .status = atoi(fuzz_line(&answers, arena)), .date_ms = 1754193906000 + n_calls, .headers = headers};
    for (const char *line; *(line = fuzz_line(&answers, arena));)
        if (!http_headers_line(headers, arena, line, strlen(line)))
            return error_set(err, ERROR_TRANSIENT, "the head is too large");
    response->body = read_body(arena, &response->length);
    return true;
}

void call_throttled(const SourceJob *job, int64_t retry_after_ms)
{
    (void)job;
    HOLDS(retry_after_ms >= 0);
}

const char *http_header(const HttpResponse *response, const char *name)
{
    return http_headers_find(response->headers, name);
}

int64_t http_retry_after_ms(const HttpResponse *response)
{
    const char *value = http_header(response, "Retry-After");
    return value ? http_retry_after(value, response->date_ms) : -1;
}

const char *http_escape(Arena *arena, const char *value)
{
    AUTO(Text) *out = text_new(NULL);
    for (; *value; value++)
        text_printf(out, "%%%02X", (unsigned char)*value);
    return arena_text(arena, out->bytes);
}

void fiber_sleep_ms(int64_t ms)
{
    HOLDS(ms >= 0 && ms <= 15000); /* longer waits are not waited for here */
}

/* ---- Records ---- */

static const char *mapping_name(size_t i)
{
    return case_mappings[i].name;
}

/* Either a record that travels to the end, or a refusal of this one. */
static void is_mapped(const Mapping *mapping, yyjson_val *json, Arena *arena)
{
    Error err = {0};
    ProtobufCMessage *message = mapping_apply(mapping, json, arena, &err);
    if (!message) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_DATA);
        return;
    }
    const DataType *type = record_type(message->descriptor);
    HOLDS(type);
    record_travels(type, message, arena);
}

static void may_be_a_record(const char *name, const FuzzInput *input, Arena *arena)
{
    Error err = {0};
    yyjson_val *json = json_parse(arena, input->at, input->left, &err);
    if (json)
        is_mapped(case_mappings[fuzz_pick(name, mapping_name, n_case_mappings)].mapping, json, arena);
}

/* ---- Pages ---- */

static const char *stream_name(size_t i)
{
    return script_source.streams[i].data_type;
}

/* What goes into Postgres and into keys as it is. */
static void is_clean(const char *text, size_t most)
{
    size_t length = text ? strlen(text) : 0;
    HOLDS(length <= most);
    HOLDS(!text || text_valid_utf8(text, length) == length);
}

static void is_page(const Page *page, Arena *arena)
{
    is_clean(page->next, SIZE_MAX);
    HOLDS(page->bytes >= 0);
    for (size_t i = 0; i < page->n_items; i++) {
        const PageItem *item = &page->items[i];
        is_clean(item->deleted_id, SIZE_MAX);
        is_clean(item->id_hint, SIZE_MAX);
        HOLDS(item->source_version >= 0);
        HOLDS(item->json ? item->mapping != NULL : item->deleted_id && *item->deleted_id);
        if (item->json)
            is_mapped(item->mapping, item->json, arena);
    }
}

static void may_be_pages(char *line, const FuzzInput *input, Arena *arena)
{
    Error err = {0};
    const Stream *stream = &script_source.streams[fuzz_pick(fuzz_word(&line), stream_name, *script_source.n_streams)];
    bool full = *fuzz_word(&line) != 'c';
    AUTO(Secret) *credential = secret_new(script_source.credential, strlen(script_source.credential));
    const char *settings = script_source.settings;
    const SourceJob job = {
        .stream = stream,
        .settings = settings ? json_parse(arena, settings, strlen(settings), &err) : NULL,
        .credential = credential,
        .full = full,
        .since_ms = full ? 0 : 1754100000000,
        .state = script_source.state,
    };
    const char *cursor = line ? line : "";
    answers = *input;
    n_calls = 0;
    for (int i = 0; i < MOST_PAGES && (i == 0 || *cursor); i++) {
        Page page = {0};
        if (!script_source.fetch(&job, cursor, arena, &page, &err)) {
            fuzz_refused(&err);
            return;
        }
        is_page(&page, arena);
        cursor = page.next && strlen(page.next) <= LONGEST_CURSOR ? page.next : "";
    }
}

static void bind_once(void)
{
    static bool bound;
    Error err = {0};
    for (size_t i = 0; i < n_case_mappings && !bound; i++)
        HOLDS(mapping_bind(case_mappings[i].mapping, &err));
    bound = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    FuzzInput input = {(const char *)bytes, length};
    char *line = fuzz_line(&input, arena);
    const char *word = fuzz_word(&line);
    bind_once();
    if (line && strcmp(word, "page") == 0)
        may_be_pages(line, &input, arena);
    else
        may_be_a_record(word, &input, arena);
    return 0;
}
