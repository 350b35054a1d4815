#include "lib/context.h"
#include "lib/auto.h"
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_SIZE = 256 * 1024 }; /* red zones and shadow calls are not what production runs */
#else
enum { STACK_SIZE = 64 * 1024 };
#endif

/* Stacks that ended wait here for the next fiber. Each holds the pages it once touched, hence the limit. */
enum { MAX_SPARES = 256 };

typedef struct Spare {
    struct Spare *next;
} Spare;
static _Thread_local Spare *spares;
static _Thread_local int n_spares;

/* The two ends of the switch that is under way; the code that arrives reads them. */
static _Thread_local Context *leaving, *arriving;

/* The spare's link lies at the top of the stack, on a page that is touched anyway. */
static Spare *spare_of(char *bottom)
{
    return (Spare *)(void *)(bottom + STACK_SIZE - sizeof(Spare));
}

static char *stack_take(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (spares) {
        Spare *spare = spares;
        spares = spare->next;
        n_spares--;
        return (char *)(spare + 1) - STACK_SIZE;
    }
    char *map = mmap(NULL, page + STACK_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    if (mprotect(map, page, PROT_NONE) != 0) {
        munmap(map, page + STACK_SIZE);
        return NULL;
    }
#ifdef __SANITIZE_ADDRESS__
    __lsan_register_root_region(map + page, STACK_SIZE);
#endif
    return map + page;
}

static void stack_unmap(char *bottom)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
#ifdef __SANITIZE_ADDRESS__
    __lsan_unregister_root_region(bottom, STACK_SIZE);
#endif
    munmap(bottom - page, page + STACK_SIZE);
}

static void stack_give(char *bottom)
{
    if (n_spares == MAX_SPARES) {
        stack_unmap(bottom);
        return;
    }
    Spare *spare = spare_of(bottom);
    spare->next = spares;
    spares = spare;
    n_spares++;
}

void context_forget_spares(void)
{
    while (spares)
        stack_unmap(stack_take());
}

/* First thing on each side of a switch. */
static void arrive(void)
{
#ifdef __SANITIZE_ADDRESS__
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(arriving->fake_stack, &bottom, &size);
    /* An adopted context learns the bounds of its thread's stack when it is first left. */
    if (leaving->size == 0) {
        leaving->bottom = (char *)(uintptr_t)bottom;
        leaving->size = size;
    }
#endif
}

/* Where a new stack begins: the way in left nothing but `arriving`. */
static void begin(void)
{
    arrive();
    arriving->entry(arriving->argument);
    __builtin_trap();
}

#if defined(__x86_64__) && !defined(TRIBUTARY_UCONTEXT)
/* The ABI's callee-saved registers go on the old stack and come from the new one. The floating-point control words
 * stay: nothing here changes them. */
void context_jump(void **from, void *to);
__asm__(".text\n"
        ".type context_jump, @function\n"
        ".globl context_jump\n"
        ".hidden context_jump\n"
        "context_jump:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size context_jump, . - context_jump\n");

static void prepare(Context *context)
{
    uintptr_t *top = (uintptr_t *)(void *)(context->bottom + context->size);
    *--top = 0; /* begin()'s return address, so that a debugger stops here and the ABI's alignment holds */
    *--top = (uintptr_t)begin;
    for (int i = 0; i < 6; i++)
        *--top = 0;
    context->stack_pointer = top;
}

#elif defined(__aarch64__) && !defined(TRIBUTARY_UCONTEXT)
void context_jump(void **from, void *to);
__asm__(".text\n"
        ".type context_jump, %function\n"
        ".globl context_jump\n"
        ".hidden context_jump\n"
        "context_jump:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size context_jump, . - context_jump\n");

static void prepare(Context *context)
{
    uintptr_t *frame = (uintptr_t *)(void *)(context->bottom + context->size - 160);
    for (int i = 0; i < 20; i++)
        frame[i] = 0;
    frame[11] = (uintptr_t)begin; /* x30, the return address */
    context->stack_pointer = frame;
}

#else
/* Any other machine: ucontext, ten times slower (two system calls a switch), kept at the top of the stack. */
#include <ucontext.h>

static void context_jump(void **from, void *to)
{
    ucontext_t here;
    *from = &here;
    swapcontext(&here, to);
}

static void prepare(Context *context)
{
    size_t room = (sizeof(ucontext_t) + 63) & ~(size_t)63;
    ucontext_t *start = (ucontext_t *)(void *)(context->bottom + context->size - room);
    getcontext(start);
    start->uc_stack.ss_sp = context->bottom;
    start->uc_stack.ss_size = context->size - room;
    start->uc_link = NULL;
    makecontext(start, begin, 0);
    context->stack_pointer = start;
}
#endif

void context_adopt(Context *context)
{
    *context = (Context){0};
#ifdef __SANITIZE_THREAD__
    context->tsan = __tsan_get_current_fiber();
#endif
}

bool context_open(Context *context, void (*entry)(void *argument), void *argument)
{
    *context = (Context){.entry = entry, .argument = argument, .bottom = stack_take(), .size = STACK_SIZE};
    if (!context->bottom)
        return false;
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(context->bottom, context->size);
#endif
#ifdef __SANITIZE_THREAD__
    context->tsan = __tsan_create_fiber(0);
#endif
    prepare(context);
    return true;
}

void context_switch(Context *from, Context *to, bool ending)
{
    leaving = from;
    arriving = to;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(ending ? NULL : &from->fake_stack, to->bottom, to->size);
#endif
#ifdef __SANITIZE_THREAD__
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
    (void)ending;
    context_jump(&from->stack_pointer, to->stack_pointer);
    arrive();
}

void context_close(Context *context)
{
#ifdef __SANITIZE_THREAD__
    __tsan_destroy_fiber(context->tsan);
#endif
    stack_give(context->bottom);
    *context = (Context){0};
}
