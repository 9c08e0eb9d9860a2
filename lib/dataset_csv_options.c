/* SPDX-License-Identifier: MIT */
/* How a CSV file is read. */
#include "dataset_read.h"

bp_status bp_csv_options_init(bp_csv_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_csv_options){.struct_size = sizeof *options,
                                .separator = ',',
                                .has_header = 1,
                                .target_kind = BP_CSV_CLASSES,
                                .missing = "NA",
                                .row_limit = 100000000};
    return BP_OK;
}

/* Printable or a tab, and nothing that belongs to numbers, words or quotes. */
static bool separator_ok(int32_t c)
{
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool number = (c >= '0' && c <= '9') || c == '.' || c == '+' || c == '-';

    return c == '\t' || (c >= ' ' && c <= '~' && c != '"' && !letter && !number);
}

static bp_status check_flag(struct bp_text *text, const char *name, int32_t value)
{
    if (value == 0 || value == 1)
        return BP_OK;
    return bp_fail(text, BP_EINVAL, "%s is %ld, expected 0 or 1", name, (long)value);
}

static bp_status check_list(struct bp_text *text, const char *name,
                            const char *const *list, size_t count)
{
    if (list == NULL && count != 0)
        return bp_fail(text, BP_EINVAL, "%s_count is %zu, expected 0 as %s is NULL", name,
                       count, name);
    if (list != NULL && count == 0)
        return bp_fail(text, BP_EINVAL, "%s_count is 0, expected at least 1", name);
    for (size_t i = 0; i < count; i++)
        if (list[i] == NULL)
            return bp_fail(text, BP_EINVAL, "%s[%zu] is NULL", name, i);
    return BP_OK;
}

static bp_status check_lists(struct bp_text *text, const bp_csv_options *options)
{
    bp_status status =
        check_list(text, "targets", options->targets, options->targets_count);

    if (status == BP_OK && options->target_kind == BP_CSV_NO_TARGETS &&
        options->targets != NULL)
        return bp_fail(text, BP_EINVAL,
                       "targets are given, expected NULL for BP_CSV_NO_TARGETS");
    if (status == BP_OK && options->target_kind == BP_CSV_CLASSES &&
        options->targets_count > 1)
        return bp_fail(text, BP_EINVAL,
                       "targets_count is %zu, expected 1 at most for classes",
                       options->targets_count);
    if (status == BP_OK)
        status = check_list(text, "features", options->features, options->features_count);
    return status;
}

bp_status bp_csv_check_options(struct bp_text *text, const bp_csv_options *options)
{
    bp_status status;

    if (options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL, "struct_size is %lu, expected %zu",
                       (unsigned long)options->struct_size, sizeof *options);
    if (!separator_ok(options->separator))
        return bp_fail(text, BP_EINVAL,
                       "separator is %ld, expected a character such as ',' ';' or tab",
                       (long)options->separator);
    if (options->target_kind < BP_CSV_CLASSES || options->target_kind > BP_CSV_NO_TARGETS)
        return bp_fail(text, BP_EINVAL, "target_kind is %ld, expected a BP_CSV_ value",
                       (long)options->target_kind);
    if (options->reserved != 0)
        return bp_fail(text, BP_EINVAL, "reserved is %lu, expected 0",
                       (unsigned long)options->reserved);
    if (options->row_limit == 0)
        return bp_fail(text, BP_EINVAL, "row_limit is 0, expected at least 1");
    status = check_flag(text, "has_header", options->has_header);
    if (status == BP_OK)
        status = check_flag(text, "drop_missing", options->drop_missing);
    if (status == BP_OK)
        status = check_flag(text, "one_hot", options->one_hot);
    if (status == BP_OK && options->reserved_too != 0)
        return bp_fail(text, BP_EINVAL, "reserved_too is %lu, expected 0",
                       (unsigned long)options->reserved_too);
    return status == BP_OK ? check_lists(text, options) : status;
}
