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

/* Eight bytes at once: each looks up what it comes to behind the others. */
static uint32_t add_eight(const struct bp_crc32 *crc, uint32_t state,
                          const unsigned char *bytes)
{
    const uint32_t low = word_at(bytes) ^ state;
    const uint32_t high = word_at(bytes + 4);

    return crc->table[7][low & 0xFF] ^ crc->table[6][low >> 8 & 0xFF] ^
           crc->table[5][low >> 16 & 0xFF] ^ crc->table[4][low >> 24] ^
           crc->table[3][high & 0xFF] ^ crc->table[2][high >> 8 & 0xFF] ^
           crc->table[1][high >> 16 & 0xFF] ^ crc->table[0][high >> 24];
}

void bp_crc32_add(struct bp_crc32 *crc, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    uint32_t state = crc->state;

    for (; size >= BP_CRC32_SLICES; size -= BP_CRC32_SLICES, from += BP_CRC32_SLICES)
        state = add_eight(crc, state, from);
    for (; size > 0; size--, from++)
        state = state >> 8 ^ crc->table[0][(state ^ *from) & 0xFF];
    crc->state = state;
}

uint32_t bp_crc32_value(const struct bp_crc32 *crc)
{
    return ~crc->state;
}
