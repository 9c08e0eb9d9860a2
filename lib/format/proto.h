/* SPDX-License-Identifier: MIT */
/*
 * Writing protocol buffers. A message stands behind its size, so it is written twice:
 * once to be measured, once to the sink. What is large is only counted the first time.
 */
#ifndef BP_FORMAT_PROTO_H
#define BP_FORMAT_PROTO_H

#include "base.h"

struct bp_proto {
    /** NULL: measuring. */
    bp_status (*sink)(void *user, const void *bytes, size_t size);
    void *user;
    uint64_t size; /**< Bytes so far. */
    bp_status status;
};

/** Writes the fields of a message. */
typedef void (*bp_proto_fn)(struct bp_proto *proto, const void *context);

void bp_proto_whole(struct bp_proto *proto, uint32_t field, uint64_t value);
void bp_proto_float(struct bp_proto *proto, uint32_t field, float value);
void bp_proto_text(struct bp_proto *proto, uint32_t field, const char *text);
void bp_proto_message(struct bp_proto *proto, uint32_t field, bp_proto_fn body,
                      const void *context);

/** The head of a field of bytes; the caller sends so many to the sink. When measuring,
 *  they are counted here. @return whether they are to be sent. */
bool bp_proto_head(struct bp_proto *proto, uint32_t field, uint64_t size);

#endif
