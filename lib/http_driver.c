#include "lib/http_driver.h"
#include "lib/clock.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct HttpDriver {
    CURLM *multi;
    int epoll, wake;     /* wake: an eventfd in the epoll set, for a deadline that came nearer */
    int64_t deadline_ms; /* curl's next, or -1 */
    bool closing, ended;
    Event end;
    void (*done)(CURL *easy, CURLcode result);
};

static void wake(HttpDriver *driver)
{
    uint64_t one = 1;
    ssize_t written = write(driver->wake, &one, sizeof one); /* full: a wake-up is on its way already */
    (void)written;
}

/* curl says which events of which socket it wants to hear of. It may close a socket right after, which takes it out of
 * the epoll set by itself; so the set, not a memory of ours, tells whether a number is known. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *per_socket)
{
    (void)easy;
    (void)per_socket;
    HttpDriver *driver = context;
    struct epoll_event want = {.data.fd = socket};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(driver->epoll, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    if (what != CURL_POLL_OUT)
        want.events |= EPOLLIN;
    if (what != CURL_POLL_IN)
        want.events |= EPOLLOUT;
    if (epoll_ctl(driver->epoll, EPOLL_CTL_MOD, socket, &want) != 0 && errno == ENOENT)
        epoll_ctl(driver->epoll, EPOLL_CTL_ADD, socket, &want);
    return 0;
}

static int on_deadline(CURLM *multi, long timeout_ms, void *context)
{
    (void)multi;
    HttpDriver *driver = context;
    driver->deadline_ms = timeout_ms < 0 ? -1 : clock_monotonic_ms() + timeout_ms;
    wake(driver);
    return 0;
}

static void report_ended(HttpDriver *driver)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(driver->multi, &left));)
        if (message->msg == CURLMSG_DONE)
            driver->done(message->easy_handle, message->data.result);
}

static void act(HttpDriver *driver)
{
    struct epoll_event events[64];
    int running, n = epoll_wait(driver->epoll, events, 64, 0);
    for (int i = 0; i < n; i++) {
        uint64_t count;
        if (events[i].data.fd == driver->wake) {
            ssize_t got = read(driver->wake, &count, sizeof count);
            (void)got;
            continue;
        }
        int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(driver->multi, events[i].data.fd, what, &running);
    }
    if (driver->deadline_ms >= 0 && driver->deadline_ms <= clock_monotonic_ms()) {
        driver->deadline_ms = -1;
        curl_multi_socket_action(driver->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    report_ended(driver);
}

static void drive(void *argument)
{
    HttpDriver *driver = argument;
    while (!driver->closing) {
        int64_t left = driver->deadline_ms - clock_monotonic_ms();
        fiber_wait_fd(driver->epoll, POLLIN, driver->deadline_ms < 0 ? -1 : left > 0 ? left : 0);
        act(driver);
    }
    driver->ended = true;
    event_notify_all(&driver->end);
}

static bool open_descriptors(HttpDriver *driver)
{
    driver->epoll = epoll_create1(EPOLL_CLOEXEC);
    driver->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event want = {.events = EPOLLIN, .data.fd = driver->wake};
    return driver->epoll >= 0 && driver->wake >= 0 && epoll_ctl(driver->epoll, EPOLL_CTL_ADD, driver->wake, &want) == 0;
}

static void driver_free(HttpDriver *driver)
{
    curl_multi_cleanup(driver->multi);
    if (driver->epoll >= 0)
        close(driver->epoll);
    if (driver->wake >= 0)
        close(driver->wake);
    free(driver);
}

HttpDriver *http_driver_open(int max_host_connections, void (*done)(CURL *easy, CURLcode result), Error *err)
{
    HttpDriver *driver = calloc(1, sizeof *driver);
    if (!driver)
        abort();
    driver->done = done;
    driver->deadline_ms = -1;
    driver->multi = curl_multi_init();
    if (!open_descriptors(driver) || !driver->multi) {
        error_set(err, ERROR_CONFIG, "cannot set up HTTP: %s", strerror(errno));
        driver_free(driver);
        return NULL;
    }
    curl_multi_setopt(driver->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(driver->multi, CURLMOPT_SOCKETDATA, driver);
    curl_multi_setopt(driver->multi, CURLMOPT_TIMERFUNCTION, on_deadline);
    curl_multi_setopt(driver->multi, CURLMOPT_TIMERDATA, driver);
    curl_multi_setopt(driver->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(driver->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)max_host_connections);
    fiber_spawn("http", drive, driver);
    return driver;
}

static bool driver_ended(void *context)
{
    return ((HttpDriver *)context)->ended;
}

void http_driver_close(HttpDriver *driver)
{
    driver->closing = true;
    wake(driver);
    if (fiber_running())
        while (!driver->ended)
            event_wait(&driver->end, -1);
    else
        loop_run(driver_ended, driver);
    driver_free(driver);
}

bool http_driver_add(HttpDriver *driver, CURL *easy, Error *err)
{
    CURLMcode code = curl_multi_add_handle(driver->multi, easy); /* sets a deadline of now, which wakes the fiber */
    if (code != CURLM_OK)
        return error_set(err, ERROR_INTERNAL, "curl: %s", curl_multi_strerror(code));
    return true;
}

void http_driver_remove(HttpDriver *driver, CURL *easy)
{
    curl_multi_remove_handle(driver->multi, easy);
}
