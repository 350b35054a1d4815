#include "scheduler/cli/client.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/print.h"
#include <stdio.h>
#include <string.h>

static const Option options[] = {
    {"json", NULL, "the API's answer, whole", OPTION_BOOLEAN},
};

static const int widths[] = {5, 5, 10, 46, 24, 9, 6, 8, 0};

/* "wait until 12:04: 429 …", "taken over by incarnation 19", "read, sweep: 3 deleted". */
static const char *outcome(Arena *arena, yyjson_val *claim)
{
    AUTO(Text) *text = text_new(json_text(claim, "outcome"));
    const char *until = json_text(claim, "waitUntil"), *error = json_text(claim, "error");
    const char *taker = json_scalar(claim, "takenBy");
    if (taker)
        text_printf(text, " by incarnation %s", taker);
    if (until)
        text_printf(text, " until %s", until);
    if (strcmp(json_text(claim, "kind"), "sweep") == 0)
        text_printf(text, ", sweep: %s deleted", json_scalar(claim, "deleted"));
    if (json_integer(claim, "deadLetters", 0) > 0)
        text_printf(text, ", dead letters: %s", json_scalar(claim, "deadLetters"));
    if (error)
        text_printf(text, ": %s", error);
    return arena_text(arena, text->bytes);
}

static const char *holder(Arena *arena, yyjson_val *claim)
{
    const char *program = json_text(claim, "program");
    if (!program) /* its row was gone before the claim was noted */
        return arena_format(arena, "incarnation %s", json_scalar(claim, "incarnation"));
    return arena_format(arena, "%s %s (%s, pid %s)", program, json_scalar(claim, "incarnation"),
                        json_text(claim, "host"), json_scalar(claim, "pid"));
}

static void print_claims(Cli *cli, yyjson_val *answer)
{
    static const char *const titles[] = {"CLAIM", "SLICE", "EPOCH",   "HOLDER", "CLAIMED",
                                         "TOOK",  "PAGES", "RECORDS", "OUTCOME"};
    yyjson_val *claims = json_at(answer, "claims"), *claim;
    if (yyjson_arr_size(claims) == 0) {
        printf("\nnobody has claimed it%s\n", json_text(answer, "started") ? " in the last 30 days" : " yet");
        return;
    }
    putchar('\n');
    print_columns(titles, widths, COUNT_OF(titles));
    if (json_integer(answer, "claimsNotKept", 0) > 0)
        printf("%s older claims are not kept\n", json_scalar(answer, "claimsNotKept"));
    size_t i, n;
    yyjson_arr_foreach(claims, i, n, claim)
    {
        const char *const cells[] = {
            json_scalar(claim, "claim"), json_scalar(claim, "slice"),
            json_scalar(claim, "epoch"), holder(cli->arena, claim),
            json_text(claim, "claimed"), arena_format(cli->arena, "%s s", json_scalar(claim, "seconds")),
            json_scalar(claim, "pages"), json_scalar(claim, "records"),
            outcome(cli->arena, claim)};
        print_columns(cells, widths, COUNT_OF(cells));
    }
}

static void print_head(yyjson_val *answer)
{
    const char *mode = json_text(answer, "mode"), *reason = json_text(answer, "statusReason");
    const char *started = json_text(answer, "started");
    printf("dataset     %s in environment %s\n", json_text(answer, "id"), json_text(answer, "environment"));
    printf("company     %s, %s\n", json_text(answer, "companyId"), json_text(answer, "companyName"));
    printf("connection  %s, %s, %s%s%s\n", json_text(answer, "connectionId"), json_text(answer, "source"),
           json_text(answer, "connectionStatus"), reason ? ": " : "", reason ? reason : "");
    printf("reads       %s, %s, %s\n", json_text(answer, "dataType"), mode ? mode : "mode not yet decided",
           json_text(answer, "class"));
    printf("status      %s since %s; asked for %s, %s%s\n", json_text(answer, "status"), json_text(answer, "since"),
           json_text(answer, "requested"), started ? "first claimed " : "not claimed yet", started ? started : "");
    printf("now         %s\n", json_text(answer, "now"));
}

static void print_offsets(yyjson_val *answer)
{
    yyjson_val *offsets = json_at(answer, "offsets");
    const char *session = json_scalar(offsets, "sinkSession"), *next = json_scalar(offsets, "sinkNext");
    printf("\noffsets     %s/%s: ", json_text(offsets, "topic"), json_scalar(offsets, "partition"));
    if (json_integer(offsets, "end", 0) > 0)
        printf("its records end before %s, ", json_scalar(offsets, "end"));
    else
        printf("no record of it yet, ");
    printf("the sink's next is %s: %s to store; ", next ? next : "-", next ? json_scalar(offsets, "toStore") : "-");
    if (session)
        printf("held by Postgres session %s since %s\n", session, json_text(offsets, "sinkSince"));
    else
        printf("no sink holds it\n");
    if (json_at(answer, "seen"))
        printf("seen        %s ids in %s batches, for the sweep\n", json_scalar(answer, "seen.keys"),
               json_scalar(answer, "seen.batches"));
}

static void print_rows(yyjson_val *answer)
{
    yyjson_val *rows = json_at(answer, "rows");
    printf("rows        %s emitted from %s pages, %s written, %s deleted\n", json_scalar(rows, "emitted"),
           json_scalar(rows, "pages"), json_scalar(rows, "written"), json_scalar(rows, "deleted"));
    if (json_integer(rows, "deadLetters", 0) > 0)
        printf(
            "letters     %s dead, %s of them without an id: tributary dlq list --topic records.dlq | grep %s\n",
            json_scalar(rows, "deadLetters"), json_scalar(rows, "lettersWithoutId"), json_text(answer, "id"));
}

static bool explain(Cli *cli, Error *err)
{
    yyjson_val *answer = NULL;
    const char *path = arena_format(cli->arena, "/datasets/%s/explain", client_escape(cli->arena, cli->operands[0]));
    if (!client_call(cli->client, "GET", path, NULL, cli->arena, &answer, err))
        return false;
    if (config_boolean(cli->config, "json")) {
        print_json(answer);
        return true;
    }
    print_head(answer);
    print_claims(cli, answer);
    print_offsets(answer);
    print_rows(answer);
    return true;
}

static const Command commands[] = {
    {"explain", "DATASET", "what happened to a dataset, and what it waits for", NEEDS_API, 1, 1, OPTIONS(options),
     explain},
};
const CommandTable explain_commands = {commands, COUNT_OF(commands)};
