/* SPDX-License-Identifier: MIT */
#include "format/gzip.h"

#include <string.h>

bool bp_gzip_is(const unsigned char *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
}

#if !defined(BP_WITH_ZLIB) || !BP_WITH_ZLIB

bp_status bp_gzip_unpack(const struct bp_host *host, const unsigned char *packed,
                         size_t size, size_t limit, struct bp_bytes *bytes,
                         struct bp_text *text)
{
    (void)host;
    (void)packed;
    (void)size;
    (void)limit;
    (void)bytes;
    return bp_fail(
        text, BP_EUNSUPPORTED,
        "the data are compressed by gzip, which this build cannot read: it was "
        "made without zlib");
}

#else

#define ZLIB_CONST
#include <zlib.h>

/* Deflate packs a run of 1032 bytes into one at best. */
enum { LARGEST_RATIO = 1032, LEAST_ROOM = 4096, TRAILER_SIZE = 4, PIECE_SIZE = 65536 };

struct unpacking {
    const struct bp_host *host;
    struct bp_text *text;
    z_stream stream;
    const unsigned char *end; /* Of what is packed. */
    struct bp_bytes room;
    size_t used;
    size_t limit;
};

/* zlib gives no size back when it releases, so it is kept in front. */
static void *allocate(void *user, uInt count, uInt size)
{
    size_t total;
    unsigned char *memory;

    if (!bp_mul(count, size, &total) || !bp_add(total, BP_ALIGNMENT, &total))
        return NULL;
    memory = bp_host_allocate(user, total);
    if (memory == NULL)
        return NULL;
    memcpy(memory, &total, sizeof total);
    return memory + BP_ALIGNMENT;
}

static void release(void *user, void *address)
{
    unsigned char *memory = (unsigned char *)address - BP_ALIGNMENT;
    size_t total;

    memcpy(&total, memory, sizeof total);
    bp_host_release(user, memory, total);
}

static bp_status no_memory(struct unpacking *work)
{
    return bp_fail(work->text, BP_ENOMEM, "out of memory to unpack gzip data");
}

/* Move what is there to an array of another size. */
static bool resize(struct unpacking *work, size_t size)
{
    unsigned char *data = bp_host_allocate(work->host, size);

    if (data == NULL)
        return false;
    if (work->used > 0)
        memcpy(data, work->room.data, work->used);
    bp_host_release(work->host, work->room.data, work->room.size);
    work->room = (struct bp_bytes){data, size};
    return true;
}

/* The last four bytes tell the size of the last member, modulo 2^32. A file may lie, but
 * not beyond what deflate can do. */
static size_t guess(const unsigned char *packed, size_t packed_size, size_t limit)
{
    size_t size = 0;

    for (size_t i = 1; packed_size >= TRAILER_SIZE && i <= TRAILER_SIZE; i++)
        size = size << 8 | packed[packed_size - i];
    if (size / LARGEST_RATIO >= packed_size)
        size = packed_size * LARGEST_RATIO;
    size = size > LEAST_ROOM ? size : LEAST_ROOM;
    return size < limit ? size : limit;
}

static bp_status grow(struct unpacking *work)
{
    size_t size;

    if (work->room.size == work->limit)
        return bp_fail(work->text, BP_ELIMIT,
                       "the data are more than %zu bytes when they are unpacked",
                       work->limit);
    if (!bp_mul(work->room.size, 2, &size) || size > work->limit)
        size = work->limit;
    return resize(work, size) ? BP_OK : no_memory(work);
}

/* zlib counts in unsigned int: it gets its data in pieces. */
static uInt piece(size_t size)
{
    return (uInt)(size < PIECE_SIZE ? size : PIECE_SIZE);
}

static bp_status truncated(struct unpacking *work)
{
    return bp_fail(work->text, BP_EDATA, "the gzip data end too early");
}

/* What zlib's answer means; BP_OK: go on. */
static bp_status judge(struct unpacking *work, int answer)
{
    if (answer == Z_MEM_ERROR)
        return no_memory(work);
    /* zlib could do nothing: it lacks what it has none of. */
    if (answer == Z_BUF_ERROR && work->stream.avail_out > 0)
        return truncated(work);
    if (answer == Z_OK || answer == Z_STREAM_END || answer == Z_BUF_ERROR)
        return BP_OK;
    return bp_fail(work->text, BP_EDATA, "the gzip data are damaged: %s",
                   work->stream.msg != NULL ? work->stream.msg : "no reason is given");
}

/* One call to zlib; more room where it has none left. */
static bp_status advance(struct unpacking *work, bool *finished)
{
    z_stream *stream = &work->stream;
    uInt room = piece(work->room.size - work->used);
    bp_status status;
    int answer;

    stream->next_out = work->room.data + work->used;
    stream->avail_out = room;
    stream->avail_in = piece((size_t)(work->end - stream->next_in));
    answer = inflate(stream, Z_NO_FLUSH);
    work->used += room - stream->avail_out;
    *finished = answer == Z_STREAM_END;
    status = judge(work, answer);
    if (status == BP_OK && answer == Z_BUF_ERROR)
        status = grow(work);
    return status;
}

static bp_status unpack_members(struct unpacking *work)
{
    bool finished = false;
    bp_status status = BP_OK;

    while (status == BP_OK) {
        const size_t left = (size_t)(work->end - work->stream.next_in);

        if (finished && left == 0)
            return BP_OK;
        if (finished && !bp_gzip_is(work->stream.next_in, left))
            return bp_fail(work->text, BP_EDATA,
                           "%zu bytes follow the end of the gzip data", left);
        if (finished)
            (void)inflateReset(&work->stream); /* fails for a stream that is none only */
        status = advance(work, &finished);
    }
    return status;
}

bp_status bp_gzip_unpack(const struct bp_host *host, const unsigned char *packed,
                         size_t size, size_t limit, struct bp_bytes *bytes,
                         struct bp_text *text)
{
    enum { GZIP_WINDOW = 15 + 16 };
    struct unpacking work = {
        .host = host, .text = text, .end = packed + size, .limit = limit};
    bp_status status;

    work.stream.zalloc = allocate;
    work.stream.zfree = release;
    work.stream.opaque = (void *)(uintptr_t)host; /* only read, but zlib has no const */
    work.stream.next_in = packed;
    if (!resize(&work, guess(packed, size, limit)))
        return no_memory(&work);
    status = inflateInit2(&work.stream, GZIP_WINDOW) == Z_OK ? unpack_members(&work)
                                                             : no_memory(&work);
    (void)inflateEnd(&work.stream);
    if (status == BP_OK && work.used != work.room.size && !resize(&work, work.used))
        status = no_memory(&work);
    if (status == BP_OK)
        *bytes = work.room;
    else
        bp_host_release(host, work.room.data, work.room.size);
    return status;
}

#endif
