/* SPDX-License-Identifier: MIT */
/*
 * Ready-made objects for tests: one line each, every call checked, and a world that has
 * one object in each state that the header tells apart.
 */
#ifndef SUPPORT_FIXTURES_H
#define SUPPORT_FIXTURES_H

#include "failing_env.h"

#include <backprop.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Fail the running test unless @p call gives BP_OK; says status and call. */
#define ok(call) require_status((call), BP_OK, #call, __FILE__, __LINE__)

/** Fail the running test unless @p call gives @p expected. */
#define assert_status(call, expected) \
    require_status((call), (expected), #call, __FILE__, __LINE__)

void require_status(bp_status status, bp_status expected, const char *call,
                    const char *file, int line);

/* ---- objects in one line ---- */

/** A built network: @p widths are inputs, then the units of each layer; @p count of them.
 *  All layers have @p activation but the last, which has @p last. */
struct net_recipe {
    const bp_env *env;
    const size_t *widths;
    size_t count;
    int32_t activation;
    int32_t last;
    int32_t precision; /**< 0: float. */
};

bp_network *make_network(const struct net_recipe *recipe, uint64_t seed);

/** An unbuilt one. */
bp_network *make_open_network(const struct net_recipe *recipe);

bp_cost *make_cost(int32_t kind, const bp_env *env);
bp_optimizer *make_sgd(double rate, double momentum, const bp_env *env);

/** A built trainer; cost and optimizer are made and destroyed inside. */
bp_trainer *make_trainer(bp_network *network, int32_t cost, size_t batch, uint64_t seed);

/** The same with an optimizer, which is destroyed here. */
bp_trainer *make_trainer_with(bp_network *network, int32_t cost, bp_optimizer *optimizer,
                              size_t batch, uint64_t seed);

/** @p rows rows of inputs in [-1, 1], labels that take turns, targets that are their
 *  one-hot form. No two rows are the same. */
bp_dataset *make_dataset(size_t rows, size_t inputs, size_t classes, const bp_env *env);

/** All parameters of a network in double, without padding, in a malloc'ed array. */
double *copy_parameters(const bp_network *network, size_t *count);

/* ---- operations with callbacks, in either precision ---- */

/** What the callbacks do beside their arithmetic; pass its address as `user`. */
struct custom_state {
    size_t outputs;    /**< If not 0: the layer's plan says so. */
    int32_t answer;    /**< What they answer: 0, or non-zero to stop. */
    size_t stop_after; /**< If not 0: answer 1 from this call on, counted in `calls`. */
    size_t calls;
    void (*hook)(struct custom_state *state, const bp_run *run); /**< Or NULL. */
    void *hook_user;
};

/** a = z + z^2 / 4 */
bp_activation_ops custom_activation(struct custom_state *state);
/** Row j of the output: x_j times parameter j. */
bp_layer_ops custom_layer(struct custom_state *state);
/** 1/2 sum (a - y)^2 per example; by labels: y one-hot. */
bp_cost_ops custom_cost(struct custom_state *state);

/* ---- the world ---- */

enum {
    WORLD_INPUTS = 3,
    WORLD_OUTPUTS = 2,
    WORLD_ROWS = 6,
    WORLD_BATCH = 4,
    WORLD_WEIGHTS = 8, /**< Of the last layer: 2 x 4. */
    WORLD_SCRATCH = 64,
    WORLD_MODEL_SIZE = 8192 /**< More than any model here has bytes. */
};

/** Where outputs go: all bytes are WORLD_CANARY but what must be set. */
enum { WORLD_CANARY = 0xAB };

struct world_out {
    bp_layer *layer;
    bp_network *network;
    bp_workspace *workspace;
    bp_cost *cost;
    bp_optimizer *optimizer;
    bp_trainer *trainer;
    bp_dataset *dataset;
    bp_dataset *second;
    bp_scaler *scaler;
    bp_schedule *schedule;
    bp_trace *trace;
    bp_bundle *bundle;
    bp_metrics *metrics;
    bp_history *history;
    bp_recorder *recorder;
    bp_diagnosis *diagnosis;
    bp_snapshot *snapshot;
    bp_stream *stream;
    bp_stream_shape shape, bad_shape;
    float *view;
    double *view_f64;
    size_t count;
    float f[WORLD_SCRATCH];
    double d[WORLD_SCRATCH];
    int32_t i[WORLD_SCRATCH];
    int32_t code;
    double value;
    double value2;
    /* Records with the right struct_size, and with a wrong one. */
    bp_layer_info layer_info, bad_layer_info;
    bp_parameter_info parameter_info, bad_parameter_info;
    bp_evaluation evaluation, bad_evaluation;
    bp_position position, bad_position;
    bp_gradient_report report, bad_report;
    bp_trace_info trace_info, bad_trace_info;
    bp_trace_layer trace_layer, bad_trace_layer;
    bp_chain chain, bad_chain;
    bp_path_summary paths, bad_paths;
    bp_path path, bad_path;
    bp_nudge nudge, bad_nudge;
    bp_influence influence, bad_influence;
    bp_influence_options influence_options;
    bp_recorder_options recorder_options;
    bp_picture_options picture_options;
    bp_progress progress, bad_progress;
    bp_tensor tensor, bad_tensor;
    bp_number_entry number, bad_number;
    bp_fit_options fit_options;
    bp_fit_result fit_result, bad_fit_result;
    bp_cross_options cross_options;
    bp_cross_report cross, bad_cross;
    bp_rate_options rate_options;
    bp_rate_report rate, bad_rate;
    bp_diagnosis_options diagnosis_options;
    bp_finding finding, bad_finding;
    bp_gradient_options gradient_options;
    bp_csv_options csv_options;
    bp_save_options save_options;
    bp_load_options load_options;
    bp_import_options import_options;
    unsigned char bytes[WORLD_MODEL_SIZE];
};

/** Inputs that a test may change between calls; never written by the library. */
struct world_in {
    float f[WORLD_SCRATCH];
    double d[WORLD_SCRATCH];
    float targets[WORLD_SCRATCH]; /**< One-hot rows of WORLD_OUTPUTS. */
    double targets_f64[WORLD_SCRATCH];
    int32_t labels[WORLD_SCRATCH];
};

struct world {
    struct failing_env host;
    const bp_env *env; /**< Of the host above. */
    struct custom_state custom;

    bp_layer *dense;  /**< Leaky relu, 2 units. */
    bp_layer *shape;  /**< An activation layer: tanh. */
    bp_layer *own;    /**< Custom. */
    bp_layer *drop;   /**< Dropout 0.5. */
    bp_layer *blur;   /**< Noise 0.25. */
    bp_layer *norm;   /**< Batch norm. */
    bp_network *bare; /**< No layer. */
    bp_network *open; /**< 3-4-2, not built. */
    bp_network *net;  /**< 3-4-2, tanh and linear, float. */
    bp_network *net64;
    bp_network *unit;  /**< 3-2 softmax: outputs are probabilities. */
    bp_network *other; /**< 2-3 linear: fits nothing else here. */
    bp_network
        *open_own; /**< 3, the custom layer, 2 units bent by callbacks; not built. */
    bp_network *net_own;   /**< The same, built. */
    bp_network *open_norm; /**< 3, noise, batch norm, 2 linear units, dropout; not
                                built. */
    bp_network *net_norm;  /**< The same, built. */
    bp_workspace *ws, *ws64, *ws_unit, *ws_own, *ws_norm;
    bp_cost *cost; /**< Softmax cross-entropy. */
    bp_cost *huber;
    bp_cost *cost_own; /**< Callbacks. */
    bp_optimizer *sgd;
    bp_schedule *falling;    /**< Multi-step, with a milestone at 3. */
    bp_trainer *fresh;       /**< On net, not built. */
    bp_trainer *trainer;     /**< On net, built, had one step. */
    bp_trainer *ready;       /**< On net, has a gradient that waits for update. */
    bp_trainer *trainer64;   /**< On net64, built. */
    bp_trainer *numbers;     /**< On net, quadratic: takes no labels. Has a plateau. */
    bp_trainer *lines;       /**< On net, L-BFGS, built. */
    bp_trainer *trainer_own; /**< On net_own with cost_own, built. */
    bp_trainer *trainer_norm; /**< On net_norm, built, had one step. */
    bp_dataset *empty;
    bp_dataset *data;     /**< Inputs, targets, labels. */
    bp_dataset *labelled; /**< Inputs, labels. */
    bp_dataset *indexed;  /**< Inputs with names, of which the second are 0 to 2. */
    bp_dataset *inputs;   /**< Inputs only. */
    bp_dataset *labels;   /**< Labels only. */
    bp_dataset *csv;      /**< From a CSV file: has names. */
    bp_dataset *slice;    /**< Rows 1 to 3 of data. */
    bp_dataset *borrowed; /**< Inputs of `in`, labels. */
    bp_scaler *unfitted, *fitted;
    bp_trace *trace_fresh; /**< On net, has not run. */
    bp_trace *trace;       /**< On net: ran on 2 rows, has paths, a ranking, a nudge. */
    bp_trace *trace_own;   /**< On net_own with cost_own, ran on 2 rows. */
    bp_trace *trace_huber; /**< On net: takes no labels. */
    bp_connection connection; /**< A weight of the first layer of net, row 1. */
    bp_influence_options changes; /**< The kind is that. */
    bp_bundle *nothing; /**< Not loaded. */
    bp_bundle *loaded;  /**< From "net.model". */
    bp_metrics *blank;    /**< Of 2 outputs, without rows. */
    bp_metrics *measured; /**< The same without scores. */
    bp_snapshot *no_state; /**< Empty. */
    bp_snapshot *taken;    /**< Of `trainer`. */
    bp_history *history;  /**< Empty. */
    bp_history *past;     /**< Of 2 epochs. */
    bp_trainer *watched;  /**< On other, built, had 2 epochs under the recorder. */
    bp_dataset *plane;    /**< Inputs and targets for it. */
    bp_recorder *recorder_fresh; /**< Of watched, has not started. */
    bp_recorder *recorder; /**< Of watched, with all there is to keep: 2 samples. */
    bp_recorder_options record; /**< As it was started. */
    bp_picture_options plane_picture; /**< With the plane's data. */
    bp_diagnosis *found;  /**< Of `trainer`: at least one finding. */
    bp_stream *dry;       /**< Without a source. */
    bp_stream *stream;    /**< Of the inputs and labels of `in`. */
    bp_metrics *metrics;  /**< Of 2 outputs, with rows of both kinds and scores. */

    /* Options and tables that are right; a test spoils a copy. */
    bp_csv_options csv_numbers; /**< Input x, target y. */
    bp_csv_options csv_words;   /**< All are inputs, one hot; */
    bp_csv_options csv_given;   /**< words by name. */
    bp_fit_options fit; /**< 2 epochs, `labelled` held out. */
    bp_fit_options short_fit;   /**< 2 epochs. */
    bp_cross_options runs;      /**< 2 folds of `short_fit`, scaled, scored by F1. */
    bp_stream_shape rows; /**< Of `stream`. */
    bp_activation_ops activation_ops;
    bp_layer_ops layer_ops;
    bp_cost_ops cost_ops;
    const bp_activation_ops *activations[1];
    const bp_layer_ops *layers[1];
    const bp_cost_ops *costs[1];
    bp_save_options save_all, save_own; /**< For net, and for net_own. */
    bp_load_options load_own;           /**< With the three tables. */
    bp_import_options import;           /**< With the names in "net.import". */
    struct world_in in;
    struct world_out out;
};

/** A ::bp_rows_fn: inputs and labels of a ::world_in. */
int32_t world_rows(bp_rows *rows, void *user);

/** A schedule of one's own: base / (1 + t). */
double world_rate(uint64_t t, double base, void *user);

/** A CSV file, "data.csv" in the world's files: x, y and class names. */
extern const char world_csv[];
/** Parameters for net in F16, named as PyTorch does: "net.import". */
extern const unsigned char world_import[];
enum { WORLD_IMPORT_SIZE = 8 + 248 + 52 };

/** "net.model" and "own.model" are net and net_own, saved with all options. */

/** IDX files of 6 images of 1 x 3 and their labels, "images" and "labels". */
extern const unsigned char world_images[];
extern const unsigned char world_labels[];
/** NPY files of 6 rows of 3 inputs and 6 labels, "inputs.npy" and "labels.npy". */
extern const unsigned char world_inputs_npy[];
extern const unsigned char world_labels_npy[];
enum {
    WORLD_IMAGES_SIZE = 16 + 18,
    WORLD_LABELS_SIZE = 8 + 6,
    WORLD_INPUTS_NPY_SIZE = 10 + 57 + 18,
    WORLD_LABELS_NPY_SIZE = 10 + 56 + 6
};

/** A ::bp_write_fn that takes all and keeps nothing. */
int32_t ignore_bytes(const void *bytes, size_t size, void *user);

void world_create(struct world *world);

/** Destroy all, also objects that lie in `out`; then the host must be clean. */
void world_destroy(struct world *world);

/** Fill the outputs with canaries. */
void world_reset_out(struct world *world);

/** A digest of all objects as the public functions show them: parameters' bits, settings,
 *  positions, gradients, rows. */
uint64_t world_digest(const struct world *world);

/** Drop an object that a call destroyed, or put NULL in its place. */
#define WORLD_TAKE(pointer) world_take((void **)&(pointer))
void *world_take(void **pointer);

#endif
