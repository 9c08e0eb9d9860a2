/* SPDX-License-Identifier: MIT */
/* Rows that are made or read when they are needed. */
#ifndef BP_STREAM_H
#define BP_STREAM_H

#include "dataset.h"
#include "pool_aside.h"
#include "pool_team.h"

enum { BP_STREAM_SETTINGS = 2 };

/** Where the rows come from: one function that fills some, and one that ends it. */
struct bp_stream_source {
    /** Fill rows, which are all there. @return a status with a line in @p text. */
    bp_status (*fill)(struct bp_stream *stream, bp_rows *rows, struct bp_text *text);
    void (*close)(struct bp_stream *stream);
};

struct bp_stream {
    struct bp_host host;
    struct bp_text text;
    double settings[BP_STREAM_SETTINGS];
    bool prefetch_set; /**< By the caller. */
    bool busy;         /**< A fit works on it. */
    bp_stream_shape shape;
    struct bp_stream_source source; /**< `fill` is NULL: none yet. */
    bp_rows_fn callback;
    void *user;
    struct bp_stream_files *files; /**< Of a source that reads files. */
};

/** What a function that opens a source checks first. */
bp_status bp_stream_check_open(struct bp_stream *stream);

/** Whether rows of this shape can be.
 * @return ::BP_EINVAL or ::BP_ELIMIT with a line. */
bp_status bp_stream_check_shape(struct bp_stream *stream, const bp_stream_shape *shape);

/** A window of rows, as a data set with storage of its own. */
struct bp_window {
    struct bp_dataset data;
    size_t capacity;
    uint64_t epoch, first;
};

/** Reserve memory for so many rows. @return false if there is none. */
bool bp_window_create(struct bp_window *window, const struct bp_stream *stream,
                      size_t rows);

/** Also for a window that is all zero. */
void bp_window_release(struct bp_window *window);

/** Fill it with rows from @p first on, at most its capacity, and check them. */
bp_status bp_window_fill(struct bp_window *window, struct bp_stream *stream,
                         uint64_t epoch, uint64_t first, struct bp_text *text);

/** Windows one after the other, the next one fetched ahead where that is allowed. */
struct bp_feed {
    struct bp_stream *stream;
    size_t size; /**< Rows of a window. */
    struct bp_window windows[2];
    unsigned current;
    struct bp_aside *aside; /**< NULL: nothing is fetched ahead. */
    bool ahead;             /**< The other window is, or is being, fetched, */
    bp_status status;       /**< with this outcome. */
    struct bp_text text;
};

/** Reserve memory; the stream is busy from now on.
 * @param size     rows of a window.
 * @param threads  whether there may be a thread.
 * @return ::BP_ENOMEM with a line in @p text; nothing is left then. */
bp_status bp_feed_create(struct bp_feed *feed, struct bp_stream *stream, size_t size,
                         bool threads, struct bp_text *text);

/** Waits for the thread. */
void bp_feed_release(struct bp_feed *feed);

/** The window that begins with row @p first, which becomes the current one.
 * @return what a source can say, with a line in @p text. */
bp_status bp_feed_get(struct bp_feed *feed, uint64_t epoch, uint64_t first,
                      struct bp_text *text);

/** Begin to fetch a window, if there is a thread for it. */
void bp_feed_begin(struct bp_feed *feed, uint64_t epoch, uint64_t first);

static inline const struct bp_dataset *bp_feed_data(const struct bp_feed *feed)
{
    return &feed->windows[feed->current].data;
}

#endif
