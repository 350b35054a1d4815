/* Master keys from a command: of a secrets manager, or a hardware module's. */
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/fiber.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_OUTPUT = 16 * 1024, RUN_MS = 10000, LOOK_MS = 20 };

extern char **environ;

/* The text is the operator's own, like the rest of the configuration, so sh may read it. A group of its own, so that
 * all of it can be ended. */
static pid_t start(const char *command, int output)
{
    char sh[] = "sh", option[] = "-c", *text = strdup(command);
    char *const argv[] = {sh, option, text, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    pid_t pid = -1;
    if (!text || posix_spawn(&pid, "/bin/sh", &files, &attributes, argv, environ) != 0)
        pid = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    free(text);
    return pid;
}

/* Until its end; the length, -1 after the deadline, MAX_OUTPUT when there is more. */
static ssize_t read_output(int fd, char output[MAX_OUTPUT], int64_t deadline_ms)
{
    ssize_t length = 0;
    while (length < MAX_OUTPUT) {
        int64_t left_ms = deadline_ms - clock_monotonic_ms();
        if (left_ms <= 0 || fiber_wait_fd(fd, POLLIN, left_ms) != WAIT_READY)
            return -1;
        ssize_t n = read(fd, output + length, (size_t)(MAX_OUTPUT - length));
        if (n == 0)
            return length;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        length += n > 0 ? n : 0;
    }
    return length;
}

/* Its exit status, or -1 when it had to be killed. */
static int end(pid_t pid, int64_t deadline_ms)
{
    int status = 0;
    bool killed = false;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (!killed && clock_monotonic_ms() >= deadline_ms)
            killed = kill(-pid, SIGKILL) == 0;
        fiber_sleep_ms(LOOK_MS);
    }
    return !killed && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

KeyRing *keyring_run(const char *command, Error *err)
{
    static const char from[] = "master-key-command";
    int64_t deadline_ms = clock_monotonic_ms() + RUN_MS;
    char lines[MAX_OUTPUT];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_set(err, ERROR_TRANSIENT, "%s: %s", from, strerror(errno));
        return NULL;
    }
    pid_t pid = start(command, ends[1]);
    close(ends[1]);
    ssize_t length = pid > 0 ? read_output(ends[0], lines, deadline_ms) : -1;
    close(ends[0]);
    int status = pid > 0 ? end(pid, length < 0 || length == MAX_OUTPUT ? 0 : deadline_ms) : -1;
    KeyRing *ring = NULL;
    if (status != 0 && length >= 0 && length < MAX_OUTPUT)
        error_set(err, ERROR_CONFIG, "%s: ended with %d: run it by hand", from, status);
    else if (length < 0)
        error_set(err, ERROR_TRANSIENT, "%s: did not end within %d ms", from, RUN_MS);
    else if (length == MAX_OUTPUT)
        error_set(err, ERROR_CONFIG, "%s: prints more than %d bytes", from, MAX_OUTPUT - 1);
    else
        ring = keyring_read(from, lines, (size_t)length, err);
    secret_wipe(lines, sizeof lines);
    return ring;
}
