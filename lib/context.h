/*
 * Context: a stack of its own and the place where its code stopped. Private to lib/fiber.c; the sanitizers are told
 * about every switch, so that they see overflows of a fiber's stack and no false races.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct Context {
    void *stack_pointer; /* where it stopped */
    void (*entry)(void *argument);
    void *argument;
    char *bottom; /* lowest usable byte of the stack; the page below it is the guard */
    size_t size;
    void *fake_stack; /* ASan's */
    void *tsan;       /* TSan's */
} Context;

/* The calling thread's own stack, so that one can switch away from it and back. */
void context_adopt(Context *context);

/* A new stack on which the first context_switch() calls `entry`, which must never return. False: no memory (errno). */
bool context_open(Context *context, void (*entry)(void *argument), void *argument);

/* Stops `from`, goes on in `to`. `ending`: nobody will come back to `from`. */
void context_switch(Context *from, Context *to, bool ending);

/* Gives the stack back; not from the stack itself. This thread keeps some for the next context_open(). */
void context_close(Context *context);
void context_forget_spares(void);
