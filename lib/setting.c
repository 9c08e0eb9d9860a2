/* SPDX-License-Identifier: MIT */
#include "setting.h"

#include <math.h>

void bp_settings_reset(const struct bp_settings *settings, double *values)
{
    size_t i;

    for (i = 0; i < settings->count; i++)
        values[i] = settings->table[i].initial;
}

/** @return the index of the key, or the count. */
static size_t find(const struct bp_settings *settings, int32_t key)
{
    size_t i = 0;

    while (i < settings->count && settings->table[i].key != key)
        i++;
    return i;
}

const char *bp_settings_name(const struct bp_settings *settings, int32_t key)
{
    const size_t i = find(settings, key);

    return i < settings->count ? settings->table[i].name : NULL;
}

/* Written so that NaN is out of every range. */
static bool in_range(const struct bp_setting *setting, double value)
{
    const bool low =
        setting->flags & BP_SETTING_ABOVE ? value > setting->low : value >= setting->low;
    const bool high = setting->flags & BP_SETTING_BELOW ? value < setting->high
                                                        : value <= setting->high;

    return low && high && (!(setting->flags & BP_SETTING_WHOLE) || value == floor(value));
}

static bp_status fail_range(const struct bp_setting *setting, double value,
                            struct bp_text *text)
{
    return bp_fail(text, BP_EINVAL, "%s is %s, expected %s%s %s and %s %s", setting->name,
                   bp_number(value).text,
                   setting->flags & BP_SETTING_WHOLE ? "a whole number, " : "",
                   setting->flags & BP_SETTING_ABOVE ? "above" : "at least",
                   bp_number(setting->low).text,
                   setting->flags & BP_SETTING_BELOW ? "below" : "at most",
                   bp_number(setting->high).text);
}

bp_status bp_settings_check(const struct bp_settings *settings, int32_t key, double value,
                            struct bp_text *text)
{
    const size_t i = find(settings, key);

    if (i == settings->count)
        return bp_fail(text, BP_EINVAL, "key is %d, expected a setting of this object",
                       (int)key);
    if (!in_range(&settings->table[i], value))
        return fail_range(&settings->table[i], value, text);
    return BP_OK;
}

bp_status bp_settings_set(const struct bp_settings *settings, double *values, int32_t key,
                          double value, struct bp_text *text)
{
    const bp_status status = bp_settings_check(settings, key, value, text);

    if (status == BP_OK)
        values[find(settings, key)] = value;
    return status;
}

bp_status bp_settings_get(const struct bp_settings *settings, const double *values,
                          int32_t key, double *value)
{
    const size_t i = find(settings, key);

    if (i == settings->count)
        return BP_EINVAL;
    *value = values[i];
    return BP_OK;
}
