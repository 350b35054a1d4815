#include "infra/sandbox/sandbox.h"
#include "infra/sandbox/control.h"
#include "infra/sandbox/stripe.h"
#include <pthread.h>
#include <string.h>

enum { LARGEST_BODY = 1024 * 1024, MAX_ROUTES = 40 };

static const Route vendor_routes[] = {
    {"GET",    STRIPE_BASE "/v1/{path*}", stripe_serve, 0},
    {"POST",   STRIPE_BASE "/v1/{path*}", stripe_serve, 0},
    {"DELETE", STRIPE_BASE "/v1/{path*}", stripe_serve, 0},
};

void sandbox_options(World *world, HttpdOptions *options)
{
    static Route routes[MAX_ROUTES];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    memcpy(routes, vendor_routes, sizeof vendor_routes);
    memcpy(routes + COUNT_OF(vendor_routes), control_routes, n_control_routes * sizeof *routes);
    pthread_mutex_unlock(&lock);
    *options = (HttpdOptions){
        .routes = routes,
        .n_routes = COUNT_OF(vendor_routes) + n_control_routes,
        .context = world,
        .max_body = LARGEST_BODY,
        .threads = 0, /* one a connection: a hanging answer holds up nobody else */
    };
}
