/* SPDX-License-Identifier: MIT */
/*
 * CRC-32 as in zlib, PNG and Ethernet: polynomial 0x04C11DB7, bits reversed, begun with
 * and closed by the complement. It notices every fault that lies within 32 bits, so also
 * every byte that has changed.
 */
#ifndef BP_FORMAT_CRC32_H
#define BP_FORMAT_CRC32_H

#include "base.h"

enum { BP_CRC32_SLICES = 16 };

/** The sum so far, and its tables: table[k][b] is what byte b adds k bytes later. */
struct bp_crc32 {
    uint32_t table[BP_CRC32_SLICES][256];
    uint32_t state;
};

void bp_crc32_begin(struct bp_crc32 *crc);
void bp_crc32_add(struct bp_crc32 *crc, const void *bytes, size_t size);
uint32_t bp_crc32_value(const struct bp_crc32 *crc);

#endif
