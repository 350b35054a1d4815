#include "lib/metrics.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void put(Text *out, const char *name, const char *type, const char *help, double value)
{
    text_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, type, name, value);
}

static bool read_line_of(const char *path, const char *start, char *line, int size)
{
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file && !found && fgets(line, size, file))
        found = text_starts_with(line, start);
    if (file)
        fclose(file);
    return found;
}

/* Field 22 of /proc/self/stat counts ticks since boot; the boot's own time stands in /proc/stat. */
static double start_seconds(void)
{
    char boot[64], line[1024];
    unsigned long long ticks;
    if (!read_line_of("/proc/stat", "btime ", boot, sizeof boot) ||
        !read_line_of("/proc/self/stat", "", line, sizeof line))
        return 0;
    /* The program's name, which may hold anything, ends at the last parenthesis. */
    const char *at = strrchr(line, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (!at || sscanf(at, " %llu", &ticks) != 1)
        return 0;
    return strtod(boot + strlen("btime "), NULL) + (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static double resident_bytes(void)
{
    char line[128];
    unsigned long long size, resident;
    if (!read_line_of("/proc/self/statm", "", line, sizeof line) || sscanf(line, "%llu %llu", &size, &resident) != 2)
        return 0;
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static double open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    double n = 0;
    while (folder && readdir(folder))
        n++;
    if (folder)
        closedir(folder);
    return n > 3 ? n - 3 : 0; /* ".", ".." and the folder's own */
}

void metrics_render_process(Text *out)
{
    struct rusage usage = {0};
    struct rlimit files = {0};
    getrusage(RUSAGE_SELF, &usage);
    getrlimit(RLIMIT_NOFILE, &files);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    put(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", resident_bytes());
    put(out, "process_open_fds", "gauge", "Number of open file descriptors.", open_descriptors());
    put(out, "process_max_fds", "gauge", "Maximum number of open file descriptors.", (double)files.rlim_cur);
    put(out, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", cpu);
    put(out, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.",
        start_seconds());
}
