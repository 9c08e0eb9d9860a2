/* SPDX-License-Identifier: MIT */
#ifndef BACKPROP_H
#define BACKPROP_H

/** @file backprop.h
 * Train and run feed-forward neural networks.
 *
 * A network is a row of layers. Each takes the activations a of the layer before it and
 * puts out
 *
 *     z = w a + b        a' = f(z)
 *
 * A cost C measures how far the last activations are from the targets. Training carries
 * dC/da back through every layer by the chain rule, dC/dw = dz/dw * da/dz * dC/da, and
 * moves each weight against its gradient.
 *
 * Rules that hold for every function:
 *
 *  1. The object comes first, then inputs, then outputs; a length follows its array.
 *  2. `create` gives the caller an object; `destroy` takes it back and accepts NULL.
 *     `get` lends a pointer that lives as long as its object, or copies out. `add` and
 *     `set` copy what they are given. Nothing is ever stolen.
 *  3. An array passed in is not kept, except by functions named `_borrow`.
 *  4. A call that fails leaves its objects and its outputs as they were.
 *  5. Calls on a `const` object may run at the same time; other calls may not. Distinct
 *     objects are independent; a network counts as one with the trainers made from it.
 *
 * The library never prints, aborts, exits, installs a signal handler, or changes the
 * locale, the rounding mode or any other state of its host. It has no global state.
 *
 * Errors: a function that can fail returns a ::bp_status, and the object it was called on
 * keeps one line that names the argument, its value and what was expected, to be read
 * with `bp_<object>_error`. A NULL object has no place for a line: the status alone
 * answers, ::BP_EINVAL. A call on a `const` object writes no line, as others may run at
 * the same time: its status alone answers. Predictions leave theirs in the workspace.
 * Rows and columns of arrays count from 0, lines and columns of files from 1.
 *
 * Numbers: matrices are row by row, one example a row, without gaps unless a stride is
 * given. Weights are w[to][from], as in textbooks and in PyTorch's `Linear.weight`.
 * Counts are of elements, sizes are of bytes, times are in seconds.
 *
 * Contents
 *
 *  -  1. @ref base          status, version, types
 *  -  2. @ref env           the host's memory, files and clock
 *  -  3. @ref activation    activation functions
 *  -  4. @ref layer         layers
 *  -  5. @ref network       networks: build, read and write parameters
 *  -  6. @ref predict       predict and evaluate, from many threads at once
 *  -  7. @ref cost          cost functions
 *  -  8. @ref optimizer     optimizers
 *  -  9. @ref trainer       trainers: step, epoch, fit
 *  - 10. @ref gradient      proof of a gradient
 *  - 11. @ref dataset       data sets and scaling
 *  - 12. @ref custom        operations of your own
 *  - 13. @ref metrics       metrics: how good the answers are
 *  - 14. @ref fit           fits with validation, early stopping and a history
 *  - 15. @ref snapshot      a training taken out and put back
 *  - 16. @ref diagnosis     why a network does not learn, and at which rate it would
 *  - 17. @ref runs          cross-validation and repeated seeds
 */

#include <stddef.h>
#include <stdint.h>

/** Major version: grows when a program must be changed to go on working. */
#define BP_VERSION_MAJOR 0
/** Minor version: grows when something was added. */
#define BP_VERSION_MINOR 1
/** Patch version: grows with every other release. */
#define BP_VERSION_PATCH 0

#if defined(_WIN32) && defined(BP_SHARED_BUILD)
#define BP_API __declspec(dllexport)
#elif defined(_WIN32) && defined(BP_SHARED)
#define BP_API __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
/** Marks the functions that the library exports. */
#define BP_API __attribute__((visibility("default")))
#else
#define BP_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup base 1. Status, version, types
 * @{ */

/** What a call came to: ::BP_OK, or one of the negative values below. The values are
 * frozen. */
typedef int32_t bp_status;

/** Values of a ::bp_status. */
enum {
    BP_OK = 0,            /**< Done. */
    BP_EINVAL = -1,       /**< An argument is NULL, out of range or unknown. */
    BP_ENOMEM = -2,       /**< The memory table gave no memory. */
    BP_ESHAPE = -3,       /**< Lengths or widths that do not fit each other. */
    BP_ESTATE = -4,       /**< Not at this point: not built yet, or built already. */
    BP_EDATA = -5,        /**< Data that cannot be: NaN, a label out of range, bad text,
                               or numbers that overflowed in training. */
    BP_EIO = -6,          /**< A file could not be opened or read. */
    BP_EDOMAIN = -7,      /**< The last layer's range is outside the cost's domain. */
    BP_EUNSUPPORTED = -8, /**< Known, but not available in this build or for this use. */
    BP_EBUSY = -9,        /**< Called from a callback on the object that is at work. */
    BP_ESTOPPED = -10,    /**< A callback answered non-zero; the work stopped cleanly. */
    BP_ELIMIT = -11       /**< Larger than a stated limit. */
};

/** Precision of a network's numbers. */
enum {
    BP_PRECISION_F32 = 1, /**< `float`, the default. */
    BP_PRECISION_F64 = 2  /**< `double`. */
};

/** Instruction sets, as caps: the best one at or below the cap that both the processor
 * and the operating system support is used. The results have the same bits on all. */
enum {
    BP_ISA_BEST = 0,   /**< No cap. */
    BP_ISA_SCALAR = 1, /**< Plain C. */
    BP_ISA_AVX2 = 2,   /**< AVX2 with FMA, x86-64. */
    BP_ISA_AVX512 = 3, /**< AVX-512 F, x86-64. */
    BP_ISA_NEON = 4    /**< NEON, ARM64. */
};

/** A description of one layer. */
typedef struct bp_layer bp_layer;
/** Layers in a row, and the arena that holds their parameters. */
typedef struct bp_network bp_network;
/** Scratch memory of one concurrent reader of a network. */
typedef struct bp_workspace bp_workspace;
/** A cost function and its parameters. */
typedef struct bp_cost bp_cost;
/** An update rule and its parameters. */
typedef struct bp_optimizer bp_optimizer;
/** Joins a network, a cost and an optimizer, and holds what training needs. */
typedef struct bp_trainer bp_trainer;
/** Rows of inputs with targets or labels. */
typedef struct bp_dataset bp_dataset;
/** An affine map of each column, fitted on one data set and applied to others. */
typedef struct bp_scaler bp_scaler;

/** The library's version as major * 10000 + minor * 100 + patch; compare it with the
 * header's to find a library that is older than its header. Thread safe. */
BP_API uint32_t bp_version(void);

/** The library's version as text, such as "0.1.0". Thread safe; the text is constant. */
BP_API const char *bp_version_text(void);

/** The kind of fault that @p status stands for, one line, never NULL: also for values
 * that are no status. Thread safe; the text is constant. */
BP_API const char *bp_status_text(bp_status status);

/** @} */

/** @defgroup env 2. The host's memory, files and clock
 *
 * Every object that is created from nothing takes a ::bp_env, or NULL for the default
 * tables; objects made from another one inherit its tables. The tables are copied, the
 * things behind `user` must live as long as the object. The functions are called on the
 * thread that called the library.
 * @{ */

/** A table of memory functions. Both must be given. */
typedef struct bp_memory {
    uint32_t struct_size; /**< sizeof(bp_memory). */
    /** Give @p size bytes (at least 1) aligned on @p alignment (a power of two, at most
     * 64), or NULL. */
    void *(*allocate)(size_t size, size_t alignment, void *user);
    /** Take back what `allocate` gave; never called with NULL. */
    void (*release)(void *memory, size_t size, size_t alignment, void *user);
    void *user; /**< Passed to both. */
} bp_memory;

/** A table of file functions, for reading. Each answers 0, or a positive code of the
 * `<errno.h>` kind, which the error text shows. All must be given. */
typedef struct bp_files {
    uint32_t struct_size; /**< sizeof(bp_files). */
    /** Open @p path for reading and store a handle in @p file. */
    int32_t (*open)(const char *path, void **file, void *user);
    /** Store the size of the file in bytes, or UINT64_MAX if it is not known. */
    int32_t (*size)(void *file, uint64_t *size, void *user);
    /** Read up to @p size bytes, store how many came in @p done; 0 at the end. */
    int32_t (*read)(void *file, void *buffer, size_t size, size_t *done, void *user);
    /** Close; the handle is gone also when this fails. */
    int32_t (*close)(void *file, void *user);
    void *user; /**< Passed to all. */
} bp_files;

/** A table with a clock. */
typedef struct bp_clock {
    uint32_t struct_size; /**< sizeof(bp_clock). */
    /** Seconds since any fixed moment, never going back. */
    double (*seconds)(void *user);
    void *user; /**< Passed to it. */
} bp_clock;

/** What the library gets from its host. A NULL table means the default: the C library's
 * memory, the operating system's files and monotonic clock. */
typedef struct bp_env {
    uint32_t struct_size;    /**< sizeof(bp_env). */
    const bp_memory *memory; /**< Memory functions, or NULL. */
    const bp_files *files;   /**< File functions, or NULL. */
    const bp_clock *clock;   /**< Clock, or NULL. */
} bp_env;

/** @} */

/** @defgroup activation 3. Activation functions
 *
 * Each turns the weighted input z of a unit into its activation a; softmax and
 * log-softmax look at all units of a layer together. Conventions follow PyTorch;
 * `docs/numerics.md` gives every formula and the derivative at each kink.
 * @{ */

/** Activation functions. The values are frozen. */
enum {
    BP_ACTIVATION_LINEAR = 0,       /**< a = z */
    BP_ACTIVATION_SIGMOID = 1,      /**< a = 1 / (1 + e^-z), in [0, 1] */
    BP_ACTIVATION_TANH = 2,         /**< a = tanh z */
    BP_ACTIVATION_RELU = 3,         /**< a = max(0, z); derivative 0 at 0 */
    BP_ACTIVATION_LEAKY_RELU = 4,   /**< a = z, or slope z below 0; slope 0.01 */
    BP_ACTIVATION_ELU = 5,          /**< a = z, or alpha (e^z - 1) below 0; alpha 1 */
    BP_ACTIVATION_SELU = 6,         /**< scaled ELU of Klambauer et al., 2017 */
    BP_ACTIVATION_GELU = 7,         /**< a = z/2 (1 + erf(z / sqrt 2)) */
    BP_ACTIVATION_GELU_TANH = 8,    /**< GELU by its approximation with tanh */
    BP_ACTIVATION_SILU = 9,         /**< a = z sigmoid(z), also called swish */
    BP_ACTIVATION_SOFTPLUS = 10,    /**< a = log(1 + e^z); a = z above 20 */
    BP_ACTIVATION_SOFTSIGN = 11,    /**< a = z / (1 + |z|) */
    BP_ACTIVATION_HARD_SIGMOID = 12, /**< a = min(1, max(0, z/6 + 1/2)) */
    BP_ACTIVATION_SOFTMAX = 13,     /**< a_j = e^z_j / sum of e^z_i: probabilities */
    BP_ACTIVATION_LOG_SOFTMAX = 14  /**< a_j = log softmax_j: log-probabilities */
};

/** The name of an activation function in lower case, such as "leaky_relu"; NULL for an
 * unknown one. Thread safe; the text is constant. */
BP_API const char *bp_activation_name(int32_t activation);

/** Find an activation function by its name.
 * @param name        as bp_activation_name() gives it.
 * @param activation  where its value goes.
 * @return ::BP_EINVAL if a pointer is NULL or no function has that name. Thread safe. */
BP_API bp_status bp_activation_find(const char *name, int32_t *activation);

/** @} */

/** @defgroup layer 4. Layers
 *
 * A layer object is a description without weights. bp_network_add() copies it, so one
 * description can be added many times, to many networks.
 * @{ */

/** How weights or biases are drawn at first. `in` and `out` are the layer's widths, g is
 * the gain. A uniform scheme draws from [-bound, bound), a normal one has mean 0. */
enum {
    BP_INIT_DEFAULT = 0,        /**< Weights: He normal for relu, leaky relu, elu, gelu,
                                     silu and softplus, Xavier uniform for the others.
                                     Biases: 0. */
    BP_INIT_ZERO = 1,           /**< All 0. */
    BP_INIT_XAVIER_UNIFORM = 2, /**< bound g sqrt(6 / (in + out)); Glorot, 2010 */
    BP_INIT_XAVIER_NORMAL = 3,  /**< deviation g sqrt(2 / (in + out)) */
    BP_INIT_HE_UNIFORM = 4,     /**< bound g sqrt(3 / in); He et al., 2015 */
    BP_INIT_HE_NORMAL = 5,      /**< deviation g / sqrt(in) */
    BP_INIT_LECUN_UNIFORM = 6,  /**< bound sqrt(3 / in); LeCun et al., 1998 */
    BP_INIT_LECUN_NORMAL = 7,   /**< deviation 1 / sqrt(in): the textbook's N(0, 1/in) */
    BP_INIT_FAN_IN_UNIFORM = 8, /**< bound 1 / sqrt(in): PyTorch's `Linear` default */
    BP_INIT_NORMAL = 9          /**< deviation 1: the textbook's N(0, 1) */
};

/** Settings of a layer, for bp_layer_set(). */
enum {
    BP_LAYER_BIAS = 1,        /**< Has biases: 0 or 1 (default). Dense layers. */
    BP_LAYER_SLOPE = 2,       /**< Slope of leaky relu (default 0.01), alpha of elu
                                   (default 1); -1000 to 1000. */
    BP_LAYER_WEIGHT_INIT = 3, /**< A `BP_INIT_` value, ::BP_INIT_DEFAULT by default. */
    BP_LAYER_BIAS_INIT = 4,   /**< ::BP_INIT_DEFAULT, ::BP_INIT_ZERO,
                                   ::BP_INIT_FAN_IN_UNIFORM or ::BP_INIT_NORMAL. */
    BP_LAYER_GAIN = 5         /**< The gain g of Xavier's and He's schemes, above 0 and at
                                   most 1000; 0 (default): by the activation, tanh 5/3,
                                   relu sqrt 2, leaky relu sqrt(2 / (1 + slope^2)), selu
                                   3/4, the others that He's scheme serves sqrt 2, all
                                   others 1. */
};

/** Describe a dense layer: z = w a + b, then an activation.
 * @param outputs     number of units, at least 1.
 * @param activation  a `BP_ACTIVATION_` value.
 * @param env         the host's tables, or NULL.
 * @param layer       where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_layer_create_dense(size_t outputs, int32_t activation,
                                       const bp_env *env, bp_layer **layer);

/** Describe a layer that applies an activation to the layer before it, and has no
 * parameters. Arguments and answers as for bp_layer_create_dense(). */
BP_API bp_status bp_layer_create_activation(int32_t activation, const bp_env *env,
                                            bp_layer **layer);

/** Destroy a layer description; networks it was added to keep their copies.
 * @param layer  the description, or NULL. */
BP_API void bp_layer_destroy(bp_layer *layer);

/** Change a setting of a description.
 * @param layer  the description.
 * @param key    a `BP_LAYER_` value.
 * @param value  the new value; its range is listed with the key.
 * @return ::BP_EINVAL for an unknown key, a key that this kind of layer does not have, or
 *         a value out of range. */
BP_API bp_status bp_layer_set(bp_layer *layer, int32_t key, double value);

/** Read a setting of a description; the twin of bp_layer_set().
 * @param layer  the description.
 * @param key    a `BP_LAYER_` value.
 * @param value  where it goes.
 * @return ::BP_EINVAL for NULL, an unknown key, or one this kind does not have. */
BP_API bp_status bp_layer_get(const bp_layer *layer, int32_t key, double *value);

/** Why the last failing call that could write to the layer failed; "" if none has. The
 * text lives in the layer until the next failing call. */
BP_API const char *bp_layer_error(const bp_layer *layer);

/** @} */

/** @defgroup network 5. Networks
 *
 * A network is created for a number of inputs, gets its layers one by one, and is built:
 * then every shape is checked, memory is reserved in one arena, and the parameters are
 * drawn. All that can fail has failed or not by then.
 * @{ */

/** Settings of a network, for bp_network_set(). */
enum {
    BP_NETWORK_PRECISION = 1, /**< ::BP_PRECISION_F32 (default) or ::BP_PRECISION_F64;
                                   only before it is built. */
    BP_NETWORK_ISA = 2,       /**< Cap on the instruction set, a `BP_ISA_` value, default
                                   ::BP_ISA_BEST; only before it is built. The environment
                                   variable BP_MAX_ISA (scalar, avx2, avx512) caps it too:
                                   the lower cap holds. After the build, bp_network_get()
                                   gives the instruction set in use. */
    BP_NETWORK_THREADS = 3    /**< At most so many threads work on one call: 1 (default)
                                   to 256. The results do not depend on it. At present all
                                   work is done by the calling thread. */
};

/** Which of a layer's parameters. A layer with callbacks has ::BP_PARAMETER_WEIGHT only,
 * as one row. */
enum {
    BP_PARAMETER_WEIGHT = 0, /**< Weights, w[to][from]: `outputs` rows of `inputs`. */
    BP_PARAMETER_BIAS = 1    /**< Biases, one row of `outputs`. */
};

/** Kinds of layers. */
enum {
    BP_LAYER_KIND_DENSE = 1,      /**< bp_layer_create_dense() */
    BP_LAYER_KIND_ACTIVATION = 2, /**< bp_layer_create_activation() */
    BP_LAYER_KIND_CUSTOM = 3      /**< bp_layer_create_custom() */
};

/** What one layer of a network is. */
typedef struct bp_layer_info {
    uint32_t struct_size; /**< sizeof(bp_layer_info), set by the caller. */
    int32_t kind;         /**< A `BP_LAYER_KIND_` value. */
    int32_t activation;   /**< A `BP_ACTIVATION_` value; -1 for callbacks. */
    int32_t has_bias;     /**< 1 if the layer has biases. */
    size_t inputs;        /**< Width of a row that goes in. */
    size_t outputs;       /**< Width of a row that comes out. */
    size_t parameters;    /**< Weights and biases together, without padding. */
} bp_layer_info;

/** Where one parameter tensor lies in the flat view: element (row, col) is at
 * offset + row * row_stride + col * col_stride. That these numbers describe the place is
 * part of the contract; their values are not, and may differ between releases. */
typedef struct bp_parameter_info {
    uint32_t struct_size; /**< sizeof(bp_parameter_info), set by the caller. */
    int32_t which;        /**< A `BP_PARAMETER_` value. */
    size_t offset;        /**< Of element (0, 0), in elements from the start of the
                               view. */
    size_t rows;          /**< Weights: units of this layer (`to`). Biases: 1. */
    size_t cols;          /**< Weights: units of the layer before (`from`). */
    size_t row_stride;    /**< From one row to the next, in elements. */
    size_t col_stride;    /**< From one column to the next, in elements. */
} bp_parameter_info;

/** Create a network without layers.
 * @param inputs   width of an example, at least 1.
 * @param env      the host's tables, or NULL; they are copied.
 * @param network  where the new object goes; the caller destroys it, after every
 *                 workspace and trainer made from it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_network_create(size_t inputs, const bp_env *env,
                                   bp_network **network);

/** Destroy a network.
 * @param network  the network, or NULL. */
BP_API void bp_network_destroy(bp_network *network);

/** Why the last failing call that could write to the network failed; "" if none has.
 * The text lives in the network until the next failing call. */
BP_API const char *bp_network_error(const bp_network *network);

/** Change a setting.
 * @param network  the network.
 * @param key      a `BP_NETWORK_` value.
 * @param value    the new value; its range is listed with the key.
 * @return ::BP_EINVAL for an unknown key or a value out of range, ::BP_ESTATE for a key
 *         that is fixed once the network is built. */
BP_API bp_status bp_network_set(bp_network *network, int32_t key, double value);

/** Read a setting; the twin of bp_network_set().
 * @return ::BP_EINVAL for NULL or an unknown key. */
BP_API bp_status bp_network_get(const bp_network *network, int32_t key, double *value);

/** Append a copy of @p layer, which stays the caller's.
 * @return ::BP_ESTATE once built, ::BP_EINVAL, ::BP_ENOMEM, ::BP_ELIMIT if the layer has
 *         more parameters than memory can hold; for a layer with callbacks
 *         ::BP_EUNSUPPORTED or ::BP_ESTOPPED as its `plan` answers. */
BP_API bp_status bp_network_add(bp_network *network, const bp_layer *layer);

/** Append a dense layer with default settings: short for bp_layer_create_dense(),
 * bp_network_add() and bp_layer_destroy().
 * @param network     the network.
 * @param outputs     number of units, at least 1.
 * @param activation  a `BP_ACTIVATION_` value.
 * @return as bp_network_add(). */
BP_API bp_status bp_network_add_dense(bp_network *network, size_t outputs,
                                      int32_t activation);

/** Build the network: reserve its arena and draw its parameters from @p seed. The same
 * seed gives the same bits on every instruction set and compiler.
 * @return ::BP_ESTATE if it is built or has no layer, ::BP_ENOMEM, ::BP_ELIMIT,
 *         ::BP_EUNSUPPORTED if an operation has no form in the network's precision. */
BP_API bp_status bp_network_build(bp_network *network, uint64_t seed);

/** Draw all parameters anew, as bp_network_build() does.
 * @return ::BP_ESTATE before it is built, ::BP_ENOMEM, ::BP_EBUSY from a callback of a
 *         training step, ::BP_ESTOPPED if a layer's `initialise` answers non-zero. */
BP_API bp_status bp_network_initialise(bp_network *network, uint64_t seed);

/** Make an independent copy of a built network, in the memory of the same host tables.
 * @param network  the network to copy.
 * @param copy     where the new network goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built, ::BP_ENOMEM. */
BP_API bp_status bp_network_clone(const bp_network *network, bp_network **copy);

/** Width of an example; 0 for NULL. */
BP_API size_t bp_network_inputs(const bp_network *network);

/** Width of an answer: the last layer's units, or the inputs while there is no layer; 0
 * for NULL. */
BP_API size_t bp_network_outputs(const bp_network *network);

/** Number of layers; 0 for NULL. */
BP_API size_t bp_network_layers(const bp_network *network);

/** Number of weights and biases, without padding; 0 for NULL. */
BP_API size_t bp_network_parameters(const bp_network *network);

/** Describe a layer of the network.
 * @param network  the network.
 * @param layer    from 0, the layer next to the inputs.
 * @param info     filled; set its struct_size before.
 * @return ::BP_EINVAL for NULL, a wrong struct_size, or a layer that is not there. */
BP_API bp_status bp_network_layer_info(const bp_network *network, size_t layer,
                                       bp_layer_info *info);

/** Tell where a parameter tensor lies in the flat view.
 * @param network  a built network.
 * @param layer    from 0.
 * @param which    a `BP_PARAMETER_` value.
 * @param info     filled; set its struct_size before.
 * @return ::BP_EINVAL also if the layer has no such parameter, ::BP_ESTATE before it is
 *         built. */
BP_API bp_status bp_network_parameter_info(const bp_network *network, size_t layer,
                                           int32_t which, bp_parameter_info *info);

/** Copy the weights or biases of a layer out, row by row.
 * @param network  a built network of any precision (doubles are rounded).
 * @param layer    from 0.
 * @param which    a `BP_PARAMETER_` value.
 * @param values   where they go, w[to][from].
 * @param count    elements in @p values, exactly rows * cols.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built, ::BP_ESHAPE for a wrong count. */
BP_API bp_status bp_network_get_parameter(const bp_network *network, size_t layer,
                                          int32_t which, float *values, size_t count);

/** The twin of bp_network_get_parameter() in double. */
BP_API bp_status bp_network_get_parameter_f64(const bp_network *network, size_t layer,
                                              int32_t which, double *values,
                                              size_t count);

/** Set the weights or biases of a layer; the twin of bp_network_get_parameter().
 * @return also ::BP_EDATA if a value is not finite, ::BP_EBUSY from a callback of a
 *         training step. */
BP_API bp_status bp_network_set_parameter(bp_network *network, size_t layer,
                                          int32_t which, const float *values,
                                          size_t count);

/** The twin of bp_network_set_parameter() in double; a network in float rounds, and
 * ::BP_EDATA answers what is not finite after rounding. */
BP_API bp_status bp_network_set_parameter_f64(bp_network *network, size_t layer,
                                              int32_t which, const double *values,
                                              size_t count);

/** Lend the flat array of all parameters, with its zero padding, without a copy.
 * Reading needs nothing more; after writing call bp_network_view_changed().
 * @param network  a built network in float.
 * @param values   where the pointer goes; it lives as long as the network.
 * @param count    where the number of elements goes.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built or if it is in double. */
BP_API bp_status bp_network_get_view(bp_network *network, float **values, size_t *count);

/** The twin of bp_network_get_view() for a network in double. */
BP_API bp_status bp_network_get_view_f64(bp_network *network, double **values,
                                         size_t *count);

/** Say that the view was written to: the padding is made zero again, and what is derived
 * from the parameters is made anew.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built, ::BP_EBUSY from a callback of a
 *         training step. */
BP_API bp_status bp_network_view_changed(bp_network *network);

/** @} */

/** @defgroup predict 6. Predict and evaluate
 *
 * Reading a network needs a workspace for each thread at a time. With one each, any
 * number of threads may predict on one network at once, without locks; none may train or
 * write it meanwhile. Nothing is allocated after the workspace was created.
 * @{ */

/** Figures of a network on a data set. */
typedef struct bp_evaluation {
    uint32_t struct_size; /**< sizeof(bp_evaluation), set by the caller. */
    int32_t has_accuracy; /**< 1 if the data set has labels. */
    uint64_t rows;        /**< Examples seen. */
    uint64_t correct;     /**< Of these, those whose class was found; 0 without labels. */
    double accuracy;      /**< correct / rows, without weights; see @ref metrics. */
    double cost;          /**< The cost, as the cost defines its mean, over all rows, by
                               their weights. */
} bp_evaluation;

/** Create scratch memory for one concurrent reader.
 * @param network    a built network; it must outlive the workspace.
 * @param rows       how many rows are worked on together, at least 1. Calls may have
 *                   more: they are cut. 1 is right for single rows, 64 to 256 for many.
 * @param workspace  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, also for more rows than memory can address, ::BP_ESTATE before the
 *         network is built, ::BP_ENOMEM. */
BP_API bp_status bp_workspace_create(const bp_network *network, size_t rows,
                                     bp_workspace **workspace);

/** Destroy a workspace.
 * @param workspace  the workspace, or NULL. */
BP_API void bp_workspace_destroy(bp_workspace *workspace);

/** Why the last failing call with this workspace failed; "" if none has. */
BP_API const char *bp_workspace_error(const bp_workspace *workspace);

/** Run examples through the network: a^l = f(w^l a^(l-1) + b^l), layer by layer.
 * @param network        a built network.
 * @param workspace      made for this network, used by no other thread now.
 * @param inputs         rows of inputs, finite.
 * @param inputs_count   rows * bp_network_inputs(); 0 does nothing.
 * @param outputs        where rows of outputs go. May not overlap the inputs.
 * @param outputs_count  exactly rows * bp_network_outputs().
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_EDATA if an input is not finite,
 *         ::BP_EBUSY, ::BP_ESTOPPED by an operation of your own (then outputs of earlier
 *         rows may have been written). */
BP_API bp_status bp_network_predict(const bp_network *network, bp_workspace *workspace,
                                    const float *inputs, size_t inputs_count,
                                    float *outputs, size_t outputs_count);

/** The twin of bp_network_predict() with data in double; any precision of network. */
BP_API bp_status bp_network_predict_f64(const bp_network *network,
                                        bp_workspace *workspace, const double *inputs,
                                        size_t inputs_count, double *outputs,
                                        size_t outputs_count);

/** Run examples through the network and give the class of each: the unit with the largest
 * output, the first of equals; with one output unit, 1 if the output is at least 1/2 (at
 * least 0 where the last layer's range is not [0, 1]).
 * @param network       a built network.
 * @param workspace     made for this network.
 * @param inputs        rows of inputs.
 * @param inputs_count  rows * bp_network_inputs().
 * @param classes       where one class a row goes.
 * @param rows          exactly the number of rows.
 * @return as bp_network_predict(). */
BP_API bp_status bp_network_classify(const bp_network *network, bp_workspace *workspace,
                                     const float *inputs, size_t inputs_count,
                                     int32_t *classes, size_t rows);

/** Measure the cost, and the accuracy if the data set has labels.
 * @param network    a built network.
 * @param workspace  made for this network.
 * @param cost       the cost to measure.
 * @param data       at least 1 row; its widths must fit the network.
 * @param result     filled; set its struct_size before.
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_EDOMAIN if the cost does not fit the last
 *         layer, ::BP_ESTATE if the data set has no rows, or none of the targets that the
 *         cost needs, ::BP_EDATA also if the cost is not finite, ::BP_EBUSY,
 *         ::BP_ESTOPPED, ::BP_EUNSUPPORTED. */
BP_API bp_status bp_network_evaluate(const bp_network *network, bp_workspace *workspace,
                                     const bp_cost *cost, const bp_dataset *data,
                                     bp_evaluation *result);

/** @} */

/** @defgroup cost 7. Cost functions
 *
 * In the formulas a is an output, y its target, N the number of rows, D of outputs, p the
 * softmax of the logits. Costs "per example" sum over outputs and divide by N; costs "per
 * element" divide by N D. Where rows have weights, each counts by its own, and N is
 * their sum; see bp_dataset_set_weights(). Values are computed in double. A cost states
 * which outputs it takes; a trainer refuses a last layer that gives others:
 *
 *  - real numbers: any last layer;
 *  - logits: any whose outputs are neither probabilities nor their logarithms. Under
 *    softmax cross-entropy also a softmax or log-softmax layer, which is then applied
 *    once, not twice;
 *  - probabilities: sigmoid, hard sigmoid, softmax;
 *  - log-probabilities: log-softmax.
 *
 * A sigmoid or softmax layer under its own cross-entropy is computed as one stable
 * formula, with gradient a - y, whether it is the layer's activation or a layer itself.
 * @{ */

/** Cost functions. The values are frozen. */
enum {
    BP_COST_QUADRATIC = 1,             /**< 1/2 sum (y - a)^2, per example. Real. */
    BP_COST_CROSS_ENTROPY = 2,         /**< The textbook's -sum [y ln a + (1-y) ln(1-a)],
                                            per example. Probabilities; y in [0, 1]. */
    BP_COST_MSE = 3,                   /**< (a - y)^2, per element. Real. */
    BP_COST_MAE = 4,                   /**< |a - y|, per element. Real. */
    BP_COST_HUBER = 5,                 /**< d^2/2 for d = |a - y| <= delta, else
                                            delta (d - delta/2), per element. Real. */
    BP_COST_SMOOTH_L1 = 6,             /**< d^2/(2 beta) for d < beta, else d - beta/2,
                                            per element. Real. */
    BP_COST_SOFTMAX_CROSS_ENTROPY = 7, /**< -sum y ln p, per example; targets are
                                            probabilities or labels. Logits. */
    BP_COST_BINARY_CROSS_ENTROPY = 8,  /**< -[y ln a + (1-y) ln(1-a)], logarithms not
                                            below -100, per element. Probabilities; y in
                                            [0, 1]. */
    BP_COST_BINARY_CROSS_ENTROPY_LOGITS = 9, /**< The same of sigmoid(a), stable, per
                                            element. Logits; y in [0, 1]. */
    BP_COST_HINGE = 10,                /**< max(0, 1 - y a), per element. Real; y is 1 or
                                            -1. */
    BP_COST_KL_DIVERGENCE = 11,        /**< sum y (ln y - a), per example.
                                            Log-probabilities; y >= 0. */
    BP_COST_POISSON = 12               /**< e^a - y a, per element. Real; y >= 0. */
};

/** Settings of a cost, for bp_cost_set(). */
enum {
    BP_COST_SCALE = 1 /**< delta of Huber or beta of SmoothL1: above 0, at most 1e6;
                           default 1. */
};

/** The name of a cost function in lower case, such as "softmax_cross_entropy"; NULL for
 * an unknown one. Thread safe; the text is constant. */
BP_API const char *bp_cost_name(int32_t cost);

/** Find a cost function by its name.
 * @return ::BP_EINVAL if a pointer is NULL or no function has that name. Thread safe. */
BP_API bp_status bp_cost_find(const char *name, int32_t *cost);

/** Create a cost.
 * @param kind  a `BP_COST_` value of the list of functions.
 * @param env   the host's tables, or NULL.
 * @param cost  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_cost_create(int32_t kind, const bp_env *env, bp_cost **cost);

/** Destroy a cost; trainers that were made with it keep their copies.
 * @param cost  the cost, or NULL. */
BP_API void bp_cost_destroy(bp_cost *cost);

/** Why the last failing call that could write to the cost failed; "" if none has. */
BP_API const char *bp_cost_error(const bp_cost *cost);

/** Change a setting.
 * @return ::BP_EINVAL for an unknown key, a key that this cost does not have, or a value
 *         out of range. */
BP_API bp_status bp_cost_set(bp_cost *cost, int32_t key, double value);

/** Read a setting; the twin of bp_cost_set(). */
BP_API bp_status bp_cost_get(const bp_cost *cost, int32_t key, double *value);

/** @} */

/** @defgroup optimizer 8. Optimizers
 *
 * An optimizer object is a rule and its settings. A trainer copies it; the copy that
 * works, and that may be changed while training goes on, is bp_trainer_get_optimizer().
 * @{ */

/** Update rules. The values are frozen. */
enum {
    BP_OPTIMIZER_SGD = 1, /**< Stochastic gradient descent, as PyTorch's `SGD`:
                               g += decay w; v = momentum v + (1 - dampening) g (the first
                               v is g); w -= rate v, or with Nesterov
                               w -= rate (g + momentum v). */
    BP_OPTIMIZER_ADAM = 2 /**< Adam (Kingma and Ba, 2015), as PyTorch's `Adam`:
                               g += decay w; m += (1 - beta1) (g - m);
                               v = beta2 v + (1 - beta2) g^2; at step t
                               w -= rate / (1 - beta1^t) *
                               m / (sqrt(v / (1 - beta2^t)) + epsilon). */
};

/** Settings of an optimizer, for bp_optimizer_set(). Each kind has those that its formula
 * names. */
enum {
    BP_OPTIMIZER_RATE = 1,         /**< Learning rate: above 0, at most 1e6; default 0.01,
                                        of Adam 0.001. */
    BP_OPTIMIZER_MOMENTUM = 2,     /**< SGD: 0 (default) to below 1. */
    BP_OPTIMIZER_NESTEROV = 3,     /**< SGD: 0 (default) or 1; at work where momentum is
                                        above 0 and dampening 0. */
    BP_OPTIMIZER_WEIGHT_DECAY = 4, /**< L2: added to the gradient as decay * w, of weights
                                        and biases alike; 0 (default) to 1000. */
    BP_OPTIMIZER_DAMPENING = 5,    /**< SGD: 0 (default) to 1. */
    BP_OPTIMIZER_BETA1 = 6,        /**< Adam: 0 to below 1; default 0.9. */
    BP_OPTIMIZER_BETA2 = 7,        /**< Adam: 0 to below 1; default 0.999. */
    BP_OPTIMIZER_EPSILON = 8       /**< Adam: above 0, at most 1; default 1e-8. */
};

/** Create an optimizer.
 * @param kind       a `BP_OPTIMIZER_` value of the list of rules.
 * @param env        the host's tables, or NULL.
 * @param optimizer  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_optimizer_create(int32_t kind, const bp_env *env,
                                     bp_optimizer **optimizer);

/** Destroy an optimizer; trainers that were made with it keep their copies. Do not
 * destroy what bp_trainer_get_optimizer() lends.
 * @param optimizer  the optimizer, or NULL. */
BP_API void bp_optimizer_destroy(bp_optimizer *optimizer);

/** Why the last failing call that could write to the optimizer failed; "" if none has. */
BP_API const char *bp_optimizer_error(const bp_optimizer *optimizer);

/** Change a setting; allowed at any time, also between the steps of a fit, from its
 * callback.
 * @return ::BP_EINVAL for a key that this kind does not have or a value out of range. */
BP_API bp_status bp_optimizer_set(bp_optimizer *optimizer, int32_t key, double value);

/** Read a setting; the twin of bp_optimizer_set(). */
BP_API bp_status bp_optimizer_get(const bp_optimizer *optimizer, int32_t key,
                                  double *value);

/** @} */

/** @defgroup trainer 9. Trainers
 *
 * A trainer is created from a built network, a cost and an optimizer, gets its settings,
 * and is built. Then one call is one step on a batch, one epoch, or a whole fit. A batch
 * of 1 is online learning, a batch of all rows is full-batch learning. After the first
 * step nothing is allocated any more.
 *
 * A step that fails (data that are not finite, a gradient that overflows, an operation of
 * your own that stops) changes no parameter and nothing of the trainer. A fit or an epoch
 * stops at the last completed step; bp_trainer_position() says which.
 * @{ */

/** Settings of a trainer, for bp_trainer_set(). */
enum {
    BP_TRAINER_BATCH = 1,  /**< Rows of a step, 1 to 1e9, default 32. An epoch's last step
                                has what is left. Only before it is built. */
    BP_TRAINER_SHUFFLE = 2 /**< 1 (default): a new order of the rows in every epoch, from
                                the seed; 0: as they lie. Not while an epoch is stopped
                                half way. */
};

/** When a ::bp_progress_fn is called. */
enum {
    BP_EVENT_STEP = 1, /**< After a step of an epoch. */
    BP_EVENT_EPOCH = 2 /**< After the last step of an epoch; follows its
                            ::BP_EVENT_STEP. */
};

/** How far a fit has come. */
typedef struct bp_progress {
    uint32_t struct_size;   /**< Size of the record that the library passes. */
    int32_t event;          /**< A `BP_EVENT_` value. */
    uint64_t epoch;         /**< Of this fit, from 1. */
    uint64_t epochs;        /**< Epochs this fit will run. */
    uint64_t step;          /**< Steps since the trainer was built. */
    size_t rows_done;       /**< Rows of this epoch that were trained on. */
    size_t rows;            /**< Rows of an epoch. */
    double cost;            /**< Mean cost: of the epoch so far. Costs are taken as the
                                 network was before each step. */
    double seconds;         /**< Since the fit began. */
    double rows_per_second; /**< Since the fit began. */
    double seconds_left;    /**< Until the last epoch ends, at this rate. */
    double step_cost;       /**< Of the last step alone. */
    double rate;            /**< The optimizer's learning rate after it. */
    uint64_t validation_epoch; /**< Epoch of this fit after which those below were
                                 taken; 0: none yet, and they are 0. */
    double validation_cost; /**< Of the held-out rows; 0 without. */
    double monitored;       /**< What is monitored, see ::bp_fit_options. */
    double best;            /**< Its best so far, */
    uint64_t best_epoch;    /**< and the epoch after which it was taken. */
} bp_progress;

/** Called while a fit goes on, on the thread that called it. Read the network as you
 * like, change the optimizer's settings; calls on the trainer give ::BP_EBUSY, but for
 * those that are const.
 * @return 0 to go on; anything else stops after this step with ::BP_ESTOPPED. */
typedef int32_t (*bp_progress_fn)(const bp_progress *progress, void *user);

/** Where a trainer stands. */
typedef struct bp_position {
    uint32_t struct_size; /**< sizeof(bp_position), set by the caller. */
    uint64_t step;        /**< Steps completed since the trainer was built. */
    uint64_t epoch;       /**< Epochs completed. */
    size_t row;           /**< Rows done of an epoch that was stopped, or 0. */
} bp_position;

/** Create a trainer.
 * @param network    a built network; it must outlive the trainer.
 * @param cost       copied.
 * @param optimizer  copied, see bp_trainer_get_optimizer().
 * @param trainer    where the new object goes; the caller destroys it. Its memory comes
 *                   from the network's tables.
 * @return ::BP_EINVAL for NULL or a network that is not built, ::BP_ENOMEM. */
BP_API bp_status bp_trainer_create(bp_network *network, const bp_cost *cost,
                                   const bp_optimizer *optimizer, bp_trainer **trainer);

/** Destroy a trainer; the network stays.
 * @param trainer  the trainer, or NULL. */
BP_API void bp_trainer_destroy(bp_trainer *trainer);

/** Why the last failing call that could write to the trainer failed; "" if none has. */
BP_API const char *bp_trainer_error(const bp_trainer *trainer);

/** Change a setting.
 * @return ::BP_EINVAL for an unknown key or a value out of range, ::BP_ESTATE for a key
 *         that is fixed once the trainer is built, ::BP_EBUSY. */
BP_API bp_status bp_trainer_set(bp_trainer *trainer, int32_t key, double value);

/** Read a setting; the twin of bp_trainer_set(). */
BP_API bp_status bp_trainer_get(const bp_trainer *trainer, int32_t key, double *value);

/** Build the trainer: check that the cost fits the network, reserve memory for gradients,
 * the optimizer's state and one batch.
 * @param trainer  the trainer.
 * @param seed     of the shuffling, and of all else that is drawn in training.
 * @return ::BP_ESTATE if it is built, ::BP_EDOMAIN if the last layer's range is outside
 *         the cost's domain, ::BP_EUNSUPPORTED if an operation has no backward form or
 *         none in this precision, ::BP_ENOMEM, ::BP_ELIMIT. */
BP_API bp_status bp_trainer_build(bp_trainer *trainer, uint64_t seed);

/** Lend the optimizer that works in this trainer, for bp_optimizer_set() and
 * bp_optimizer_get(). It lives as long as the trainer. NULL for NULL. */
BP_API bp_optimizer *bp_trainer_get_optimizer(bp_trainer *trainer);

/** Tell where the trainer stands.
 * @param trainer   the trainer.
 * @param position  filled; set its struct_size before.
 * @return ::BP_EINVAL for NULL or a wrong struct_size. */
BP_API bp_status bp_trainer_position(const bp_trainer *trainer, bp_position *position);

/** One step on a batch: forward, cost, backward, update.
 * @param trainer        a built trainer.
 * @param inputs         rows of inputs, finite.
 * @param inputs_count   rows * bp_network_inputs(), from 1 row to the trainer's batch.
 * @param targets        rows of targets, finite and within the cost's limits.
 * @param targets_count  exactly rows * bp_network_outputs().
 * @param cost           where the batch's cost before the update goes, or NULL.
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_ESTATE before it is built, ::BP_EDATA for data
 *         that are not finite or targets outside the limits, or if the cost or a gradient
 *         overflows, ::BP_EBUSY, ::BP_ESTOPPED. */
BP_API bp_status bp_trainer_step(bp_trainer *trainer, const float *inputs,
                                 size_t inputs_count, const float *targets,
                                 size_t targets_count, double *cost);

/** The twin of bp_trainer_step() with data in double; any precision of network. */
BP_API bp_status bp_trainer_step_f64(bp_trainer *trainer, const double *inputs,
                                     size_t inputs_count, const double *targets,
                                     size_t targets_count, double *cost);

/** The twin of bp_trainer_step() with one label a row, from 0 to outputs - 1.
 * @return also ::BP_ESTATE if the cost does not take labels: all do not but
 *         ::BP_COST_SOFTMAX_CROSS_ENTROPY and costs of your own that say so. */
BP_API bp_status bp_trainer_step_labels(bp_trainer *trainer, const float *inputs,
                                        size_t inputs_count, const int32_t *labels,
                                        size_t labels_count, double *cost);

/** The first half of a step: forward, cost and backward, no update. The gradients can
 * then be read and written; bp_trainer_update() is the second half. Arguments and answers
 * as for bp_trainer_step(). Where the arguments are at fault, the gradients of the batch
 * before stay; where the work fails, they are those of no batch. */
BP_API bp_status bp_trainer_gradient(bp_trainer *trainer, const float *inputs,
                                     size_t inputs_count, const float *targets,
                                     size_t targets_count, double *cost);

/** The twin of bp_trainer_gradient() with data in double. */
BP_API bp_status bp_trainer_gradient_f64(bp_trainer *trainer, const double *inputs,
                                         size_t inputs_count, const double *targets,
                                         size_t targets_count, double *cost);

/** The twin of bp_trainer_gradient() with labels. */
BP_API bp_status bp_trainer_gradient_labels(bp_trainer *trainer, const float *inputs,
                                            size_t inputs_count, const int32_t *labels,
                                            size_t labels_count, double *cost);

/** The second half of a step: w -= rate dC/dw, as the optimizer has it, with the
 * gradients as they are now.
 * @return ::BP_ESTATE before bp_trainer_gradient() has succeeded since the last update,
 *         ::BP_EDATA if a gradient is not finite, ::BP_EBUSY. */
BP_API bp_status bp_trainer_update(bp_trainer *trainer);

/** Copy the gradient of a layer's weights or biases out, as bp_network_get_parameter()
 * does for the parameters themselves.
 * @return also ::BP_ESTATE before the trainer is built. */
BP_API bp_status bp_trainer_get_gradient(const bp_trainer *trainer, size_t layer,
                                         int32_t which, float *values, size_t count);

/** The twin of bp_trainer_get_gradient() in double. */
BP_API bp_status bp_trainer_get_gradient_f64(const bp_trainer *trainer, size_t layer,
                                             int32_t which, double *values, size_t count);

/** Lend the flat array of all gradients, laid out as bp_network_get_view() lays out the
 * parameters. It may be written between bp_trainer_gradient() and bp_trainer_update();
 * padding must stay 0.
 * @param trainer  a built trainer of a network in float.
 * @param values   where the pointer goes; it lives as long as the trainer.
 * @param count    where the number of elements goes.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built or if the network is in double. */
BP_API bp_status bp_trainer_get_gradient_view(bp_trainer *trainer, float **values,
                                          size_t *count);

/** The twin of bp_trainer_get_gradient_view() for a network in double. */
BP_API bp_status bp_trainer_get_gradient_view_f64(bp_trainer *trainer, double **values,
                                              size_t *count);

/** Train on every row of a data set once, in steps of the trainer's batch. An epoch that
 * was stopped goes on where it stopped, if the data set has as many rows as then.
 * @param trainer  a built trainer.
 * @param data     at least 1 row. Its targets are used, or its labels if it has no
 *                 targets and the cost takes labels.
 * @param cost     where the mean cost of the steps goes, or NULL.
 * @return as bp_trainer_step(), ::BP_ESTATE also if the data set has no rows or none of
 *         the targets that the cost needs, ::BP_ENOMEM. */
BP_API bp_status bp_trainer_epoch(bp_trainer *trainer, const bp_dataset *data,
                                  double *cost);

/** Train for a number of epochs.
 * @param trainer   a built trainer.
 * @param data      as for bp_trainer_epoch().
 * @param epochs    how many, at least 1; an epoch that was stopped counts as the first.
 * @param progress  called after every step and every epoch, or NULL.
 * @param user      passed to it.
 * @return as bp_trainer_epoch(), and ::BP_ESTOPPED if the callback stopped it. */
BP_API bp_status bp_trainer_fit(bp_trainer *trainer, const bp_dataset *data,
                                uint64_t epochs, bp_progress_fn progress, void *user);

/** @} */

/** @defgroup gradient 10. Proof of a gradient
 * @{ */

/** How bp_gradient_check() works. */
typedef struct bp_gradient_options {
    uint32_t struct_size; /**< sizeof(bp_gradient_options), set by
                               bp_gradient_options_init(). */
    uint32_t reserved;    /**< 0. */
    uint64_t sample;      /**< How many parameters, drawn at random; 0 (default): all. */
    uint64_t seed;        /**< Of that sample; default 1. */
    double tolerance;     /**< Largest error that passes; 0 (default): 1e-6, or 2e-2 where
                               the differences are in float. */
    double tolerance_f32; /**< Largest error of the gradient in float against that in
                               double; 0 (default): 2e-5. */
} bp_gradient_options;

/** What bp_gradient_check() found. */
typedef struct bp_gradient_report {
    uint32_t struct_size; /**< sizeof(bp_gradient_report), set by the caller. */
    int32_t passed;       /**< 1 if both errors are within their tolerances, something was
                               checked, and at most 5 % was skipped. */
    int32_t in_float;     /**< 1 if an operation has no double form, so that differences
                               had to be taken in float. */
    int32_t which;        /**< The worst parameter: a `BP_PARAMETER_` value, */
    size_t layer;         /**< its layer, */
    size_t row;           /**< its row (`to`), */
    size_t col;           /**< its column (`from`), */
    double analytic;      /**< its gradient by backpropagation */
    double numeric;       /**< and by the difference. */
    double error;         /**< Its error, the worst: |analytic - numeric| /
                               max(|analytic|, |numeric|, a tenth of the tensor's largest
                               gradient). */
    double error_f32;     /**< For a network in float: the same measure between its own
                               gradient and that of its copy in double; else 0. */
    uint64_t checked;     /**< Parameters compared. */
    uint64_t skipped;     /**< Parameters passed over, as a unit came to lie on another
                               side of a kink (relu at 0). */
} bp_gradient_report;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_gradient_options_init(bp_gradient_options *options);

/** Compare the gradient that backpropagation gives with central differences,
 * (C(w + h) - C(w - h)) / 2h with h = cbrt(epsilon) max(1, |w|), for every parameter, in
 * double, on a copy: the network stays as it is. A wrong derivative in an operation of
 * your own shows here. The cost grows with parameters * parameters * rows: give a few
 * rows.
 * @param trainer  a built trainer: its network and its cost are checked.
 * @param data     its rows are one batch; at least 1 row.
 * @param options  or NULL for the defaults.
 * @param report   filled; set its struct_size before.
 * @return ::BP_OK whenever the check ran: see `passed`. Else as bp_trainer_epoch(). */
BP_API bp_status bp_gradient_check(bp_trainer *trainer, const bp_dataset *data,
                                   const bp_gradient_options *options,
                                   bp_gradient_report *report);

/** @} */

/** @defgroup dataset 11. Data sets and scaling
 *
 * A data set holds rows of inputs, and for each row targets (numbers), a label (a class
 * from 0), or both; and a weight, if they do not all count alike. It is created empty and
 * filled once by one of the readers or by the set functions. Slices and splits share the
 * memory of the data set they came from, which may be destroyed first.
 * @{ */

/** How bp_dataset_split() chooses. */
enum {
    BP_SPLIT_ORDERED = 0,   /**< As they lie: the last rows go to `second`. */
    BP_SPLIT_SHUFFLED = 1,  /**< Rows at random. */
    BP_SPLIT_STRATIFIED = 2 /**< At random, each class in its proportion. Needs labels. */
};

/** Data that bp_dataset_generate() makes. Two inputs, two classes. */
enum {
    BP_GENERATE_MOONS = 1,  /**< Two half circles that reach into each other. */
    BP_GENERATE_SPIRALS = 2 /**< Two spirals of one and a half turns. */
};

/** What the target columns of a CSV file hold. */
enum {
    BP_CSV_CLASSES = 0, /**< One column of class names, in any text; classes are numbered
                             in the order of their names. */
    BP_CSV_NUMBERS = 1  /**< Numbers: the targets. */
};

/** How a CSV file is read. Names of columns are those of the header line, or "1", "2"...
 * where there is none. */
typedef struct bp_csv_options {
    uint32_t struct_size;       /**< sizeof(bp_csv_options), set by
                                     bp_csv_options_init(). */
    int32_t separator;          /**< A character: ',' (default), ';', a tabulator... */
    int32_t has_header;         /**< 1 (default) or 0; at 1 the first line holds names,
                                     whatever is in it. */
    int32_t target_kind;        /**< A `BP_CSV_` value, default ::BP_CSV_CLASSES. */
    int32_t drop_missing;       /**< 1: rows with a missing value in a chosen column are
                                     left out and counted, see bp_dataset_dropped(); 0
                                     (default): they are refused. */
    uint32_t reserved;          /**< 0. */
    const char *missing;        /**< The mark of a missing value beside the empty field;
                                     default "NA". NULL: none. */
    const char *const *targets; /**< Names of the target columns; NULL (default): the last
                                     column. */
    size_t targets_count;       /**< How many; with ::BP_CSV_CLASSES 1 at most. */
    const char *const *features; /**< Names of the input columns; NULL (default): all that
                                     are no targets. */
    size_t features_count;      /**< How many. */
    size_t row_limit;           /**< More rows are refused; default 100 000 000. */
} bp_csv_options;

/** Create an empty data set.
 * @param env      the host's tables, or NULL.
 * @param dataset  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_create(const bp_env *env, bp_dataset **dataset);

/** Destroy a data set.
 * @param dataset  the data set, or NULL. */
BP_API void bp_dataset_destroy(bp_dataset *dataset);

/** Why the last failing call that could write to the data set failed; "" if none has. */
BP_API const char *bp_dataset_error(const bp_dataset *dataset);

/** Copy rows of inputs in.
 * @param dataset  a data set that has no inputs yet.
 * @param inputs   rows of inputs, finite.
 * @param rows     at least 1; as many as the targets or labels, if they are there.
 * @param cols     width of a row, at least 1.
 * @param stride   from one row to the next in elements, at least @p cols.
 * @return ::BP_EINVAL, also for a stride below @p cols, ::BP_ESHAPE, ::BP_ESTATE,
 *         ::BP_EDATA naming row and column of a value that is not finite, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_set_inputs(bp_dataset *dataset, const float *inputs,
                                       size_t rows, size_t cols, size_t stride);

/** As bp_dataset_set_inputs(), but the array stays the caller's and is not copied: it
 * must live, unchanged, until the data set and all that was split or sliced from it are
 * destroyed. */
BP_API bp_status bp_dataset_set_inputs_borrow(bp_dataset *dataset, const float *inputs,
                                              size_t rows, size_t cols, size_t stride);

/** Copy rows of targets in; arguments and answers as for bp_dataset_set_inputs(). */
BP_API bp_status bp_dataset_set_targets(bp_dataset *dataset, const float *targets,
                                        size_t rows, size_t cols, size_t stride);

/** As bp_dataset_set_targets(), borrowed as by bp_dataset_set_inputs_borrow(). */
BP_API bp_status bp_dataset_set_targets_borrow(bp_dataset *dataset, const float *targets,
                                               size_t rows, size_t cols, size_t stride);

/** Copy labels in.
 * @param dataset  a data set that has no labels yet.
 * @param labels   one class a row, from 0 to classes - 1.
 * @param rows     at least 1; as many as the inputs, if they are there.
 * @param classes  at least 1, at most 1 000 000.
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_ESTATE, ::BP_EDATA for a label out of range,
 *         ::BP_ENOMEM. */
BP_API bp_status bp_dataset_set_labels(bp_dataset *dataset, const int32_t *labels,
                                       size_t rows, size_t classes);

/** Copy weights in: how much each row counts in costs, their gradients and metrics. The
 * mean of a batch divides by the sum of its weights, as does that of an epoch or an
 * evaluation: sum w C / sum w, or / (D sum w) for costs per element. Weights of 1 are no
 * weights, to the bit; a batch whose weights are all 0 has cost and gradient 0.
 * @param dataset  a data set that has no weights yet.
 * @param weights  one a row, finite and not negative.
 * @param rows     at least 1; as many as the inputs, if they are there.
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_ESTATE, ::BP_EDATA, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_set_weights(bp_dataset *dataset, const float *weights,
                                        size_t rows);

/** Multiply the weight of each row, 1 if it has none, by that of its class: as PyTorch's
 * `CrossEntropyLoss(weight)`, and for every cost. Parts that were split off before keep
 * the weights they have.
 * @param dataset  a data set with labels.
 * @param weights  one a class, finite and not negative; NULL: balanced, n / (k n_c) for a
 *                 class of n_c rows where k classes occur, so that all weigh alike.
 * @param classes  exactly bp_dataset_classes().
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_ESTATE without labels, ::BP_EDATA, also if a
 *         product is not finite, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_weigh_classes(bp_dataset *dataset, const float *weights,
                                          size_t classes);

/** Set the options of a CSV file to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_csv_options_init(bp_csv_options *options);

/** Read a CSV file (RFC 4180: quotes, doubled quotes; numbers with a decimal point
 * whatever the locale), plain or compressed by gzip. A UTF-8 byte order mark is passed
 * over; blank lines and mixed line ends are refused; the last line may lack its end.
 * @param dataset  an empty data set.
 * @param path     of the file, as the file table takes it.
 * @param options  or NULL for the defaults.
 * @return ::BP_EINVAL, ::BP_ESTATE if it is not empty, ::BP_EIO, ::BP_EDATA naming line
 *         and column, ::BP_ELIMIT (a field over 1 MiB, a line over 16 MiB, more than
 *         65 536 columns, a file over 64 GiB, too many rows or classes),
 *         ::BP_EUNSUPPORTED for gzip where zlib was not built in, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_read_csv(bp_dataset *dataset, const char *path,
                                     const bp_csv_options *options);

/** As bp_dataset_read_csv(), from memory.
 * @param dataset  an empty data set.
 * @param bytes    the text of the file, plain or compressed.
 * @param size     in bytes.
 * @param options  or NULL for the defaults. */
BP_API bp_status bp_dataset_parse_csv(bp_dataset *dataset, const void *bytes, size_t size,
                                      const bp_csv_options *options);

/** Read a pair of IDX files, the format of MNIST, plain or compressed by gzip. Bytes of
 * inputs are divided by 255; the other types are taken as they are.
 * @param dataset  an empty data set.
 * @param inputs   path of the file of images: 1 to 8 dimensions, the first is the rows,
 *                 the others together are the columns.
 * @param labels   path of the file of labels: bytes, one dimension; or NULL for none. The
 *                 number of classes is the largest label + 1.
 * @return as bp_dataset_read_csv(), ::BP_ESHAPE if the files' rows differ. */
BP_API bp_status bp_dataset_read_idx(bp_dataset *dataset, const char *inputs,
                                     const char *labels);

/** As bp_dataset_read_idx(), from memory.
 * @param dataset      an empty data set.
 * @param inputs       the bytes of the file of images.
 * @param inputs_size  in bytes.
 * @param labels       the bytes of the file of labels, or NULL.
 * @param labels_size  in bytes; 0 for NULL. */
BP_API bp_status bp_dataset_parse_idx(bp_dataset *dataset, const void *inputs,
                                      size_t inputs_size, const void *labels,
                                      size_t labels_size);

/** Make example data that need no file, the same on every machine.
 * @param dataset  an empty data set.
 * @param kind     a `BP_GENERATE_` value.
 * @param rows     at least 2; the classes take turns.
 * @param noise    deviation of the normal noise on both inputs, 0 to 100.
 * @param seed     of the noise.
 * @return ::BP_EINVAL, ::BP_ESTATE if it is not empty, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_generate(bp_dataset *dataset, int32_t kind, size_t rows,
                                     double noise, uint64_t seed);

/** Make targets from the labels: @p on in the column of the row's class, @p off in the
 * others. The labels stay.
 * @param dataset  a data set with labels and without targets.
 * @param off      finite, 0 as a rule.
 * @param on       finite, 1 as a rule.
 * @return ::BP_EINVAL, ::BP_ESTATE, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_one_hot(bp_dataset *dataset, float off, float on);

/** Put the rows into a random order, the same for the same seed.
 * @return ::BP_EINVAL for NULL, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_shuffle(bp_dataset *dataset, uint64_t seed);

/** Divide the rows in two. Both parts share the memory of @p dataset.
 * @param dataset   the data set.
 * @param fraction  of the rows that go to @p second, above 0 and below 1; both parts get
 *                  at least one row.
 * @param method    a `BP_SPLIT_` value.
 * @param seed      of the choice.
 * @param first     where the new data set of the rows to train on goes.
 * @param second    where that of the rows held out goes. The caller destroys both.
 * @return ::BP_EINVAL, ::BP_ESTATE with fewer than 2 rows or without the labels needed,
 *         ::BP_ENOMEM. */
BP_API bp_status bp_dataset_split(bp_dataset *dataset, double fraction, int32_t method,
                                  uint64_t seed, bp_dataset **first, bp_dataset **second);

/** One of k folds. */
typedef struct bp_fold {
    uint32_t struct_size; /**< sizeof(bp_fold), set by the caller. */
    int32_t method;       /**< A `BP_SPLIT_` value: blocks as they lie, at random, or at
                               random with each class in equal parts. */
    size_t folds;         /**< k, at least 2. */
    size_t fold;          /**< Which is held out, from 0 to k - 1. */
    uint64_t seed;        /**< Of the choice; the same for all folds. */
} bp_fold;

/** Divide the rows in k folds whose sizes differ by 1 at most, and hold one out: each row
 * is held out in exactly one of them. Both parts share the memory of @p dataset.
 * @param dataset  the data set.
 * @param fold     which of how many.
 * @param first    where the new data set of the rows to train on goes.
 * @param second   where that of the fold goes. The caller destroys both.
 * @return ::BP_EINVAL, ::BP_ESTATE with fewer rows than folds or without the labels
 *         needed, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_fold(bp_dataset *dataset, const bp_fold *fold,
                                 bp_dataset **first, bp_dataset **second);

/** Make a data set of the rows from @p first on, sharing memory.
 * @param dataset  the data set.
 * @param first    the first row, from 0.
 * @param rows     how many, at least 1.
 * @param slice    where the new data set goes; the caller destroys it.
 * @return ::BP_EINVAL if the rows are not there, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_slice(bp_dataset *dataset, size_t first, size_t rows,
                                  bp_dataset **slice);

/** Number of rows; 0 for NULL. */
BP_API size_t bp_dataset_rows(const bp_dataset *dataset);

/** Number of input columns; 0 for NULL or none yet. */
BP_API size_t bp_dataset_inputs(const bp_dataset *dataset);

/** Number of target columns; 0 for NULL or without targets. */
BP_API size_t bp_dataset_outputs(const bp_dataset *dataset);

/** Number of classes; 0 for NULL or without labels. */
BP_API size_t bp_dataset_classes(const bp_dataset *dataset);

/** Number of rows that a reader left out for missing values; 0 for NULL. */
BP_API size_t bp_dataset_dropped(const bp_dataset *dataset);

/** Name of a class as the file had it; NULL if there is no such class or no names. Lives
 * as long as the data set. */
BP_API const char *bp_dataset_class_name(const bp_dataset *dataset, size_t index);

/** Name of an input column as the CSV file had it, or "1", "2"... where it had no header;
 * NULL if there is no such column, or the data are not from a CSV file. Lives as long as
 * the data set. */
BP_API const char *bp_dataset_input_name(const bp_dataset *dataset, size_t col);

/** Copy the inputs of a row out.
 * @param dataset  the data set.
 * @param row      from 0, in the order of the data set.
 * @param values   where they go.
 * @param count    exactly bp_dataset_inputs().
 * @return ::BP_EINVAL, ::BP_ESHAPE for a wrong count, ::BP_ESTATE without inputs. */
BP_API bp_status bp_dataset_get_inputs(const bp_dataset *dataset, size_t row,
                                       float *values, size_t count);

/** Copy the targets of a row out; as bp_dataset_get_inputs(). */
BP_API bp_status bp_dataset_get_targets(const bp_dataset *dataset, size_t row,
                                        float *values, size_t count);

/** Give the label of a row.
 * @return ::BP_EINVAL, ::BP_ESTATE without labels. */
BP_API bp_status bp_dataset_get_label(const bp_dataset *dataset, size_t row,
                                      int32_t *label);

/** Give the weight of a row; 1 without weights.
 * @return ::BP_EINVAL for NULL or a row that is not there. */
BP_API bp_status bp_dataset_get_weight(const bp_dataset *dataset, size_t row,
                                       float *weight);

/** How a ::bp_scaler maps a column. */
enum {
    BP_SCALING_STANDARD = 1, /**< To mean 0 and (biased) deviation 1. */
    BP_SCALING_MIN_MAX = 2   /**< To 0 at the least and 1 at the greatest value. */
};

/** Create a scaler.
 * @param kind    a `BP_SCALING_` value.
 * @param env     the host's tables, or NULL.
 * @param scaler  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_scaler_create(int32_t kind, const bp_env *env, bp_scaler **scaler);

/** Destroy a scaler.
 * @param scaler  the scaler, or NULL. */
BP_API void bp_scaler_destroy(bp_scaler *scaler);

/** Why the last failing call that could write to the scaler failed; "" if none has. */
BP_API const char *bp_scaler_error(const bp_scaler *scaler);

/** Learn offset and scale of each input column; a constant column keeps scale 1. Fit on
 * training data only, then apply to all: so nothing of the held-out rows leaks in.
 * @return ::BP_EINVAL, ::BP_ESTATE if the data set has no inputs, ::BP_ENOMEM. */
BP_API bp_status bp_scaler_fit(bp_scaler *scaler, const bp_dataset *data);

/** Scale the inputs of a data set: x' = (x - offset) * scale, computed in double. Memory
 * that is borrowed or shared with other data sets is copied first: they stay as they are.
 * @return ::BP_EINVAL, ::BP_ESTATE before the fit, ::BP_ESHAPE if the widths differ,
 *         ::BP_EDATA if a result is not finite, ::BP_ENOMEM. */
BP_API bp_status bp_scaler_apply(bp_scaler *scaler, bp_dataset *data);

/** Scale rows in an array, in place; for examples that come one by one.
 * @param scaler  a fitted scaler.
 * @param values  rows of inputs.
 * @param count   rows * columns of the fit.
 * @return ::BP_EINVAL, ::BP_ESTATE before the fit, ::BP_ESHAPE, ::BP_EDATA. */
BP_API bp_status bp_scaler_transform(const bp_scaler *scaler, float *values,
                                     size_t count);

/** Give offset and scale of a column.
 * @return ::BP_EINVAL, ::BP_ESTATE before the fit. */
BP_API bp_status bp_scaler_get(const bp_scaler *scaler, size_t col, double *offset,
                               double *scale);

/** @} */

/** @defgroup custom 12. Operations of your own
 *
 * An activation, a layer or a cost can be a table of callbacks. Each callback receives
 * one ::bp_run and answers 0, or anything else to stop the work: the library's call then
 * gives ::BP_ESTOPPED and changes nothing. The forms named `_f64` serve networks in
 * double and the gradient check; they may be NULL, then a network in double is refused
 * with ::BP_EUNSUPPORTED and the check takes differences in float. Tables are copied with
 * their names; `user` must live as long as what was made with the table. Callbacks run on
 * the thread that called the library; if several threads predict at once, so do the
 * callbacks.
 * @{ */

/** What the outputs of an operation are. */
enum {
    BP_RANGE_REAL = 0,           /**< Real numbers. */
    BP_RANGE_UNIT = 1,           /**< Each in [0, 1]. */
    BP_RANGE_PROBABILITY = 2,    /**< Each in [0, 1], the sum of a row is 1. */
    BP_RANGE_LOG_PROBABILITY = 3 /**< Logarithms of such. */
};

/** Which outputs a cost takes; see @ref cost. */
enum {
    BP_DOMAIN_REAL = 0,           /**< Any. */
    BP_DOMAIN_LOGITS = 1,         /**< ::BP_RANGE_REAL. */
    BP_DOMAIN_PROBABILITY = 2,    /**< ::BP_RANGE_UNIT and ::BP_RANGE_PROBABILITY. */
    BP_DOMAIN_LOG_PROBABILITY = 3 /**< ::BP_RANGE_LOG_PROBABILITY. */
};

/** Whether a callback runs for a prediction or in training. */
enum {
    BP_MODE_PREDICT = 0, /**< Forward only. */
    BP_MODE_TRAIN = 1    /**< Forward, and backward after it. */
};

/** What a callback works on. The arrays are of `float` in the plain forms and of `double`
 * in those named `_f64`; those that a callback does not need are NULL. Row r of the input
 * begins at input + r * input_stride, of the output at output + r * output_stride; what
 * lies between `inputs` and `input_stride` must not be written. Gradients have the
 * strides of what they belong to. */
typedef struct bp_run {
    uint32_t struct_size;    /**< Size of the record that the library passes. */
    int32_t mode;            /**< A `BP_MODE_` value. */
    int32_t precision;       /**< A `BP_PRECISION_` value. */
    uint32_t reserved;       /**< 0. */
    size_t rows;             /**< Examples. */
    size_t inputs;           /**< Width of a row of input. */
    size_t outputs;          /**< Width of a row of output. */
    size_t input_stride;     /**< From one row of input to the next, in elements. */
    size_t output_stride;    /**< From one row of output to the next, in elements. */
    const void *input;       /**< Activation: z. Layer: activations before. Cost:
                                  outputs. */
    void *output;            /**< Forward writes it; backward reads it. */
    const void *output_grad; /**< Backward: dC/d output. */
    void *input_grad;        /**< Backward and a cost's gradient write dC/d input. NULL if
                                  it is not wanted. */
    const void *targets;     /**< Cost: targets, with the strides of the input; or
                                  NULL. */
    const int32_t *labels;   /**< Cost: one label a row; or NULL. */
    const double *weights;   /**< Cost: one weight an example; NULL: all 1. */
    void *parameters;        /**< Layer: its parameters; only `initialise` may write. */
    void *parameter_grads;   /**< Layer: backward writes (not adds) dC/d parameters. */
    void *state;             /**< NULL at present. */
    size_t parameter_count;  /**< Layer: elements of the two above. */
    uint64_t seed;           /**< Of the trainer, or of the network for `initialise`. */
    uint64_t step;           /**< Steps since the trainer was built. */
    uint64_t element;        /**< Key of the layer: its index in the network. */
    double *cost;            /**< Cost: where its mean over the batch goes, by the weights
                                  if there are any. */
    void *user;              /**< The table's `user`. */
} bp_run;

/** A callback of an operation: 0, or anything else to stop. */
typedef int32_t (*bp_run_fn)(const bp_run *run);

/** An activation function of your own. */
typedef struct bp_activation_ops {
    uint32_t struct_size;   /**< sizeof(bp_activation_ops). */
    uint32_t version;       /**< Yours: grows when the function changes. */
    const char *name;       /**< Unique, 1 to 63 bytes. */
    int32_t range;          /**< A `BP_RANGE_` value. */
    uint32_t reserved;      /**< 0. */
    bp_run_fn forward;      /**< a = f(z). Required. */
    bp_run_fn backward;     /**< dC/dz from z, a and dC/da. NULL: cannot be trained. */
    bp_run_fn forward_f64;  /**< The same in double, or NULL. */
    bp_run_fn backward_f64; /**< The same in double, or NULL. */
    void *user;             /**< Passed in the run record. */
} bp_activation_ops;

/** A layer of your own. */
typedef struct bp_layer_ops {
    uint32_t struct_size;   /**< sizeof(bp_layer_ops). */
    uint32_t version;       /**< Yours: grows when the layer changes. */
    const char *name;       /**< Unique, 1 to 63 bytes. */
    int32_t range;          /**< A `BP_RANGE_` value. */
    uint32_t reserved;      /**< 0. */
    /** Tell the width of a row of output and the number of parameters for a width of
     * input; the two are 0 before. Required; the outputs must be at least 1. */
    int32_t (*plan)(size_t inputs, size_t *outputs, size_t *parameters, void *user);
    bp_run_fn initialise;     /**< Set the parameters (0 before); or NULL: they stay 0. */
    bp_run_fn forward;        /**< Required. */
    bp_run_fn backward;       /**< NULL: cannot be trained. */
    bp_run_fn initialise_f64; /**< The same in double, or NULL. */
    bp_run_fn forward_f64;    /**< The same in double, or NULL. */
    bp_run_fn backward_f64;   /**< The same in double, or NULL. */
    void *user;               /**< Passed in the run record. */
} bp_layer_ops;

/** A cost function of your own. */
typedef struct bp_cost_ops {
    uint32_t struct_size;   /**< sizeof(bp_cost_ops). */
    uint32_t version;       /**< Yours: grows when the cost changes. */
    const char *name;       /**< Unique, 1 to 63 bytes. */
    int32_t domain;         /**< A `BP_DOMAIN_` value. */
    int32_t takes_labels;   /**< 1 if it works on labels where there are no targets. */
    bp_run_fn value;        /**< Write the mean cost of the batch. Required. */
    bp_run_fn gradient;     /**< Write dC/da of that mean. NULL: cannot be trained. */
    bp_run_fn value_f64;    /**< The same in double, or NULL. */
    bp_run_fn gradient_f64; /**< The same in double, or NULL. */
    void *user;             /**< Passed in the run record. */
} bp_cost_ops;

/** Give a dense or activation layer an activation of your own in place of its own.
 * @param layer  a description from bp_layer_create_dense() or
 *               bp_layer_create_activation().
 * @param ops    copied.
 * @return ::BP_EINVAL for NULL, a wrong struct_size, name or range, a missing callback
 *         that is required, or a layer with callbacks. */
BP_API bp_status bp_layer_set_activation(bp_layer *layer, const bp_activation_ops *ops);

/** Describe a layer of your own.
 * @param ops    copied.
 * @param env    the host's tables, or NULL.
 * @param layer  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL as bp_layer_set_activation(), ::BP_ENOMEM. */
BP_API bp_status bp_layer_create_custom(const bp_layer_ops *ops, const bp_env *env,
                                        bp_layer **layer);

/** Create a cost of your own.
 * @param ops   copied.
 * @param env   the host's tables, or NULL.
 * @param cost  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL as bp_layer_set_activation(), ::BP_ENOMEM. */
BP_API bp_status bp_cost_create_custom(const bp_cost_ops *ops, const bp_env *env,
                                       bp_cost **cost);

/** @} */

/** @defgroup metrics 13. Metrics
 *
 * A metrics object sums up how good outputs are, row by row, in double: rows can come in
 * any number of calls, from a data set or one by one, and two objects can be merged. Rows
 * with labels give the figures of classification, rows with targets those of regression;
 * both kinds may go into one object, and each figure is about the rows of its kind.
 * Figures agree with those of scikit-learn; `docs/numerics.md` has the formulas.
 * @{ */

/** Sums over rows, from which figures are made. */
typedef struct bp_metrics bp_metrics;

/** Figures. Where a row has a weight it counts so many times. The values are frozen. */
enum {
    BP_METRIC_ACCURACY = 1,      /**< Share of the rows whose class was found. */
    BP_METRIC_ACCURACY_LOW = 2,  /**< Its interval of confidence (Wilson, 1927) begins */
    BP_METRIC_ACCURACY_HIGH = 3, /**< and ends; see ::BP_METRICS_CONFIDENCE. */
    BP_METRIC_TOP_K = 4,         /**< Share of the rows whose class is among the
                                      ::BP_METRICS_TOP_K largest outputs. */
    BP_METRIC_PRECISION = 5,     /**< Of the rows taken for a class, the share that is of
                                      it. 0 if none was, as for the next two. */
    BP_METRIC_RECALL = 6,        /**< Of the rows of a class, the share that was found. */
    BP_METRIC_F1 = 7,            /**< 2 precision recall / (precision + recall). */
    BP_METRIC_LOG_LOSS = 8,      /**< Mean of -ln p of the label; see
                                      ::BP_METRICS_RANGE. Less is better. */
    BP_METRIC_ROC_AUC = 9,       /**< Area under the receiver operating characteristic of
                                      a class against the rest, ties exactly: the chance
                                      that a row of it scores higher than another. Needs
                                      ::BP_METRICS_SCORES. Without an index the area of
                                      the one output, or the mean over the classes. */
    BP_METRIC_MSE = 10,          /**< Mean of (a - y)^2 of a column, or of all. Less is
                                      better, */
    BP_METRIC_MAE = 11,          /**< Mean of |a - y|, likewise. */
    BP_METRIC_R2 = 12,           /**< 1 - sum (a - y)^2 / sum (y - mean y)^2 of a column,
                                      or the mean over the columns. Where y is constant: 1
                                      if nothing was missed, else 0. */
    BP_METRIC_SUPPORT = 13,      /**< Weight of the rows of a class, or of all rows. */
    BP_METRIC_PREDICTED = 14,    /**< Weight of the rows taken for a class, or of all. */
    BP_METRIC_ROWS = 15          /**< Rows with labels that were added; a count. */
};

/** What bp_metrics_value() is asked about: a class or a column from 0, or one of
 * these. */
enum {
    BP_INDEX_ALL = -1,     /**< All rows together. Precision, recall, F1: the macro mean,
                                over the classes that occur or were taken to occur. */
    BP_INDEX_MICRO = -2,   /**< Precision, recall, F1: of all rows together, which is the
                                accuracy. */
    BP_INDEX_WEIGHTED = -3 /**< These three and the area: mean by the classes' support. */
};

/** Settings of metrics, for bp_metrics_set(). */
enum {
    BP_METRICS_TOP_K = 1,      /**< The k of ::BP_METRIC_TOP_K: 1 to 1e6, default 5; only
                                    while no row was added. */
    BP_METRICS_CONFIDENCE = 2, /**< Of the interval of the accuracy: above 0, at most
                                    0.999999; default 0.95. Of weighted rows the interval
                                    is that of Kish's (sum w)^2 / sum w^2 rows. */
    BP_METRICS_RANGE = 3,      /**< What the outputs that are added are, a `BP_RANGE_`
                                    value, default ::BP_RANGE_PROBABILITY: real numbers
                                    are logits. bp_network_measure() goes by the network.
                                    Probabilities count as at least 2^-52 away from 0 and
                                    1, and as parts of their sum; log-probabilities as at
                                    least -100. */
    BP_METRICS_SCORES = 4      /**< 1: keep all outputs of rows with labels, which
                                    ::BP_METRIC_ROC_AUC needs: memory grows with the rows;
                                    0 (default). Only while no row was added. */
};

/** The name of a metric in lower case, such as "roc_auc"; NULL for an unknown one. Thread
 * safe; the text is constant. */
BP_API const char *bp_metric_name(int32_t metric);

/** Whether more is better: 1, or 0 for errors and losses and unknown values. Thread
 * safe. */
BP_API int32_t bp_metric_higher_is_better(int32_t metric);

/** Create metrics without rows.
 * @param outputs  width of a row of outputs, at least 1. So many are the classes; one
 *                 output tells two classes apart.
 * @param env      the host's tables, or NULL.
 * @param metrics  where the new object goes; the caller destroys it. It takes memory for
 *                 two tables of classes * classes numbers.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_metrics_create(size_t outputs, const bp_env *env,
                                   bp_metrics **metrics);

/** Destroy metrics.
 * @param metrics  the object, or NULL. */
BP_API void bp_metrics_destroy(bp_metrics *metrics);

/** Why the last failing call that could write to the metrics failed; "" if none has. */
BP_API const char *bp_metrics_error(const bp_metrics *metrics);

/** Change a setting.
 * @return ::BP_EINVAL for an unknown key or a value out of range, ::BP_ESTATE for a key
 *         that is fixed once rows were added. */
BP_API bp_status bp_metrics_set(bp_metrics *metrics, int32_t key, double value);

/** Read a setting; the twin of bp_metrics_set(). */
BP_API bp_status bp_metrics_get(const bp_metrics *metrics, int32_t key, double *value);

/** Add rows of outputs whose classes are known. The class that a row says is found as by
 * bp_network_classify().
 * @param metrics        the object.
 * @param outputs        rows of outputs, finite.
 * @param outputs_count  rows * the width.
 * @param labels         one class a row, from 0.
 * @param weights        one a row, finite and not negative; NULL: all 1.
 * @param rows           how many; 0 adds nothing.
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_EDATA for a label, an output or a weight that
 *         cannot be, ::BP_ENOMEM where scores are kept. */
BP_API bp_status bp_metrics_add_labels(bp_metrics *metrics, const float *outputs,
                                       size_t outputs_count, const int32_t *labels,
                                       const double *weights, size_t rows);

/** The twin of bp_metrics_add_labels() with outputs in double. */
BP_API bp_status bp_metrics_add_labels_f64(bp_metrics *metrics, const double *outputs,
                                           size_t outputs_count, const int32_t *labels,
                                           const double *weights, size_t rows);

/** Add rows of outputs whose targets are known; as bp_metrics_add_labels(), with as many
 * targets as outputs, finite. */
BP_API bp_status bp_metrics_add_targets(bp_metrics *metrics, const float *outputs,
                                        size_t outputs_count, const float *targets,
                                        const double *weights, size_t rows);

/** The twin of bp_metrics_add_targets() in double. */
BP_API bp_status bp_metrics_add_targets_f64(bp_metrics *metrics, const double *outputs,
                                            size_t outputs_count, const double *targets,
                                            const double *weights, size_t rows);

/** Add all that @p other has summed up, which stays as it is: several threads can measure
 * parts of a data set, each with its own object.
 * @return ::BP_EINVAL, also for the object itself or other settings of k or scores,
 *         ::BP_ESHAPE for another width, ::BP_ENOMEM where scores are kept. */
BP_API bp_status bp_metrics_merge(bp_metrics *metrics, const bp_metrics *other);

/** Forget all rows; settings and memory stay.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_metrics_reset(bp_metrics *metrics);

/** Give a figure.
 * @param metrics  the object.
 * @param metric   a `BP_METRIC_` value.
 * @param index    a class or a column, where the figure has them, or a `BP_INDEX_` value.
 * @param value    where it goes.
 * @return ::BP_EINVAL for an unknown metric or an index that it does not have,
 *         ::BP_ESTATE if no row (of more than no weight) was added that it is about, or
 *         if it is not defined: an area of a class without rows, or without scores. */
BP_API bp_status bp_metrics_value(bp_metrics *metrics, int32_t metric, int32_t index,
                                  double *value);

/** Give a cell of the confusion matrix: the weight of the rows of class @p target that
 * were taken for class @p found.
 * @return ::BP_EINVAL for NULL or a class that is not there. */
BP_API bp_status bp_metrics_confusion(const bp_metrics *metrics, size_t target,
                                      size_t found, double *weight);

/** Run a data set through the network, and add its rows: with their labels if it has
 * some, with their targets if it has some.
 * @param network    a built network.
 * @param workspace  made for this network.
 * @param data       at least 1 row, with labels or targets; its widths must fit.
 * @param metrics    as wide as the network's outputs. Unchanged if this fails.
 * @return ::BP_EINVAL, ::BP_ESHAPE, ::BP_ESTATE, ::BP_EDATA if an output is not finite,
 *         ::BP_ENOMEM where scores are kept, ::BP_EBUSY, ::BP_ESTOPPED. */
BP_API bp_status bp_network_measure(const bp_network *network, bp_workspace *workspace,
                                    const bp_dataset *data, bp_metrics *metrics);

/** @} */

/** @defgroup fit 14. Fits with validation
 *
 * bp_trainer_train() is bp_trainer_fit() with all that keeps a training honest: rows held
 * out, a figure that is monitored on them, an end when it gets no better, the weights of
 * the best epoch, a budget of time, and a history of what happened.
 * @{ */

/** What a fit found, epoch by epoch. */
typedef struct bp_history bp_history;

/** What is monitored, beside any `BP_METRIC_` value. */
enum {
    BP_MONITOR_COST = 0 /**< The cost of the held-out rows; without such rows the mean
                             cost of the epoch's steps. */
};

/** Why a fit ended. */
enum {
    BP_FIT_EPOCHS = 1,   /**< All epochs are done. */
    BP_FIT_PATIENCE = 2, /**< What is monitored got no better for too long. */
    BP_FIT_TIME = 3      /**< The budget of time is used up. */
};

/** How bp_trainer_train() works. */
typedef struct bp_fit_options {
    uint32_t struct_size;   /**< sizeof(bp_fit_options), set by bp_fit_options_init(). */
    int32_t monitor;        /**< ::BP_MONITOR_COST (default) or a `BP_METRIC_` value,
                                 which needs `metrics` and held-out rows. */
    int32_t monitor_index;  /**< Of that metric, default ::BP_INDEX_ALL. */
    int32_t restore_best;   /**< 1 (default): however the fit ends, also by a callback or
                                 a failure, the network gets the parameters it had when
                                 what is monitored was best, if that was ever taken; 0: it
                                 keeps the last. */
    uint64_t epochs;        /**< At most so many, at least 1; default 100. An epoch that
                                 was stopped counts as the first. */
    uint64_t patience;      /**< End after so many looks without improvement; 0 (default):
                                 never. */
    double minimum_change;  /**< What is less than this much better is no improvement; at
                                 least 0 (default). */
    uint64_t validate_every; /**< Look after each of so many epochs, and after the last;
                                 at least 1 (default). */
    const bp_dataset *validation; /**< Rows held out by the caller; NULL (default). */
    double validation_fraction; /**< Or: the part of the data to hold out, above 0 and
                                 below 1; 0 (default): none. */
    int32_t validation_split; /**< How, a `BP_SPLIT_` value, default
                                 ::BP_SPLIT_SHUFFLED. */
    uint32_t reserved;      /**< 0. */
    uint64_t validation_seed; /**< Of that split; default 1. */
    double seconds;         /**< End after the step in which so many seconds have gone by;
                                 0 (default): no budget. An epoch that is cut short is not
                                 looked at, and can go on in a later fit. */
    bp_metrics *metrics;    /**< As wide as the outputs: at each look it is reset and gets
                                 the held-out rows, and can be read in the callback and
                                 after the fit. Or NULL (default). */
    bp_history *history;    /**< Every epoch is added. Or NULL (default). */
    bp_progress_fn progress; /**< Called after every step and every epoch, or NULL
                                 (default). */
    void *user;             /**< Passed to it. */
} bp_fit_options;

/** What bp_trainer_train() came to. */
typedef struct bp_fit_result {
    uint32_t struct_size;   /**< sizeof(bp_fit_result), set by the caller. */
    int32_t reason;         /**< A `BP_FIT_` value. */
    uint64_t epochs;        /**< Completed. */
    uint64_t best_epoch;    /**< The one after which `best` was taken; 0: none. */
    double best;            /**< The best of what is monitored. */
    double cost;            /**< Mean cost of the last epoch's steps. */
    double validation_cost; /**< At the last look; 0 without held-out rows. */
    double seconds;         /**< It took. */
} bp_fit_result;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_fit_options_init(bp_fit_options *options);

/** Train with options. When it fails or is stopped, all steps completed until then stay
 * made, see bp_trainer_position(), but for `restore_best`; metrics and history keep what
 * they got.
 * @param trainer  a built trainer.
 * @param data     as for bp_trainer_epoch(). An epoch that was stopped goes on if as many
 *                 rows are trained on as then.
 * @param options  or NULL for the defaults.
 * @param result   filled if it succeeds; set its struct_size before. Or NULL.
 * @return as bp_trainer_epoch(), ::BP_EINVAL for an option out of range, ::BP_ESHAPE and
 *         ::BP_ESTATE also if held-out rows or metrics do not fit or a metric is not
 *         defined, ::BP_EDATA also if a cost of held-out rows overflows, ::BP_ENOMEM,
 *         ::BP_ESTOPPED if the callback stopped it. */
BP_API bp_status bp_trainer_train(bp_trainer *trainer, const bp_dataset *data,
                                  const bp_fit_options *options, bp_fit_result *result);

/** Create an empty history.
 * @param env      the host's tables, or NULL.
 * @param history  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_history_create(const bp_env *env, bp_history **history);

/** Destroy a history.
 * @param history  the history, or NULL. */
BP_API void bp_history_destroy(bp_history *history);

/** Why the last failing call that could write to the history failed; "" if none has. */
BP_API const char *bp_history_error(const bp_history *history);

/** Number of epochs; 0 for NULL. Fits add to those of earlier fits. */
BP_API size_t bp_history_epochs(const bp_history *history);

/** Give an epoch back, as the callback was told.
 * @param history   the history.
 * @param index     from 0.
 * @param progress  filled; set its struct_size before.
 * @return ::BP_EINVAL, also for an epoch that is not there. */
BP_API bp_status bp_history_get(const bp_history *history, size_t index,
                                bp_progress *progress);

/** Receives a picture or a text, piece by piece, on the thread that asked for it.
 * @return 0, or anything else to stop: the call then gives ::BP_ESTOPPED. */
typedef int32_t (*bp_write_fn)(const void *bytes, size_t size, void *user);

/** Write the history as a CSV file: a line with the names of the columns, which are those
 * of ::bp_progress, then a line an epoch. Numbers have 17 digits and a decimal point in
 * every locale; figures of a validation that was not made are empty.
 * @param history  the history.
 * @param write    called for each line.
 * @param user     passed to it.
 * @return ::BP_EINVAL, ::BP_ESTOPPED if it answers non-zero. */
BP_API bp_status bp_history_write_csv(bp_history *history, bp_write_fn write, void *user);

/** @} */

/** @defgroup snapshot 15. Snapshots
 *
 * A snapshot holds all that a training goes on from: parameters, the optimizer's state
 * and settings, the seed, and where in which epoch it stands. Taken after N steps and put
 * into a trainer that was built alike, M more steps give the same bits as N + M steps
 * without a break; also in the middle of an epoch, on another instruction set, or with
 * another number of threads. It is a list of named tensors and named numbers, which can
 * be read one by one, and put together again: so it can be kept in any form.
 * @{ */

/** Named tensors and named numbers. */
typedef struct bp_snapshot bp_snapshot;

/** A tensor of a snapshot. */
typedef struct bp_tensor {
    uint32_t struct_size; /**< sizeof(bp_tensor), set by the caller. */
    int32_t precision;    /**< ::BP_PRECISION_F32 or ::BP_PRECISION_F64. */
    const char *name;     /**< Such as "network.0.weight"; unique, 1 to 63 bytes. */
    size_t rows;          /**< At least 1. */
    size_t cols;          /**< At least 1. */
    const void *values;   /**< Row by row, without gaps: `float` or `double`. */
} bp_tensor;

/** A number of a snapshot. */
typedef struct bp_number_entry {
    uint32_t struct_size; /**< sizeof(bp_number_entry), set by the caller. */
    int32_t is_real;      /**< 1: `real` counts; 0: `whole`. */
    const char *name;     /**< Such as "trainer.step"; unique, 1 to 63 bytes. */
    uint64_t whole;       /**< A whole number. */
    double real;          /**< A real number. */
} bp_number_entry;

/** Create an empty snapshot.
 * @param env       the host's tables, or NULL.
 * @param snapshot  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_snapshot_create(const bp_env *env, bp_snapshot **snapshot);

/** Destroy a snapshot.
 * @param snapshot  the snapshot, or NULL. */
BP_API void bp_snapshot_destroy(bp_snapshot *snapshot);

/** Why the last failing call that could write to the snapshot failed; "" if none has. */
BP_API const char *bp_snapshot_error(const bp_snapshot *snapshot);

/** Take the state of a trainer and its network out, in place of what the snapshot held.
 * A gradient that waits for bp_trainer_update() is not part of it. May be called from the
 * callback of a fit.
 * @return ::BP_EINVAL, ::BP_ESTATE before the trainer is built, ::BP_ENOMEM: then the
 *         snapshot holds what it held. */
BP_API bp_status bp_snapshot_take(bp_snapshot *snapshot, const bp_trainer *trainer);

/** Put a state in: the network's parameters and all of the trainer become what they were.
 * @param trainer   a built trainer with layers, precision, optimizer and batch as those
 *                  of the state.
 * @param snapshot  stays as it is.
 * @return ::BP_EINVAL, ::BP_ESTATE before the trainer is built, or if a part is missing
 *         or of another optimizer or batch, ::BP_ESHAPE for another shape or precision,
 *         ::BP_EDATA for numbers that cannot be, ::BP_EBUSY. */
BP_API bp_status bp_trainer_restore(bp_trainer *trainer, const bp_snapshot *snapshot);

/** Number of tensors; 0 for NULL. */
BP_API size_t bp_snapshot_tensors(const bp_snapshot *snapshot);

/** Number of numbers; 0 for NULL. */
BP_API size_t bp_snapshot_numbers(const bp_snapshot *snapshot);

/** Lend a tensor, until the snapshot changes or is destroyed.
 * @param snapshot  the snapshot.
 * @param index     from 0.
 * @param tensor    filled; set its struct_size before.
 * @return ::BP_EINVAL, also for a tensor that is not there. */
BP_API bp_status bp_snapshot_get_tensor(const bp_snapshot *snapshot, size_t index,
                                        bp_tensor *tensor);

/** Give a number; its name is lent. As bp_snapshot_get_tensor(). */
BP_API bp_status bp_snapshot_get_number(const bp_snapshot *snapshot, size_t index,
                                        bp_number_entry *number);

/** Copy a tensor in.
 * @return ::BP_EINVAL, ::BP_ESTATE if there is one of that name, ::BP_ENOMEM. */
BP_API bp_status bp_snapshot_add_tensor(bp_snapshot *snapshot, const bp_tensor *tensor);

/** Copy a number in; as bp_snapshot_add_tensor(). */
BP_API bp_status bp_snapshot_add_number(bp_snapshot *snapshot,
                                        const bp_number_entry *number);

/** @} */

/** @defgroup diagnosis 16. Diagnosis
 *
 * Why does it not learn? A diagnosis looks at the data, the parameters, the units and
 * gradients over some rows, and at what one step would do, all on a copy: nothing of the
 * trainer changes. It lists what is known to keep networks from learning, each with its
 * figures and with what to do.
 * @{ */

/** What was found, to be read. */
typedef struct bp_diagnosis bp_diagnosis;

/** How bad a finding is. */
enum {
    BP_SEVERITY_NOTE = 1,    /**< Good to know. */
    BP_SEVERITY_WARNING = 2, /**< It slows learning, or shows that it goes wrong. */
    BP_SEVERITY_FAULT = 3    /**< It cannot learn so. */
};

/** What can be found. The values are frozen. */
enum {
    BP_FINDING_TARGET_RANGE = 1,   /**< Targets that the last layer cannot reach, or the
                                        cost refuses: `count` of them, the worst is
                                        `value` in column `index`, the bound is
                                        `threshold`. */
    BP_FINDING_CONSTANT_INPUT = 2, /**< `count` input columns are constant, the first is
                                        `index`, at `value`. */
    BP_FINDING_UNSCALED_INPUT = 3, /**< Input column `index` has a mean or deviation of
                                        `value`: above 10, or above 100 times the least
                                        deviation; `count` are above 10. */
    BP_FINDING_SATURATED = 4,      /**< `count` units of the layer, of which it has at
                                        least half, have a slope below 4 % of the steepest
                                        in 95 % of the rows: sigmoid, hard sigmoid, tanh,
                                        softsign. `value` is their part. */
    BP_FINDING_DEAD = 5,           /**< `count` relu units of the layer put out 0 for all
                                        rows; `value` is their part. */
    BP_FINDING_VANISHING = 6,      /**< The weights' gradients in the layer are less than
                                        a thousandth of those of the last one, root mean
                                        square: `value` times. */
    BP_FINDING_EXPLODING = 7,      /**< They are more than a thousand times as large. */
    BP_FINDING_RATE_HIGH = 8,      /**< A step changes the weights of the layer by more
                                        than a tenth of their size: `value` is |change| /
                                        |weights|. A thousandth is usual. */
    BP_FINDING_RATE_LOW = 9,       /**< No layer's weights change by more than 1e-5. */
    BP_FINDING_NOT_FINITE = 10,    /**< The layer is the first with NaN or infinity in its
                                        parameters, its outputs, or last the cost. */
    BP_FINDING_CLASS_NOT_PREDICTED = 11, /**< `count` classes that occur are never
                                        predicted, the first is `index`, of `value` rows.
                                        So it is before any training, too. */
    BP_FINDING_SAME_UNITS = 12     /**< All units of a layer within have the same
                                        weights. */
};

/** One finding. Fields that a code does not name are 0. */
typedef struct bp_finding {
    uint32_t struct_size; /**< sizeof(bp_finding), set by the caller. */
    int32_t code;         /**< A `BP_FINDING_` value. */
    int32_t severity;     /**< A `BP_SEVERITY_` value. */
    uint32_t reserved;    /**< 0. */
    size_t layer;         /**< The layer that it is about, from 0. */
    size_t index;         /**< A column or a class. */
    uint64_t count;       /**< How many. */
    double value;         /**< The figure, */
    double threshold;     /**< and the one that it was held against. */
    const char *text;     /**< One line with the figures; lives with the diagnosis. */
    const char *advice;   /**< What to do; constant. */
} bp_finding;

/** How bp_diagnose() works. */
typedef struct bp_diagnosis_options {
    uint32_t struct_size; /**< sizeof(bp_diagnosis_options), set by
                               bp_diagnosis_options_init(). */
    uint32_t reserved;    /**< 0. */
    uint64_t rows;        /**< Rows to look at, at equal distances; at least 1, default
                               1024. */
} bp_diagnosis_options;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_diagnosis_options_init(bp_diagnosis_options *options);

/** Look for what keeps a network from learning.
 * @param trainer    a built trainer, before or after training; it stays as it is.
 * @param data       what it is trained on.
 * @param options    or NULL for the defaults.
 * @param diagnosis  where the new object goes; the caller destroys it. Its memory comes
 *                   from the network's tables.
 * @return ::BP_OK whenever it looked, whatever it found. Else as bp_trainer_epoch(). */
BP_API bp_status bp_diagnose(bp_trainer *trainer, const bp_dataset *data,
                             const bp_diagnosis_options *options,
                             bp_diagnosis **diagnosis);

/** Destroy a diagnosis.
 * @param diagnosis  the diagnosis, or NULL. */
BP_API void bp_diagnosis_destroy(bp_diagnosis *diagnosis);

/** Number of findings; 0 for NULL. */
BP_API size_t bp_diagnosis_findings(const bp_diagnosis *diagnosis);

/** Give a finding.
 * @param diagnosis  the diagnosis.
 * @param index      from 0.
 * @param finding    filled; set its struct_size before.
 * @return ::BP_EINVAL, also for a finding that is not there. */
BP_API bp_status bp_diagnosis_get(const bp_diagnosis *diagnosis, size_t index,
                                  bp_finding *finding);

/** Write all findings as text: a line that begins with the severity, then a line with
 * what to do.
 * @param diagnosis  the diagnosis.
 * @param write      called for pieces of it.
 * @param user       passed to it.
 * @return ::BP_EINVAL, ::BP_ESTOPPED if it answers non-zero. */
BP_API bp_status bp_diagnosis_write(const bp_diagnosis *diagnosis, bp_write_fn write,
                                    void *user);

/** How bp_trainer_find_rate() works. */
typedef struct bp_rate_options {
    uint32_t struct_size; /**< sizeof(bp_rate_options), set by bp_rate_options_init(). */
    uint32_t reserved;    /**< 0. */
    double low;           /**< The first rate, 1e-30 to 1e6; default 1e-6. */
    double high;          /**< The last, above `low` and at most 1e6; default 10. */
    uint64_t steps;       /**< Rates to try, 10 to 1e6; default 100. */
    double smoothing;     /**< Of the costs, exponential, at least 0 and below 1; default
                               0.9. Nothing is suggested from the first
                               1 / (1 - smoothing) steps, whose mean is of few. */
    double *rates;        /**< Where rates of the first `capacity` steps go, or NULL. */
    double *costs;        /**< Where their smoothed costs go, or NULL. */
    size_t capacity;      /**< Of both; 0 (default): none. */
} bp_rate_options;

/** What bp_trainer_find_rate() found. */
typedef struct bp_rate_report {
    uint32_t struct_size; /**< sizeof(bp_rate_report), set by the caller. */
    int32_t found;        /**< 1 if the cost fell anywhere; 0: there is no suggestion. */
    int32_t diverged;     /**< 1 if the cost came to four times its least, or overflowed,
                               before all rates were tried. */
    uint32_t reserved;    /**< 0. */
    uint64_t steps;       /**< Rates tried. */
    double rate;          /**< The suggestion: where the cost fell fastest. */
    double least_rate;    /**< Where it was least: too high to train at as a rule, a tenth
                               of it is another suggestion. */
    double least_cost;    /**< The smoothed cost there. */
} bp_rate_report;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_rate_options_init(bp_rate_options *options);

/** Suggest a learning rate: try rates from low to high, a step each, on a copy of the
 * trainer, and see where the cost falls fastest (Smith, 2017). Nothing of the trainer
 * changes.
 * @param trainer  a built trainer, as a rule before its first step.
 * @param data     as for bp_trainer_epoch().
 * @param options  or NULL for the defaults.
 * @param report   filled; set its struct_size before.
 * @return as bp_trainer_epoch(), ::BP_EINVAL for an option out of range. */
BP_API bp_status bp_trainer_find_rate(bp_trainer *trainer, const bp_dataset *data,
                                      const bp_rate_options *options,
                                      bp_rate_report *report);

/** @} */

/** @defgroup runs 17. Many runs
 *
 * One run tells little: another seed, or other rows held out, give another figure. These
 * calls train one description many times and tell mean and spread.
 * @{ */

/** One run that is done. */
typedef struct bp_cross_run {
    uint32_t struct_size;      /**< Size of the record that the library passes. */
    uint32_t reserved;         /**< 0. */
    uint64_t run;              /**< From 0. */
    uint64_t runs;             /**< How many there will be. */
    uint64_t repeat;           /**< Which repeat, from 0. */
    uint64_t fold;             /**< Which fold is held out, from 0. */
    uint64_t seed;             /**< That network and trainer of this run had. */
    uint64_t epochs;           /**< It was trained for. */
    double score;              /**< The figure asked for, on the held-out rows. */
    double cost;               /**< The cost of the held-out rows. */
    const bp_network *network; /**< As it was trained; it lives until the callback
                                    returns. */
} bp_cross_run;

/** Called after each run, on the thread that called the library.
 * @return 0, or anything else to stop with ::BP_ESTOPPED. */
typedef int32_t (*bp_cross_fn)(const bp_cross_run *run, void *user);

/** How bp_cross_validate() works. */
typedef struct bp_cross_options {
    uint32_t struct_size; /**< sizeof(bp_cross_options), set by
                               bp_cross_options_init(). */
    int32_t method;       /**< How folds are chosen, a `BP_SPLIT_` value, default
                               ::BP_SPLIT_SHUFFLED. */
    uint64_t folds;       /**< At least 2, default 5; 1 with `held`. */
    uint64_t repeats;     /**< So often, each time with other seeds and folds: at least 1
                               (default). */
    uint64_t seed;        /**< Of all that is drawn; default 1. */
    const bp_dataset *held; /**< With 1 fold: the rows to judge by, while all of the data
                               are trained on; else NULL (default). */
    uint64_t batch;       /**< As ::BP_TRAINER_BATCH; default 32. */
    int32_t scaling;      /**< 0 (default), or a `BP_SCALING_` value: inputs are scaled by
                               a scaler that is fitted on the rows trained on. */
    int32_t metric;       /**< The score: ::BP_MONITOR_COST (default) or a `BP_METRIC_`
                               value. */
    int32_t metric_index; /**< Of that metric, default ::BP_INDEX_ALL. */
    uint32_t reserved;    /**< 0. */
    const bp_fit_options *fit; /**< How each is trained; NULL: the defaults. Held-out rows
                               of its own are a fraction of those trained on. */
    bp_cross_fn progress; /**< Called after each run, or NULL (default). */
    void *user;           /**< Passed to it. */
} bp_cross_options;

/** What bp_cross_validate() found. */
typedef struct bp_cross_report {
    uint32_t struct_size;  /**< sizeof(bp_cross_report), set by the caller. */
    uint32_t reserved;     /**< 0. */
    uint64_t runs;         /**< folds * repeats. */
    double mean;           /**< Mean of the scores. */
    double deviation;      /**< Their standard deviation, by runs - 1; 0 for one run. */
    double least;          /**< The least score. */
    double most;           /**< The greatest. */
    double cost_mean;      /**< Mean of the costs on held-out rows. */
    double cost_deviation; /**< Their standard deviation. */
    double epochs_mean;    /**< Mean of the epochs trained. */
    double seconds;        /**< All took. */
} bp_cross_report;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_cross_options_init(bp_cross_options *options);

/** Train one description on each k - 1 of k folds, judge it by the fold left out, and
 * tell mean and spread; or train it on all data with several seeds, and judge it by other
 * rows.
 * @param network    a built network, of which only layers and settings count: each run
 *                   has a copy whose parameters are drawn anew. It is only read, but for
 *                   its line of error.
 * @param cost       to train by.
 * @param optimizer  to train with.
 * @param data       the rows.
 * @param options    or NULL for the defaults.
 * @param report     filled; set its struct_size before.
 * @return as bp_trainer_train(), with the line in @p network; ::BP_EINVAL for an option
 *         out of range, ::BP_ESTATE for fewer rows than folds. */
BP_API bp_status bp_cross_validate(bp_network *network, const bp_cost *cost,
                                   const bp_optimizer *optimizer, const bp_dataset *data,
                                   const bp_cross_options *options,
                                   bp_cross_report *report);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
