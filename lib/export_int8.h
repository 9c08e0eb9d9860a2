/* SPDX-License-Identifier: MIT */
/*
 * A network with weights of 8 bits. Before each dense layer its inputs x are rounded to
 * whole numbers from -127 to 127, as its weights w were once; with the scales s = (the
 * largest |x| of the calibration) / 127 and t_j = (the largest |w_j|) / 127,
 *
 *     z_j = (s t_j) sum over i of w_ji x_i + b_j
 *
 * where the sum is of whole numbers, and exact. All else is in float, as it was.
 */
#ifndef BP_EXPORT_INT8_H
#define BP_EXPORT_INT8_H

#include "export_c.h"

/** A dense layer, and the layers behind it up to the next. The first has no dense one. */
struct bp_int8_stage {
    size_t layer; /**< The dense one. */
    size_t inputs, outputs;
    float largest;    /**< Of its inputs. */
    float scale;      /**< s */
    int8_t *weights;  /**< By rows. */
    float *scales;    /**< s t_j, then b_j. */
    bp_network *rest; /**< NULL: nothing is behind it. */
    bp_workspace *workspace;
};

struct bp_int8 {
    const struct bp_network *network; /**< In float. */
    const struct bp_host *host;
    struct bp_text *text;
    struct bp_int8_stage *stages;
    size_t count;
    size_t width;  /**< Of the widest row. */
    float *rows;   /**< Three such rows. */
    int8_t *whole; /**< One. */
};

/** Take the scales from rows as they are before scaling, and say what they cost.
 * @return ::BP_ENOMEM, ::BP_EDATA, ::BP_ELIMIT with a line in @p text; end it in any
 *         case. */
bp_status bp_int8_begin(struct bp_int8 *int8, const struct bp_network *network,
                        const bp_scaler *scaler, const bp_dataset *data,
                        struct bp_text *text);
void bp_int8_end(struct bp_int8 *int8);

/** One row, which has been scaled, to the bit as the exported source does it. */
bp_status bp_int8_run(struct bp_int8 *int8, const float *inputs, float *outputs);

/** Compare with the network in float, row by row. */
bp_status bp_int8_report_on(struct bp_int8 *int8, const bp_scaler *scaler,
                            const bp_dataset *data, bp_int8_report *report);

/** The arrays of a dense layer, and the call of its function. */
void bp_int8_put_arrays(struct bp_c_writer *w, const struct bp_int8 *int8, size_t layer);
void bp_int8_put_call(struct bp_c_writer *w, const struct bp_int8 *int8, size_t layer,
                      const char *rows);

#endif
