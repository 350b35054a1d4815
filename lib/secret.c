#include "lib/secret.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * madvise and mlock work by the page, and a page for each token would be 4 KiB of locked memory a connection. So
 * secrets share chunks, cut into slots of a few sizes; a freed slot is wiped and used again. Larger secrets get a
 * mapping of their own.
 */
enum { CHUNK_SIZE = 64 * 1024 };
static const size_t slot_sizes[] = {256, 1024, 4096};

struct Secret {
    size_t length, slot_size;
    struct Secret *next_free;
    char bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Secret *free_slots[COUNT_OF(slot_sizes)];

static char *map_private(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "secret: no memory for %zu bytes\n", size);
        abort();
    }
    madvise(memory, size, MADV_DONTDUMP);
    mlock(memory, size); /* fails where RLIMIT_MEMLOCK is small: then it may be swapped */
    return memory;
}

static void cut_chunk(size_t class)
{
    char *chunk = map_private(CHUNK_SIZE);
    for (size_t at = 0; at + slot_sizes[class] <= CHUNK_SIZE; at += slot_sizes[class]) {
        Secret *slot = (Secret *)(void *)(chunk + at);
        slot->slot_size = slot_sizes[class];
        slot->next_free = free_slots[class];
        free_slots[class] = slot;
    }
}

static Secret *take_slot(size_t class)
{
    pthread_mutex_lock(&lock);
    if (!free_slots[class])
        cut_chunk(class);
    Secret *slot = free_slots[class];
    free_slots[class] = slot->next_free;
    pthread_mutex_unlock(&lock);
    return slot;
}

/* The class whose slots hold `size` bytes; their count when none does. */
static size_t class_of(size_t size)
{
    size_t class = 0;
    while (class < COUNT_OF(slot_sizes) && slot_sizes[class] < size)
        class ++;
    return class;
}

Secret *secret_new(const void *bytes, size_t length)
{
    size_t size = sizeof(Secret) + length + 1, class = class_of(size);
    Secret *secret;
    if (class < COUNT_OF(slot_sizes)) {
        secret = take_slot(class);
    } else {
        secret = (Secret *)(void *)map_private(size);
        secret->slot_size = size;
    }
    secret->length = length;
    if (length > 0)
        memcpy(secret->bytes, bytes, length);
    secret->bytes[length] = 0;
    return secret;
}

void secret_free(Secret *secret)
{
    if (!secret)
        return;
    size_t size = secret->slot_size, class = class_of(size);
    secret_wipe(secret->bytes, secret->length);
    secret->length = 0;
    if (class == COUNT_OF(slot_sizes)) {
        munmap(secret, size);
        return;
    }
    pthread_mutex_lock(&lock);
    secret->next_free = free_slots[class];
    free_slots[class] = secret;
    pthread_mutex_unlock(&lock);
}

const char *secret_reveal(const Secret *secret)
{
    return secret->bytes;
}

size_t secret_length(const Secret *secret)
{
    return secret->length;
}

bool secret_equal(const Secret *secret, const char *bytes, size_t length)
{
    if (secret->length != length)
        return false;
    unsigned char difference = 0;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(secret->bytes[i] ^ bytes[i]);
    return difference == 0;
}

void secret_wipe(void *bytes, size_t length)
{
    explicit_bzero(bytes, length);
}
