/* SPDX-License-Identifier: MIT */
#include "dataset_read.h"

#include "format/gzip.h"

#include <string.h>

/* A small file can unpack to a thousand times its size, and a device never ends. */
#if SIZE_MAX > 0xFFFFFFFFu
#define SIZE_LIMIT ((size_t)1 << 36)
#else
#define SIZE_LIMIT (SIZE_MAX / 2)
#endif

enum { NAME_SHOWN = 100 };

bp_status bp_load_blame(const char *name, bp_status status, struct bp_text *text)
{
    const struct bp_text reason = *text;
    const size_t length = strlen(name);
    const char *shown = length > NAME_SHOWN ? name + length - NAME_SHOWN : name;

    return bp_fail(text, status, "%s: %s", shown, reason.line);
}

bp_status bp_load_bytes(const struct bp_host *host, const void *bytes, size_t size,
                        struct bp_load *load, struct bp_text *text)
{
    struct bp_bytes unpacked;
    bp_status status;

    if (!bp_gzip_is(bytes, size)) {
        load->data = bytes;
        load->size = size;
        return BP_OK;
    }
    status = bp_gzip_unpack(host, bytes, size, SIZE_LIMIT, &unpacked, text);
    if (status != BP_OK)
        return status;
    load->data = unpacked.data;
    load->size = unpacked.size;
    load->owned = unpacked;
    return BP_OK;
}

bp_status bp_load_file(const struct bp_host *host, const char *path, struct bp_load *load,
                       struct bp_text *text)
{
    struct bp_bytes file;
    bp_status status = bp_host_read_file(host, path, SIZE_LIMIT, &file, text);

    *load = (struct bp_load){.name = path};
    if (status != BP_OK)
        return status;
    status = bp_load_bytes(host, file.data, file.size, load, text);
    if (status == BP_OK && load->owned.data == NULL)
        load->owned = file;
    else
        bp_host_release(host, file.data, file.size);
    return status == BP_OK ? status : bp_load_blame(path, status, text);
}

void bp_load_release(const struct bp_host *host, struct bp_load *load)
{
    bp_host_release(host, load->owned.data, load->owned.size);
    *load = (struct bp_load){0};
}
