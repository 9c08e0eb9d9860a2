/* SPDX-License-Identifier: MIT */
#include "format/crc32.h"

#define POLYNOMIAL 0xEDB88320u

static uint32_t remainder_of(uint32_t byte)
{
    for (int bit = 0; bit < 8; bit++)
        byte = byte & 1 ? byte >> 1 ^ POLYNOMIAL : byte >> 1;
    return byte;
}

void bp_crc32_begin(struct bp_crc32 *crc)
{
    for (uint32_t byte = 0; byte < 256; byte++)
        crc->table[0][byte] = remainder_of(byte);
    for (int slice = 1; slice < BP_CRC32_SLICES; slice++)
        for (uint32_t byte = 0; byte < 256; byte++) {
            const uint32_t before = crc->table[slice - 1][byte];

            crc->table[slice][byte] = before >> 8 ^ crc->table[0][before & 0xFF];
        }
    crc->state = 0xFFFFFFFFu;
}

static uint32_t word_at(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* What four bytes come to, `behind` bytes and more in front of the last. */
static uint32_t look_up(const struct bp_crc32 *crc, uint32_t word, int behind)
{
    return crc->table[behind + 3][word & 0xFF] ^
           crc->table[behind + 2][word >> 8 & 0xFF] ^
           crc->table[behind + 1][word >> 16 & 0xFF] ^ crc->table[behind][word >> 24];
}

/* Sixteen bytes at once: each looks up what it comes to behind the others. */
static uint32_t add_slice(const struct bp_crc32 *crc, uint32_t state,
                          const unsigned char *bytes)
{
    return look_up(crc, word_at(bytes) ^ state, 12) ^
           look_up(crc, word_at(bytes + 4), 8) ^ look_up(crc, word_at(bytes + 8), 4) ^
           look_up(crc, word_at(bytes + 12), 0);
}

void bp_crc32_add(struct bp_crc32 *crc, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    uint32_t state = crc->state;

    for (; size >= BP_CRC32_SLICES; size -= BP_CRC32_SLICES, from += BP_CRC32_SLICES)
        state = add_slice(crc, state, from);
    for (; size > 0; size--, from++)
        state = state >> 8 ^ crc->table[0][(state ^ *from) & 0xFF];
    crc->state = state;
}

uint32_t bp_crc32_value(const struct bp_crc32 *crc)
{
    return ~crc->state;
}
