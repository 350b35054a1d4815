/*
 * Render: how one object becomes Stripe's JSON. Each render_… writes the whole object; `expand` says which of its
 * references are written out (NULL: none).
 */
#pragma once
#include "infra/sandbox/account.h"
#include "infra/sandbox/stripe_names.h"
#include "lib/json.h"

/* Shapes differ by version: refunds were part of a charge until late 2022, and basil moved the invoice links. */
typedef enum Shape { SHAPE_OLD, SHAPE_ACACIA, SHAPE_BASIL } Shape;
Shape shape_of(const char *version);

enum { EXPAND_PATHS = 20, EXPAND_DEPTH = 4 };
typedef struct Expand {
    const char *paths[EXPAND_PATHS];
    int n;
} Expand;
/* Is `name` expanded? `inside` receives what is expanded within it. */
bool expanded(const Expand *expand, const char *name, Expand *inside);

typedef struct Render {
    JsonWriter json;
    const Account *account;
    const Business *business;
    Shape shape;
    bool own; /* the merchant's own key, not a platform's */
} Render;

typedef void Renderer(Render *render, const char *key, int index, const Expand *expand);
Renderer render_customer, render_product, render_price, render_tax_rate, render_location, render_invoice, render_charge,
    render_refund, render_dispute, render_payout, render_transfer, render_movement, render_event;

void render_account(Render *render);
void render_balance(Render *render);
void render_methods(Render *render, bool usual); /* a payment method configuration */
void render_deleted_customer(Render *render, int index);
void render_line(Render *render, int line, int invoice);
void methods_id(const Business *business, bool usual, char out[STRIPE_ID_SIZE]);

/* The object by its kind, and what can be expanded in it. */
void render_object(Render *render, const char *key, Kind kind, int index, const Expand *expand);

/* An id, or the object when it is expanded; index -1 writes null. */
void put_reference(Render *render, const char *key, Kind kind, int index, const Expand *expand);

void put_nulls(JsonWriter *json, const char *names); /* "a b c" */
void put_flags(JsonWriter *json, const char *names, bool value);
void put_empty(JsonWriter *json, const char *key, const char *brackets /* "{}" or "[]" */);
void put_address(JsonWriter *json, const char *key, const Address *address); /* NULL: an object of nulls */
void put_tag(JsonWriter *json, const Tag *tag);                              /* "metadata" */
void put_number(JsonWriter *json, const char *key, const char *digits);
