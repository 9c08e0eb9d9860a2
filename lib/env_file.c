/* SPDX-License-Identifier: MIT */
#include "env.h"

#include <string.h>

/* First allocation for a file that does not know its size. */
#define FIRST_SIZE ((size_t)1 << 16)

/* A file while it is read. */
struct reading {
    const struct bp_host *host;
    const char *path;
    size_t limit;
    void *file;
    struct bp_bytes bytes; /* size is that of the allocation */
    size_t count;          /* bytes read */
    struct bp_text *text;
};

static bp_status fail_code(const struct reading *r, const char *verb, int32_t code)
{
    return bp_fail_code(r->text, verb, r->path, code);
}

static bp_status fail_limit(const struct reading *r)
{
    return bp_fail(r->text, BP_ELIMIT, "'%s' is larger than the limit of %llu bytes",
                   r->path, (unsigned long long)r->limit);
}

/* Make room for `size` bytes, keeping what was read. */
static bp_status resize(struct reading *r, size_t size)
{
    unsigned char *const data = bp_host_allocate(r->host, size);

    if (data == NULL)
        return bp_fail(r->text, BP_ENOMEM, "no memory for %llu bytes of '%s'",
                       (unsigned long long)size, r->path);
    if (r->count > 0)
        memcpy(data, r->bytes.data, r->count);
    bp_host_release(r->host, r->bytes.data, r->bytes.size);
    r->bytes.data = data;
    r->bytes.size = size;
    return BP_OK;
}

/* A file of the size it says needs one allocation, and no byte more than it has. */
static bp_status begin(struct reading *r)
{
    uint64_t size = UINT64_MAX;
    const int32_t code = r->host->files.size(r->file, &size, r->host->files.user);

    if (code != 0)
        return fail_code(r, "get the size of", code);
    if (size == UINT64_MAX)
        return resize(r, r->limit < FIRST_SIZE ? r->limit : FIRST_SIZE);
    if (size > r->limit)
        return fail_limit(r);
    return resize(r, (size_t)size);
}

/* One read of at most `room` bytes; *done is 0 at the end of the file. */
static bp_status read_some(struct reading *r, unsigned char *to, size_t room,
                           size_t *done)
{
    int32_t code;

    *done = 0;
    code = r->host->files.read(r->file, to, room, done, r->host->files.user);
    if (code != 0)
        return fail_code(r, "read", code);
    if (*done > room)
        return bp_fail(r->text, BP_EIO,
                       "read '%s': got %llu bytes, expected at most %llu", r->path,
                       (unsigned long long)*done, (unsigned long long)room);
    return BP_OK;
}

/* The room is full: the file ends here, or needs twice of it. */
static bp_status read_beyond(struct reading *r, size_t *done)
{
    unsigned char next = 0;
    bp_status status = read_some(r, &next, 1, done);

    if (status != BP_OK || *done == 0)
        return status;
    if (r->count == r->limit)
        return fail_limit(r);
    status = resize(r, r->count < r->limit / 2 ? 2 * r->count + 1 : r->limit);
    if (status == BP_OK)
        r->bytes.data[r->count++] = next;
    return status;
}

static bp_status read_all(struct reading *r)
{
    bp_status status = begin(r);
    size_t done = 1;

    while (status == BP_OK && done > 0) {
        const size_t room = r->bytes.size - r->count;

        if (room == 0) {
            status = read_beyond(r, &done);
            continue;
        }
        status = read_some(r, r->bytes.data + r->count, room, &done);
        if (status == BP_OK)
            r->count += done;
    }
    return status;
}

/* The caller releases as many bytes as it is told there are: no room is left over. */
static bp_status trim(struct reading *r)
{
    return r->bytes.size == r->count ? BP_OK : resize(r, r->count);
}

bp_status bp_host_read_file(const struct bp_host *host, const char *path, size_t limit,
                            struct bp_bytes *bytes, struct bp_text *text)
{
    struct reading r = {host, path, limit, NULL, {NULL, 0}, 0, text};
    int32_t code = host->files.open(path, &r.file, host->files.user);
    bp_status status;

    if (code != 0)
        return fail_code(&r, "open", code);
    status = read_all(&r);
    code = host->files.close(r.file, host->files.user);
    if (status == BP_OK && code != 0)
        status = fail_code(&r, "close", code);
    if (status == BP_OK)
        status = trim(&r);
    if (status == BP_OK)
        *bytes = r.bytes;
    else
        bp_host_release(host, r.bytes.data, r.bytes.size);
    return status;
}
