/* SPDX-License-Identifier: MIT */
#include "env_save.h"

#include <errno.h>
#include <string.h>

static const char suffix[] = ".bp-save";

/* A table that is interrupted for ever is broken. */
enum { MOST_TRIES = 100 };

static const struct bp_files *files_of(const struct bp_save *save)
{
    return &save->host->files;
}

static bp_status fail(const struct bp_save *save, const char *verb, int32_t code)
{
    return bp_fail_code(save->text, verb, save->path, code);
}

static const char *temporary_of(const struct bp_save *save)
{
    return (const char *)save->temporary.data;
}

static bp_status name_temporary(struct bp_save *save)
{
    const size_t length = strlen(save->path);
    size_t size;
    unsigned char *name = NULL;

    if (bp_add(length, sizeof suffix, &size))
        name = bp_host_allocate(save->host, size);
    if (name == NULL)
        return bp_fail(save->text, BP_ENOMEM, "out of memory to save '%s'", save->path);
    memcpy(name, save->path, length);
    memcpy(name + length, suffix, sizeof suffix);
    save->temporary = (struct bp_bytes){name, size};
    return BP_OK;
}

static void forget_temporary(struct bp_save *save)
{
    bp_host_release(save->host, save->temporary.data, save->temporary.size);
    save->temporary = (struct bp_bytes){NULL, 0};
}

bp_status bp_save_begin(struct bp_save *save, const struct bp_host *host,
                        const char *path, struct bp_text *text)
{
    bp_status status;
    int32_t code = EINTR;
    int tries;

    *save = (struct bp_save){.host = host, .text = text, .path = path};
    if (host->files.create == NULL)
        return bp_fail(text, BP_EUNSUPPORTED, "the table of file functions only reads");
    status = name_temporary(save);
    if (status != BP_OK)
        return status;
    for (tries = 0; code == EINTR && tries < MOST_TRIES; tries++)
        code = host->files.create(temporary_of(save), &save->file, host->files.user);
    if (code == 0)
        return BP_OK;
    status = bp_fail_code(text, "create", temporary_of(save), code);
    forget_temporary(save);
    return status;
}

/* One write of at least a byte. */
static bp_status write_some(struct bp_save *save, const unsigned char *bytes, size_t size,
                            size_t *done)
{
    const struct bp_files *files = files_of(save);
    int32_t code = EINTR;
    int tries;

    for (tries = 0; code == EINTR && tries < MOST_TRIES; tries++) {
        *done = 0;
        code = files->write(save->file, bytes, size, done, files->user);
    }
    if (code != 0)
        return fail(save, "write", code);
    if (*done == 0 || *done > size)
        return bp_fail(save->text, BP_EIO,
                       "write '%s': %zu of %zu bytes went, expected "
                       "at least 1 and not more",
                       save->path, *done, size);
    return BP_OK;
}

bp_status bp_save_write(struct bp_save *save, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    bp_status status = BP_OK;

    while (status == BP_OK && size > 0) {
        size_t done = 0;

        status = write_some(save, from, size, &done);
        if (status == BP_OK) {
            from += done;
            size -= done;
        }
    }
    return status;
}

/* A failed sync is final: the system may have dropped what it could not write. */
static bp_status sync_file(struct bp_save *save)
{
    const struct bp_files *files = files_of(save);
    const int32_t code = files->sync(save->file, files->user);

    return code == 0 ? BP_OK : fail(save, "sync", code);
}

static bp_status close_file(struct bp_save *save)
{
    const struct bp_files *files = files_of(save);
    const int32_t code = files->close(save->file, files->user);

    save->file = NULL;
    return code == 0 ? BP_OK : fail(save, "close", code);
}

static bp_status rename_file(struct bp_save *save)
{
    const struct bp_files *files = files_of(save);
    int32_t code = EINTR;
    int tries;

    for (tries = 0; code == EINTR && tries < MOST_TRIES; tries++)
        code = files->rename(temporary_of(save), save->path, files->user);
    return code == 0 ? BP_OK : fail(save, "rename the new file to", code);
}

/* The new file is there already; that it will still be after a loss of power is not
 * certain, and is said. */
static bp_status sync_folder(struct bp_save *save)
{
    const struct bp_files *files = files_of(save);
    const int32_t code = files->sync_folder(save->path, files->user);

    return code == 0 ? BP_OK : fail(save, "sync the folder of", code);
}

/* The line says why it is taken away; what goes wrong now is not told. */
static void take_away(struct bp_save *save)
{
    const struct bp_files *files = files_of(save);
    int32_t code = EINTR;
    int tries;

    if (save->file != NULL)
        (void)files->close(save->file, files->user);
    save->file = NULL;
    for (tries = 0; code == EINTR && tries < MOST_TRIES; tries++)
        code = files->remove(temporary_of(save), files->user);
}

bp_status bp_save_end(struct bp_save *save, bp_status status)
{
    if (status == BP_OK)
        status = sync_file(save);
    if (status == BP_OK)
        status = close_file(save);
    if (status == BP_OK)
        status = rename_file(save);
    if (status == BP_OK)
        status = sync_folder(save);
    else
        take_away(save);
    forget_temporary(save);
    return status;
}
