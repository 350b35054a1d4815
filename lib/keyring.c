#include "lib/crypto.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_KEYS = 32, MAX_ID = KEY_ID_SIZE - 1, MAX_FILE = 16 * 1024 };

struct KeyRing {
    size_t n_keys;
    struct Key {
        char id[MAX_ID + 1];
        Secret *secret;
    } keys[MAX_KEYS];
};

void keyring_free(KeyRing *ring)
{
    if (!ring)
        return;
    for (size_t i = 0; i < ring->n_keys; i++)
        secret_free(ring->keys[i].secret);
    free(ring);
}

const Secret *keyring_find(const KeyRing *ring, const char *id)
{
    for (size_t i = 0; i < ring->n_keys; i++)
        if (strcmp(ring->keys[i].id, id) == 0)
            return ring->keys[i].secret;
    return NULL;
}

const Secret *keyring_first(const KeyRing *ring, const char **id)
{
    *id = ring->keys[0].id;
    return ring->keys[0].secret;
}

const char *keyring_id(const KeyRing *ring, size_t place)
{
    return place < ring->n_keys ? ring->keys[place].id : NULL;
}

/* The rule libpq has for private keys: ours and closed to all others, or root's and readable by a group of ours, which
 * is how mounted Kubernetes secrets look. */
static bool is_closed(const struct stat *file)
{
    mode_t refused = file->st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
    return (file->st_uid == 0 || file->st_uid == geteuid()) && !(file->st_mode & refused);
}

/* The whole file in `bytes`; its length, or -1. */
static ssize_t read_file(const char *path, char bytes[MAX_FILE], Error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat file;
    ssize_t length = 0, n = 1;
    if (fd < 0 || fstat(fd, &file) != 0) {
        error_set(err, ERROR_CONFIG, "master key file %s: %s", path, strerror(errno));
        length = -1;
    } else if (!is_closed(&file)) {
        error_set(err, ERROR_CONFIG, "master key file %s: others may read it or own it: chown it and chmod 600", path);
        length = -1;
    } else {
        while (n > 0 && length < MAX_FILE) {
            n = read(fd, bytes + length, (size_t)(MAX_FILE - length));
            length += n > 0 ? n : 0;
        }
        if (n != 0) {
            error_set(err, ERROR_CONFIG, "master key file %s: %s", path, n < 0 ? strerror(errno) : "too large");
            length = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    return length;
}

static bool is_id(const char *text, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return length > 0 && length <= MAX_ID && strspn(text, allowed) >= length;
}

/* One "id:base64" line without its end. What is wrong with it, or NULL. */
static const char *add_line(KeyRing *ring, const char *line, size_t length)
{
    uint8_t key[3 * 48 / 4];
    const char *colon = memchr(line, ':', length);
    if (!colon || !is_id(line, (size_t)(colon - line)))
        return "not 'id:base64', where the id is of letters, digits, '-', '_' and '.'";
    size_t base64_length = length - (size_t)(colon + 1 - line);
    if (base64_length > 48 || text_unbase64(key, colon + 1, base64_length) != KEY_SIZE)
        return "the key is not 32 bytes in base64 (openssl rand -base64 32 makes one)";
    if (ring->n_keys == MAX_KEYS)
        return "too many keys";
    struct Key *slot = &ring->keys[ring->n_keys];
    memcpy(slot->id, line, (size_t)(colon - line));
    if (keyring_find(ring, slot->id))
        return "this id is there already";
    slot->secret = secret_new(key, KEY_SIZE);
    secret_wipe(key, sizeof key);
    ring->n_keys++;
    return NULL;
}

static bool add_lines(KeyRing *ring, const char *from, const char *lines, size_t length, Error *err)
{
    int number = 0;
    for (size_t i = 0; i < length;) {
        const char *newline = memchr(lines + i, '\n', length - i);
        size_t line_length = newline ? (size_t)(newline - lines) - i : length - i;
        const char *wrong = NULL;
        number++;
        if (line_length > 0 && lines[i] != '#')
            wrong = add_line(ring, lines + i, line_length);
        if (wrong)
            return error_set(err, ERROR_CONFIG, "%s:%d: %s", from, number, wrong);
        i += line_length + 1;
    }
    return ring->n_keys > 0 || error_set(err, ERROR_CONFIG, "%s: there is no key in it", from);
}

static KeyRing *ring_new(void)
{
    KeyRing *ring = calloc(1, sizeof *ring);
    if (!ring)
        abort();
    return ring;
}

KeyRing *keyring_read(const char *from, const char *lines, size_t length, Error *err)
{
    AUTO(KeyRing) *ring = ring_new();
    return add_lines(ring, from, lines, length, err) ? TAKE(ring) : NULL;
}

KeyRing *keyring_single(const char *id, const Secret *key)
{
    KeyRing *ring = ring_new();
    snprintf(ring->keys[0].id, sizeof ring->keys[0].id, "%s", id);
    ring->keys[0].secret = secret_new(secret_reveal(key), secret_length(key));
    ring->n_keys = 1;
    return ring;
}

KeyRing *keyring_load(const char *path, Error *err)
{
    char lines[MAX_FILE + 1], from[300];
    ssize_t length = read_file(path, lines, err);
    if (length < 0)
        return NULL;
    lines[length] = 0;
    snprintf(from, sizeof from, "master key file %s", path);
    KeyRing *ring = keyring_read(from, lines, (size_t)length, err);
    secret_wipe(lines, sizeof lines);
    return ring;
}
