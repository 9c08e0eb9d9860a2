/* SPDX-License-Identifier: MIT */
#include "env_source.h"

#include <errno.h>
#include <string.h>

enum { MOST_TRIES = 100 };

static bp_status ask_size(struct bp_source *source)
{
    const struct bp_files *files = &source->host->files;
    const int32_t code = files->size(source->file, &source->size, files->user);

    if (code == 0)
        return BP_OK;
    (void)files->close(source->file, files->user);
    return bp_fail_code(source->text, "get the size of", source->path, code);
}

bp_status bp_source_open(struct bp_source *source, const struct bp_host *host,
                         const char *path, struct bp_text *text)
{
    int32_t code = EINTR;
    int tries;

    *source =
        (struct bp_source){.host = host, .text = text, .path = path, .size = UINT64_MAX};
    for (tries = 0; code == EINTR && tries < MOST_TRIES; tries++)
        code = host->files.open(path, &source->file, host->files.user);
    if (code != 0)
        return bp_fail_code(text, "open", path, code);
    return ask_size(source);
}

void bp_source_memory(struct bp_source *source, const void *bytes, size_t size,
                      struct bp_text *text)
{
    *source = (struct bp_source){.text = text, .bytes = bytes, .size = size};
}

/* One read; *done is 0 at the end. */
static bp_status read_some(struct bp_source *source, unsigned char *to, size_t size,
                           size_t *done)
{
    const struct bp_files *files = &source->host->files;
    int32_t code = EINTR;
    int tries;

    for (tries = 0; code == EINTR && tries < MOST_TRIES; tries++) {
        *done = 0;
        code = files->read(source->file, to, size, done, files->user);
    }
    if (code != 0)
        return bp_fail_code(source->text, "read", source->path, code);
    if (*done > size)
        return bp_fail(source->text, BP_EIO,
                       "read '%s': got %zu bytes, expected at most %zu", source->path,
                       *done, size);
    return BP_OK;
}

static bp_status fail_short(const struct bp_source *source, uint64_t wanted)
{
    const bool shrank = source->size != UINT64_MAX && source->at < source->size;

    if (shrank && source->path != NULL)
        return bp_fail(source->text, BP_EIO,
                       "'%s' ended after %llu bytes, it had %llu when it was opened",
                       source->path, (unsigned long long)source->at,
                       (unsigned long long)source->size);
    return bp_fail(source->text, BP_EDATA,
                   "the data end after %llu bytes, expected %llu at least",
                   (unsigned long long)source->at, (unsigned long long)wanted);
}

static bp_status read_file(struct bp_source *source, unsigned char *to, size_t size)
{
    const uint64_t wanted = source->at + size;

    while (size > 0) {
        size_t done = 0;
        const bp_status status = read_some(source, to, size, &done);

        if (status != BP_OK)
            return status;
        if (done == 0)
            return fail_short(source, wanted);
        source->at += done;
        to += done;
        size -= done;
    }
    return BP_OK;
}

bp_status bp_source_read(struct bp_source *source, void *to, size_t size)
{
    if (source->path != NULL)
        return read_file(source, to, size);
    if (size > source->size - source->at) {
        const uint64_t wanted = source->at + size;

        source->at = source->size;
        return fail_short(source, wanted);
    }
    if (size > 0)
        memcpy(to, source->bytes + source->at, size);
    source->at += size;
    return BP_OK;
}

bp_status bp_source_end(struct bp_source *source)
{
    unsigned char next;
    size_t done = source->at < source->size ? 1 : 0;
    bp_status status = BP_OK;

    if (source->path != NULL)
        status = read_some(source, &next, 1, &done);
    if (status == BP_OK && done > 0)
        status = bp_fail(source->text, BP_EDATA,
                         "the data go on after %llu bytes, expected their end there",
                         (unsigned long long)source->at);
    return status;
}

bp_status bp_source_close(struct bp_source *source, bp_status status)
{
    const struct bp_files *files;
    int32_t code;

    if (source->path == NULL)
        return status;
    files = &source->host->files;
    code = files->close(source->file, files->user);
    if (status != BP_OK || code == 0)
        return status;
    return bp_fail_code(source->text, "close", source->path, code);
}
