/* proto-lock check|update FILE: compares a lock with the compiled messages, or brings it up to date. */
#include "lib/auto.h"
#include "proto/lock.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

DEFINE_AUTO(FILE, fclose)

enum { EXIT_USAGE = 2 };

/* The whole file, to be freed by the caller; a file that is not there yet is an empty lock. NULL on error. */
static char *read_text(const char *path)
{
    AUTO(FILE) *file = fopen(path, "r");
    if (!file)
        return errno == ENOENT ? strdup("") : NULL;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length = getdelim(&text, &capacity, '\0', file);
    if (length >= 0)
        return text;
    free(text);
    return feof(file) ? strdup("") : NULL;
}

/* The new text goes to a file of its own first: a refusal or a full disk leaves the lock as it was. */
static bool update(const char *path, const char *text)
{
    char fresh[4096];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *out = fopen(fresh, "w");
    bool fine = out && lock_update(text, out, stderr);
    if (out && fclose(out) != 0)
        fine = false;
    fine = fine && rename(fresh, path) == 0;
    if (!fine)
        remove(fresh);
    return fine;
}

int main(int argc, char **argv)
{
    if (argc != 3 || (strcmp(argv[1], "check") != 0 && strcmp(argv[1], "update") != 0)) {
        fputs("usage: proto-lock check|update FILE\n", stderr);
        return EXIT_USAGE;
    }
    char *text = read_text(argv[2]);
    if (!text) {
        perror(argv[2]);
        return EXIT_FAILURE;
    }
    bool fine = strcmp(argv[1], "check") == 0 ? lock_check(text, stderr) == 0 : update(argv[2], text);
    free(text);
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
