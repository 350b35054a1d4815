#include "scheduler/cli/credential_input.h"
#include <ctype.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

enum { MAX_CREDENTIAL = 4096 };

static size_t read_line(char *bytes, size_t size)
{
    struct termios old;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &old) == 0;
    if (terminal) {
        struct termios silent = old;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        fputs("Credential (not shown): ", stderr);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    size_t length = 0;
    ssize_t n;
    while (length < size && (n = read(STDIN_FILENO, bytes + length, size - length)) > 0) {
        length += (size_t)n;
        if (terminal && bytes[length - 1] == '\n')
            break;
    }
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fputc('\n', stderr);
    }
    return length;
}

Secret *credential_input(const Config *config, Error *err)
{
    const Secret *given = config_secret(config, "credential");
    if (given)
        return secret_new(secret_reveal(given), secret_length(given));
    char bytes[MAX_CREDENTIAL + 1];
    size_t length = read_line(bytes, sizeof bytes);
    bool fits = length <= MAX_CREDENTIAL;
    while (fits && length > 0 && isspace((unsigned char)bytes[length - 1]))
        length--;
    Secret *secret = fits && length > 0 ? secret_new(bytes, length) : NULL;
    if (!secret)
        error_set(err, ERROR_CONFIG, "%s",
                  fits ? "no credential: give it on standard input, by --credential-file or TRIBUTARY_CREDENTIAL"
                       : "the credential is longer than 4 KiB");
    secret_wipe(bytes, sizeof bytes);
    return secret;
}
