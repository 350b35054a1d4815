/*
 * Streams: what Stripe offers, one row a data type.
 */
#pragma once
#include "workers/stripe/stripe.h"

/* Reads what a list leaves out of an object, and puts the whole one in its place. */
typedef bool (*StripeComplete)(Rest *rest, yyjson_val **object, Error *err);

/* A kind of object: its list, and itself by id below the same path. */
typedef struct StripeObject {
    const char *path;
    const char *expand; /* a member of the object that is wanted whole, or NULL */
    const Mapping *mapping;
    const char *prefix;      /* before its ids, where kinds share a data type; else "" */
    bool by_creation;        /* its list can be cut by date of creation */
    int64_t limit;           /* rows a page where each row costs a call; 0: the option's */
    StripeComplete complete; /* or NULL */
} StripeObject;

/* An event type, and which object changed with it. */
typedef struct StripeEvent {
    const char *type;
    size_t object;       /* index in the stream's objects */
    const char *id_path; /* of the changed object's id, in the event's data.object */
} StripeEvent;

/* The stream's own table row, behind Stream.details. */
typedef struct StripeStream {
    const StripeObject *objects; /* read in this order */
    size_t n_objects;
    const StripeEvent *events; /* Stripe takes up to 20 types in one call */
    size_t n_events;
    bool (*read_whole)(Rest *rest, Error *err); /* no list: one page has it all; else NULL */
} StripeStream;

extern const Stream stripe_streams[];
extern const size_t n_stripe_streams;
