/*
 * Sandbox: the routes of all emulated vendors and of the control endpoint, ready for a server whose context is a World.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "lib/httpd.h"

/* Fills `options` but for the address. The routes are static. */
void sandbox_options(World *world, HttpdOptions *options);
