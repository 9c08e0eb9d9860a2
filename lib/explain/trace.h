/* SPDX-License-Identifier: MIT */
/*
 * A trace: every number of a batch that the chain rule joins, in double. All of it lies
 * in one block a row, and all rows lie in one arena; after the rows there are blocks for
 * a nudge, two of each row that it moves. The rooms below work on one block, or on all
 * rows where these are joined, which is where a batch norm takes the statistics of the
 * batch:
 *
 *     record    the memory, and the batch into it
 *     forward   inputs to activations
 *     cost      the cost and dC/da of the last layer
 *     backward  dC/da to dC/dz to dC/da of the layer before
 *     norm      layers that normalise
 *     random    dropout and noise, where they are as in training
 *     callback  operations of the caller's own, in double or in float
 */
#ifndef BP_EXPLAIN_TRACE_H
#define BP_EXPLAIN_TRACE_H

#include "batch.h"

/** Where the numbers of a layer lie in a block, in doubles. The input of a layer is the
 *  output of the one before; z of a layer without weights is a copy of it. */
struct bp_trace_slot {
    size_t z, a;
    size_t slope;          /**< da/dz of each unit for itself. */
    size_t a_grad, z_grad; /**< dC/da and dC/dz. */
    size_t param_grads;    /**< Of a layer of the caller's own. */
    size_t moments;        /**< Of a layer that normalises: means, then 1 / deviation. */
    size_t drawn;          /**< Of a random layer: factors, or terms. */
    size_t z_count, a_count;
    bool coupled, in_float;
    bool random; /**< Dropout or noise, as in training. */
    bool joins;  /**< A batch norm, as in training. */
};

/** Which layers there are: those of predictions, or of a step of training. */
struct bp_trace_mode {
    bool training;
    uint64_t seed, step;
};

/** What a run leaves. */
struct bp_record {
    struct bp_network *network; /**< A copy in double. */
    struct bp_cost_spec cost;
    bool fused; /**< Training computes cost and last activation as one. */
    bool cost_in_float;
    bool has_targets; /**< Else labels. */
    bool training;
    bool joined; /**< Rows see each other. C is their weighted sum then. */
    uint64_t seed, step;
    size_t rows;
    struct bp_trace_slot *slots;
    struct bp_arena arena;
    size_t block; /**< Doubles of a row. */
    size_t input, input_grad, targets, cost_value, label, weight; /**< In a block. */
    size_t jacobian; /**< In the arena: of one operation of the caller's own. */
    size_t jacobian_row, jacobian_layer;
    bool has_jacobian;      /**< What lies there is of that row and layer. */
    struct bp_arena floats; /**< For callbacks without a double form. */
};

/** What a search for paths left, in one block of memory. */
struct bp_trace_paths {
    void *memory;
    size_t size;
    size_t found, layer, layers;
    double gradient;
    const double *products; /**< [path] */
    const double *factors;  /**< [path][2 layers + 1] */
    const size_t *z_units;  /**< [path][layers] */
    const size_t *a_units;  /**< [path][layers] */
    const size_t *rows;     /**< [path][layers] */
};

/** What a ranking left. */
struct bp_trace_ranking {
    bp_influence *list;
    size_t capacity, count;
    bp_influence_options options; /**< As it was asked for. */
};

struct bp_trace {
    const struct bp_network *network;
    struct bp_text text;
    struct bp_cost_spec cost;
    struct bp_trace_mode mode; /**< Of the next run. */
    bool busy;                 /**< A callback may not call the trace. */
    bool ran;
    struct bp_record record;
    struct bp_trace_paths paths;
    struct bp_trace_ranking ranking;
    bool nudged; /**< The blocks after the rows hold the nudge of a row. */
    size_t nudged_row;
};

/** Numbers of a row. */
static inline double *bp_record_row(const struct bp_record *record, size_t row)
{
    return (double *)record->arena.base + row * record->block;
}

/** Rows that a pass takes together: all that are joined, or one. */
struct bp_record_rows {
    double *first;
    size_t count;
};

static inline double *bp_rows_at(const struct bp_record *record,
                                 const struct bp_record_rows *rows, size_t i)
{
    return rows->first + i * record->block;
}

/** How many rows a nudge moves. */
static inline size_t bp_record_moved(const struct bp_record *record)
{
    return record->joined ? record->rows : 1;
}

/** The rows that belong to this one: all that are joined, or it alone. */
static inline struct bp_record_rows bp_record_with(const struct bp_record *record,
                                                   size_t row)
{
    return (struct bp_record_rows){bp_record_row(record, record->joined ? 0 : row),
                                   bp_record_moved(record)};
}

/** The same rows after a nudge in truth, and, moved on, their changes by the slopes. */
static inline double *bp_record_real(const struct bp_record *record, size_t row)
{
    return bp_record_row(record, record->rows + (record->joined ? row : 0));
}

static inline double *bp_record_predicted(const struct bp_record *record, size_t row)
{
    return bp_record_real(record, row) + bp_record_moved(record) * record->block;
}

/** What a row's numbers count in the sum over the batch, which the total divides. */
static inline double bp_record_share(const struct bp_record *record, size_t row)
{
    return record->joined ? 1 : bp_record_row(record, row)[record->weight];
}

/** Copy the network and reserve memory for @p rows.
 * @return ::BP_EDOMAIN, ::BP_EUNSUPPORTED, ::BP_ENOMEM, ::BP_ELIMIT; nothing is left
 *         allocated then. */
bp_status bp_record_create(struct bp_record *record, const struct bp_network *network,
                           const struct bp_cost_spec *cost,
                           const struct bp_trace_mode *mode, size_t rows,
                           struct bp_text *text);

/** Also for a record that is all zero. */
void bp_record_release(struct bp_record *record);

/** Copy the batch in. */
void bp_record_load(struct bp_record *record, const struct bp_batch *batch);

/* The directions. @return 0, or what a callback answered. */
int32_t bp_record_forward(struct bp_record *record, const struct bp_record_rows *rows);
int32_t bp_record_cost(struct bp_record *record, double *row);
int32_t bp_record_cost_gradient(struct bp_record *record, double *row);
int32_t bp_record_backward(struct bp_record *record, const struct bp_record_rows *rows);

/** What comes into a layer. */
static inline size_t bp_record_input(const struct bp_record *record, size_t layer)
{
    return layer > 0 ? record->slots[layer - 1].a : record->input;
}

/** Element of a parameter, in the copy. */
double *bp_record_param(const struct bp_record *record, const struct bp_place *place,
                        size_t to, size_t from);

/** dz_to / d input_from of a layer: the weight, or 1 and 0 where there are none. */
double bp_record_weight(const struct bp_record *record, size_t layer, size_t to,
                        size_t from);

/** Make bp_record_slope() ready for a row and a layer. @return 0, or what a callback
 *  answered. */
int32_t bp_record_prepare(struct bp_record *record, size_t row, size_t layer);

/** da_i / dz_j within a row. */
double bp_record_slope(const struct bp_record *record, size_t row, size_t layer, size_t i,
                       size_t j);

/** What each query checks first: ::BP_EBUSY, ::BP_ESTATE. */
bp_status bp_trace_check(struct bp_trace *trace);

/** That the connection is there, and has factors. */
bp_status bp_trace_check_connection(struct bp_trace *trace,
                                    const bp_connection *connection);

/** The number that a connection stands for, in the copy or in the row. */
double *bp_trace_value(const struct bp_trace *trace, const bp_connection *connection);

/** dz/dw at the beginning: a of `from`, or 1. */
double bp_trace_first_link(const struct bp_trace *trace, const bp_connection *connection);

/** That a record of the caller's, which begins with its struct_size, is one. */
bp_status bp_trace_check_record(struct bp_trace *trace, const char *name,
                                const void *record, size_t size);

/** bp_record_prepare(), while the trace is busy. */
bp_status bp_trace_prepare(struct bp_trace *trace, size_t row, size_t layer);

/** What a connection's example gives to its gradient. */
double bp_trace_gradient_of(const struct bp_trace *trace,
                            const bp_connection *connection);

bp_status bp_trace_fail_stopped(struct bp_trace *trace);

/** What the rows weigh together. */
double bp_record_total(const struct bp_record *record);

/** Give back what a search left. */
void bp_trace_drop_paths(struct bp_trace *trace);
void bp_trace_drop_ranking(struct bp_trace *trace);

#endif
