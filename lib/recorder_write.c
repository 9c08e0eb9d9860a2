/* SPDX-License-Identifier: MIT */
/* The table as CSV, or as JSON with the histograms, a line a sample. */
#include "recorder.h"

#include "draw/page.h"

static void write_csv(const struct bp_recorder *recorder, struct bp_page *page)
{
    const struct bp_recording *recording = &recorder->recording;
    size_t i;
    size_t col;

    for (col = 0; col < recording->columns; col++)
        bp_page_put(page, col > 0 ? ",%s" : "%s", recording->names[col]);
    bp_page_put(page, "\n");
    for (i = 0; i < recording->count && page->answer == 0; i++) {
        const double *row = bp_recording_row(recording, i);

        for (col = 0; col < recording->columns; col++) {
            if (col > 0)
                bp_page_put(page, ",");
            if (row[col] - row[col] == 0)
                bp_page_put(page, "%r", row[col]);
        }
        bp_page_put(page, "\n");
    }
}

static void write_histogram(const struct bp_recording *recording, struct bp_page *page,
                            size_t sample, size_t layer)
{
    const size_t at = sample * recording->layers + layer;
    size_t i;

    bp_page_put(page, layer > 0 ? ",{" : "{");
    bp_page_put(page, "\"low\":%r,\"high\":%r,\"counts\":[", recording->ranges[2 * at],
                recording->ranges[2 * at + 1]);
    for (i = 0; i < BP_RECORDER_BINS; i++)
        bp_page_put(page, i > 0 ? ",%z" : "%z",
                    (size_t)recording->bins[BP_RECORDER_BINS * at + i]);
    bp_page_put(page, "]}");
}

static void write_json_line(const struct bp_recording *recording, struct bp_page *page,
                            size_t sample)
{
    const double *row = bp_recording_row(recording, sample);
    size_t i;

    for (i = 0; i < recording->columns; i++) {
        bp_page_put(page, i > 0 ? "," : "{");
        bp_page_put(page, "\"%s\":%r", recording->names[i], row[i]);
    }
    for (i = 0; i < recording->layers && recording->rows > 0; i++) {
        if (i == 0)
            bp_page_put(page, ",\"histograms\":[");
        write_histogram(recording, page, sample, i);
        if (i + 1 == recording->layers)
            bp_page_put(page, "]");
    }
    bp_page_put(page, "}\n");
}

static bp_status check(struct bp_recorder *recorder, int32_t format, bp_write_fn write)
{
    if (format != BP_RECORD_CSV && format != BP_RECORD_JSON_LINES)
        return bp_fail(&recorder->text, BP_EINVAL,
                       "format is %d, expected a BP_RECORD_ value", (int)format);
    if (write == NULL)
        return bp_fail_null(&recorder->text, "write");
    if (recorder->busy)
        return bp_fail(&recorder->text, BP_EBUSY, "the recorder is at work");
    if (!recorder->started)
        return bp_fail(
            &recorder->text, BP_ESTATE,
            "the recorder has no columns, expected bp_recorder_start() before");
    return BP_OK;
}

bp_status bp_recorder_write(bp_recorder *recorder, int32_t format, bp_write_fn write,
                            void *user)
{
    struct bp_page page;
    int32_t answer;
    bp_status status;
    size_t i;

    if (recorder == NULL)
        return BP_EINVAL;
    status = check(recorder, format, write);
    if (status != BP_OK)
        return status;
    recorder->busy = true;
    bp_page_begin(&page, write, user);
    if (format == BP_RECORD_CSV)
        write_csv(recorder, &page);
    for (i = 0; i < recorder->recording.count && format == BP_RECORD_JSON_LINES; i++)
        write_json_line(&recorder->recording, &page, i);
    answer = bp_page_end(&page);
    recorder->busy = false;
    if (answer == 0)
        return BP_OK;
    return bp_fail(&recorder->text, BP_ESTOPPED, "write stopped the recorder");
}
