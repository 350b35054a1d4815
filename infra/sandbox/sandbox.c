#include "infra/sandbox/sandbox.h"
#include "infra/sandbox/control.h"
#include "infra/sandbox/control_books.h"
#include "infra/sandbox/gate.h"
#include "infra/sandbox/quickbooks.h"
#include "infra/sandbox/stripe.h"
#include "infra/sandbox/xero.h"
#include <pthread.h>
#include <string.h>

enum { LARGEST_BODY = 1024 * 1024, MAX_ROUTES = 80 };

static const Route vendor_routes[] = {
    {"GET",    STRIPE_BASE "/v1/{path*}", stripe_serve, 0},
    {"POST",   STRIPE_BASE "/v1/{path*}", stripe_serve, 0},
    {"DELETE", STRIPE_BASE "/v1/{path*}", stripe_serve, 0},
};

/* The first that matches serves: what is one vendor's own stands before what all have. */
static const struct {
    const Route *routes;
    const size_t *n;
} groups[] = {
    {vendor_routes,        &(const size_t){COUNT_OF(vendor_routes)}},
    {control_routes,       &n_control_routes                       },
    {gate_routes,          &n_gate_routes                          },
    {quickbooks_routes,    &n_quickbooks_routes                    },
    {xero_routes,          &n_xero_routes                          },
    {control_books_routes, &n_control_books_routes                 },
};

void sandbox_options(World *world, HttpdOptions *options)
{
    static Route routes[MAX_ROUTES];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    size_t n = 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        memcpy(routes + n, groups[i].routes, *groups[i].n * sizeof *routes);
        n += *groups[i].n;
    }
    pthread_mutex_unlock(&lock);
    *options = (HttpdOptions){
        .routes = routes,
        .n_routes = n,
        .context = world,
        .max_body = LARGEST_BODY,
        .threads = 0, /* one a connection: a hanging answer holds up nobody else */
    };
}
