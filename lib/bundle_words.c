/* SPDX-License-Identifier: MIT */
/* The vocabulary of the format. Words are never changed, only added. */
#include "bundle.h"

#include "format/exact.h"

#include <string.h>

const struct bp_word bp_words_kind[] = {
    {BP_LAYER_KIND_DENSE, "dense"},           {BP_LAYER_KIND_ACTIVATION, "activation"},
    {BP_LAYER_KIND_CUSTOM, "custom"},         {BP_LAYER_KIND_DROPOUT, "dropout"},
    {BP_LAYER_KIND_NOISE, "noise"},           {BP_LAYER_KIND_LAYER_NORM, "layer_norm"},
    {BP_LAYER_KIND_BATCH_NORM, "batch_norm"}, {0, NULL},
};

const struct bp_word bp_words_setting[] = {
    {BP_LAYER_BIAS, "bias"},
    {BP_LAYER_SLOPE, "slope"},
    {BP_LAYER_WEIGHT_INIT, "weight_init"},
    {BP_LAYER_BIAS_INIT, "bias_init"},
    {BP_LAYER_GAIN, "gain"},
    {BP_LAYER_PROBABILITY, "probability"},
    {BP_LAYER_DEVIATION, "deviation"},
    {BP_LAYER_EPSILON, "epsilon"},
    {BP_LAYER_MOMENTUM, "momentum"},
    {BP_LAYER_AFFINE, "affine"},
    {0, NULL},
};

const struct bp_word bp_words_scaling[] = {
    {BP_SCALING_STANDARD, "standard"},
    {BP_SCALING_MIN_MAX, "min_max"},
    {0, NULL},
};

const char bp_word_custom[] = "custom";

const char *bp_word_of(const struct bp_word *words, int32_t value)
{
    while (words->name != NULL && words->value != value)
        words++;
    return words->name;
}

bool bp_word_find(const struct bp_word *words, const char *name, int32_t *value)
{
    while (words->name != NULL && strcmp(words->name, name) != 0)
        words++;
    if (words->name == NULL)
        return false;
    *value = words->value;
    return true;
}

static size_t append(struct bp_key *key, size_t used, const char *text)
{
    const size_t length = strlen(text);

    memcpy(key->text + used, text, length + 1);
    return used + length;
}

/* The prefix and name are ours and short. */
const char *bp_key(struct bp_key *key, const char *prefix, size_t index, const char *name)
{
    struct bp_exact number;
    size_t used = append(key, 0, prefix);

    used = append(key, used, ".");
    used = append(key, used, bp_exact_whole(&number, index));
    if (name != NULL) {
        used = append(key, used, ".");
        (void)append(key, used, name);
    }
    return key->text;
}
