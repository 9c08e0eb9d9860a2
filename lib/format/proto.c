/* SPDX-License-Identifier: MIT */
#include "format/proto.h"

#include <string.h>

enum { WHOLE = 0, BYTES = 2, FOUR = 5, MOST_BYTES = 10 };

static void put(struct bp_proto *proto, const void *bytes, size_t size)
{
    proto->size += size;
    if (proto->sink != NULL && proto->status == BP_OK && size > 0)
        proto->status = proto->sink(proto->user, bytes, size);
}

/* Seven bits a byte, the lowest first; the highest bit says that more follow. */
static void put_varint(struct bp_proto *proto, uint64_t value)
{
    unsigned char bytes[MOST_BYTES];
    size_t count = 0;

    for (; value >= 0x80; value >>= 7)
        bytes[count++] = (unsigned char)(value | 0x80);
    bytes[count++] = (unsigned char)value;
    put(proto, bytes, count);
}

static void put_key(struct bp_proto *proto, uint32_t field, uint32_t type)
{
    put_varint(proto, (uint64_t)field << 3 | type);
}

void bp_proto_whole(struct bp_proto *proto, uint32_t field, uint64_t value)
{
    put_key(proto, field, WHOLE);
    put_varint(proto, value);
}

void bp_proto_float(struct bp_proto *proto, uint32_t field, float value)
{
    unsigned char bytes[4];
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i);
    put_key(proto, field, FOUR);
    put(proto, bytes, sizeof bytes);
}

bool bp_proto_head(struct bp_proto *proto, uint32_t field, uint64_t size)
{
    put_key(proto, field, BYTES);
    put_varint(proto, size);
    proto->size += size;
    return proto->sink != NULL && proto->status == BP_OK;
}

void bp_proto_text(struct bp_proto *proto, uint32_t field, const char *text)
{
    const size_t length = strlen(text);

    put_key(proto, field, BYTES);
    put_varint(proto, length);
    put(proto, text, length);
}

void bp_proto_message(struct bp_proto *proto, uint32_t field, bp_proto_fn body,
                      const void *context)
{
    struct bp_proto measure = {.sink = NULL};

    body(&measure, context);
    put_key(proto, field, BYTES);
    put_varint(proto, measure.size);
    body(proto, context);
}
