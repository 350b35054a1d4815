/* A credential as it is typed, or piped into the command: `tributary connections authorize`. Input: the bytes. */
#include "scheduler/cli/credential_input.h"
#include "tests/fuzz/fuzz.h"
#include <ctype.h>
#include <sys/mman.h>
#include <unistd.h>

static const Option options[] = {
    {"credential", NULL, "the credential", OPTION_SECRET},
};
static const OptionGroup group = {options, 1};
static const ConfigProgram program = {.name = "fuzz", .groups = &group, .n_groups = 1};

static void becomes_standard_input(const uint8_t *bytes, size_t length)
{
    int fd = memfd_create("input", 0);
    HOLDS(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && lseek(fd, 0, SEEK_SET) == 0);
    HOLDS(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *argv[] = {(char *)"fuzz", NULL}, *environment[] = {NULL};
    int operand;
    Error err = {0};
    AUTO(Config) *config = config_parse(&program, 1, argv, environment, &operand, &err);
    HOLDS(config);
    becomes_standard_input(bytes, length);
    AUTO(Secret) *secret = credential_input(config, &err);
    if (!secret) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_CONFIG);
        return 0;
    }
    size_t kept = secret_length(secret);
    HOLDS(kept > 0 && kept <= 4096 && kept <= length);
    HOLDS(secret_equal(secret, (const char *)bytes, kept) && !isspace((unsigned char)secret_reveal(secret)[kept - 1]));
    return 0;
}
