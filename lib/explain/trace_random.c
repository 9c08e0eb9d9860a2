/* SPDX-License-Identifier: MIT */
#include "explain/trace_random.h"

#include "rng.h"

#include <math.h>

/* Elements in a group, and counters that give their words. */
enum { GROUP = 64, COUNTERS = 16 };

static bool is_dropout(const struct bp_record *record, size_t layer)
{
    return record->network->nodes[layer].spec.kind == BP_LAYER_KIND_DROPOUT;
}

/* Word (i mod 64) / 16 of counter 16 (i / 64) + i mod 16. */
static uint32_t word_of(const struct bp_record *record, size_t layer, uint64_t i)
{
    const uint32_t key[2] = {(uint32_t)record->seed, (uint32_t)(record->seed >> 32)};
    const uint32_t counter[4] = {BP_STREAM_DROPOUT, (uint32_t)layer,
                                 (uint32_t)(COUNTERS * (i / GROUP) + i % COUNTERS),
                                 (uint32_t)record->step};
    uint32_t words[4];

    bp_philox(counter, key, words);
    return words[i % GROUP / COUNTERS];
}

static double mask_of(const struct bp_record *record, size_t layer, uint64_t i)
{
    const double p =
        bp_layer_setting(&record->network->nodes[layer].spec, BP_LAYER_PROBABILITY);

    if (word_of(record, layer, i) >> 8 < ceil(p * 0x1p24))
        return 0;
    return p < 1 ? 1 / (1 - p) : 0;
}

/* bp_rng_normal_at() counts by 64 bits, of which the step is the upper half. */
static double noise_of(const struct bp_record *record, size_t layer, uint64_t i)
{
    const struct bp_rng rng = {
        .seed = record->seed, .stream = BP_STREAM_NOISE, .tensor = (uint32_t)layer};
    const uint64_t element = (uint64_t)(uint32_t)record->step << 32 | (uint32_t)i;

    return bp_layer_setting(&record->network->nodes[layer].spec, BP_LAYER_DEVIATION) *
           bp_rng_normal_at(&rng, element);
}

static void draw_layer(const struct bp_record *record, size_t row, size_t layer)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    double *drawn = bp_record_row(record, row) + slot->drawn;
    size_t j;

    for (j = 0; j < slot->a_count; j++) {
        const uint64_t i = (uint64_t)row * bp_padded(slot->a_count) + j;

        drawn[j] = is_dropout(record, layer) ? mask_of(record, layer, i)
                                             : noise_of(record, layer, i);
    }
}

void bp_random_draw(const struct bp_record *record, size_t row)
{
    size_t layer;

    for (layer = 0; layer < record->network->count; layer++)
        if (record->slots[layer].random)
            draw_layer(record, row, layer);
}

void bp_random_forward(const struct bp_record *record, size_t layer, double *row)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    const bool dropout = is_dropout(record, layer);
    size_t j;

    for (j = 0; j < slot->a_count; j++) {
        const double f = row[slot->drawn + j];

        row[slot->a + j] = dropout ? row[slot->z + j] * f : row[slot->z + j] + f;
        row[slot->slope + j] = dropout ? f : 1;
    }
}
