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
 *  - 13. @ref schedule      schedules of the learning rate
 *  - 14. @ref metrics       metrics: how good the answers are
 *  - 15. @ref fit           fits with validation, early stopping and a history
 *  - 16. @ref explain       explanation: the chain rule of any connection
 *  - 17. @ref bundle        models in files
 *  - 18. @ref snapshot      a training taken out and put back
 *  - 19. @ref study         studies: many runs, a rate, why it does not learn
 *  - 20. @ref stream        rows that do not fit into memory
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
/** How the learning rate changes while training goes on. */
typedef struct bp_schedule bp_schedule;
/** Joins a network, a cost and an optimizer, and holds what training needs. */
typedef struct bp_trainer bp_trainer;
/** Rows of inputs with targets or labels. */
typedef struct bp_dataset bp_dataset;
/** An affine map of each column, fitted on one data set and applied to others. */
typedef struct bp_scaler bp_scaler;
/** What a file of a model holds: a network, and what goes with it. */
typedef struct bp_bundle bp_bundle;

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

/** A table of file functions. Each answers 0, or a positive code of the `<errno.h>` kind,
 * which the error text shows. A table for reading gives the first four; the others are
 * needed by what writes files, and are either all given or all NULL. */
typedef struct bp_files {
    uint32_t struct_size; /**< sizeof(bp_files); a table that only reads may end behind
                               `user`, as it did in version 0.1. */
    /** Open @p path for reading and store a handle in @p file. */
    int32_t (*open)(const char *path, void **file, void *user);
    /** Store the size of the file in bytes, or UINT64_MAX if it is not known. */
    int32_t (*size)(void *file, uint64_t *size, void *user);
    /** Read up to @p size bytes, store how many came in @p done; 0 at the end. */
    int32_t (*read)(void *file, void *buffer, size_t size, size_t *done, void *user);
    /** Close; the handle is gone also when this fails. */
    int32_t (*close)(void *file, void *user);
    void *user; /**< Passed to all. */
    /** Make a new, empty file for writing and store a handle in @p file. What a writer
     * that died has left at @p path is replaced; what one that lives is writing is not.
     * No link is followed. */
    int32_t (*create)(const char *path, void **file, void *user);
    /** Write up to @p size bytes, store how many went in @p done, at least 1. */
    int32_t (*write)(void *file, const void *bytes, size_t size, size_t *done,
                     void *user);
    /** Wait until all that was written is on the medium. */
    int32_t (*sync)(void *file, void *user);
    /** Give the file @p from the name @p to in one step, in place of what had it. */
    int32_t (*rename)(const char *from, const char *to, void *user);
    /** Wait until the names in the folder of @p path are on the medium. */
    int32_t (*sync_folder)(const char *path, void *user);
    /** Remove the file @p path. */
    int32_t (*remove)(const char *path, void *user);
} bp_files;

/** A table with a clock. */
typedef struct bp_clock {
    uint32_t struct_size; /**< sizeof(bp_clock). */
    /** Seconds since any fixed moment, never going back. */
    double (*seconds)(void *user);
    void *user; /**< Passed to it. */
} bp_clock;

/** One piece of work that the library gives to threads of the host. */
typedef void (*bp_piece_fn)(void *work, size_t piece);

/** A table that lends the host's own threads. Where it is given, the library starts none
 * of its own. The results do not depend on it. */
typedef struct bp_parallel {
    uint32_t struct_size; /**< sizeof(bp_parallel). */
    /** Call @p body (@p work, i) once for each i from 0 to @p count - 1, on any threads
     * at any time, and return when all have returned. They must round to nearest.
     * @return 0; anything else says that nothing was called, and the library does all of
     *         it on the calling thread. */
    int32_t (*run)(size_t count, bp_piece_fn body, void *work, void *user);
    void *user; /**< Passed to it. */
} bp_parallel;

/** What the library gets from its host. A NULL table means the default: the C library's
 * memory, the operating system's files and monotonic clock, threads of its own. A
 * struct_size that ends before a table is the same as NULL for it. */
typedef struct bp_env {
    uint32_t struct_size;        /**< sizeof(bp_env). */
    const bp_memory *memory;     /**< Memory functions, or NULL. */
    const bp_files *files;       /**< File functions, or NULL. */
    const bp_clock *clock;       /**< Clock, or NULL. */
    const bp_parallel *parallel; /**< Threads, or NULL. */
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
    BP_LAYER_GAIN = 5,        /**< The gain g of Xavier's and He's schemes, above 0 and at
                                   most 1000; 0 (default): by the activation, tanh 5/3,
                                   relu sqrt 2, leaky relu sqrt(2 / (1 + slope^2)), selu
                                   3/4, the others that He's scheme serves sqrt 2, all
                                   others 1. */
    BP_LAYER_PROBABILITY = 6, /**< p of a dropout layer: 0 to 1. */
    BP_LAYER_DEVIATION = 7,   /**< Deviation of a noise layer: 0 to 1000. */
    BP_LAYER_EPSILON = 8,     /**< Added to the variance under the root. Layer and batch
                                   norm: above 0, at most 1; default 1e-5. */
    BP_LAYER_MOMENTUM = 9,    /**< Batch norm: weight of the new value in the running
                                   statistics; 0 to 1, default 0.1. */
    BP_LAYER_AFFINE = 10      /**< Layer and batch norm: 1 (default): has a scale and a
                                   shift for each unit; 0: has none. */
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

/** Describe a dropout layer (Srivastava et al., 2014), inverted as in PyTorch: in
 * training each number of the layer before becomes 0 with probability @p p, and else is
 * multiplied by 1 / (1 - p); predictions pass the layer by. Which numbers are dropped
 * follows from the trainer's seed, the layer, the step and the place in the batch alone:
 * not from threads, and the same on the way back.
 * @param p      0 to 1; at 1 all is dropped.
 * @param env    the host's tables, or NULL.
 * @param layer  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_layer_create_dropout(double p, const bp_env *env, bp_layer **layer);

/** Describe a layer that adds normal noise with mean 0 in training, and that predictions
 * pass by. As the first layer it blurs the inputs, which makes more of few data. The
 * noise follows from seed, layer, step and place, as for bp_layer_create_dropout().
 * @param deviation  of the noise, 0 to 1000, in the unit of what it is added to.
 * @param env        the host's tables, or NULL.
 * @param layer      where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_layer_create_noise(double deviation, const bp_env *env,
                                       bp_layer **layer);

/** Describe a layer norm (Ba et al., 2016): with the mean m and the (biased) variance v
 * of each row x,
 *
 *     y_j = scale_j (x_j - m) / sqrt(v + epsilon) + shift_j
 *
 * in training and prediction alike. Scale (1 at first) and shift (0 at first) are its
 * parameters ::BP_PARAMETER_WEIGHT and ::BP_PARAMETER_BIAS, one row each.
 * @param env    the host's tables, or NULL.
 * @param layer  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_layer_create_layer_norm(const bp_env *env, bp_layer **layer);

/** Describe a batch norm (Ioffe and Szegedy, 2015): the formula of
 * bp_layer_create_layer_norm(), but m_j and v_j are those of column j. In training they
 * are of the batch, which must have at least 2 rows. Predictions take running statistics,
 * ::BP_PARAMETER_RUNNING_MEAN and ::BP_PARAMETER_RUNNING_VARIANCE, 0 and 1 at first; each
 * step of a trainer moves them to
 *
 *     (1 - momentum) running + momentum new
 *
 * with the mean and the unbiased variance of the batch that the gradient was taken of:
 * once, also by L-BFGS and where gradients are collected. A gradient without a step
 * leaves them. Biases of the layer before have no effect, as the mean takes them away
 * again.
 * @param env    the host's tables, or NULL.
 * @param layer  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_layer_create_batch_norm(const bp_env *env, bp_layer **layer);

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
                                   the lower cap holds; on ARM64 only ::BP_ISA_SCALAR
                                   counts. After the build, bp_network_get() gives the
                                   instruction set in use. */
    BP_NETWORK_THREADS = 3    /**< At most so many threads work on one call, the calling
                                   one among them: 1 to 256; 0 (default): as many as help
                                   with the work of a batch, and there are processors for
                                   this process; a small network gets one. Workspaces and
                                   trainers take it over when they are created and built;
                                   threads start with the first call that has work for
                                   them, and end with the object. The results do not
                                   depend on it, to the bit. A fit on a stream can have
                                   one thread more, see ::BP_STREAM_PREFETCH. */
};

/** Which of a layer's parameters. A layer with callbacks has ::BP_PARAMETER_WEIGHT only,
 * as one row. The running statistics of a batch norm are no parameters: they have no
 * gradient, no optimizer moves them, and they are in no view; but they are read and
 * written by the same calls. */
enum {
    BP_PARAMETER_WEIGHT = 0,          /**< Weights, w[to][from]: `outputs` rows of
                                           `inputs`. Layer and batch norm: the scale, one
                                           row of `outputs`. */
    BP_PARAMETER_BIAS = 1,            /**< Biases, one row of `outputs`. Layer and batch
                                           norm: the shift. */
    BP_PARAMETER_RUNNING_MEAN = 2,    /**< Batch norm: one row of `outputs`. */
    BP_PARAMETER_RUNNING_VARIANCE = 3 /**< Batch norm: one row of `outputs`, 0 or more. */
};

/** Kinds of layers. */
enum {
    BP_LAYER_KIND_DENSE = 1,      /**< bp_layer_create_dense() */
    BP_LAYER_KIND_ACTIVATION = 2, /**< bp_layer_create_activation() */
    BP_LAYER_KIND_CUSTOM = 3,     /**< bp_layer_create_custom() */
    BP_LAYER_KIND_DROPOUT = 4,    /**< bp_layer_create_dropout() */
    BP_LAYER_KIND_NOISE = 5,      /**< bp_layer_create_noise() */
    BP_LAYER_KIND_LAYER_NORM = 6, /**< bp_layer_create_layer_norm() */
    BP_LAYER_KIND_BATCH_NORM = 7  /**< bp_layer_create_batch_norm() */
};

/** What one layer of a network is. */
typedef struct bp_layer_info {
    uint32_t struct_size; /**< sizeof(bp_layer_info), set by the caller. */
    int32_t kind;         /**< A `BP_LAYER_KIND_` value. */
    int32_t activation;   /**< A `BP_ACTIVATION_` value, linear for a layer that has none;
                               -1 for callbacks. */
    int32_t has_bias;     /**< 1 if the layer has biases, or a shift. */
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

/** Draw all parameters anew, as bp_network_build() does, and forget running statistics.
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
 * @return ::BP_EINVAL also if the layer has no such parameter, or for running statistics,
 *         which are in no view; ::BP_ESTATE before it is built. */
BP_API bp_status bp_network_parameter_info(const bp_network *network, size_t layer,
                                           int32_t which, bp_parameter_info *info);

/** Copy the weights or biases of a layer out, or its running statistics, row by row.
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
 * @return also ::BP_EDATA if a value is not finite or a variance below 0, ::BP_EBUSY from
 *         a callback of a training step. */
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
    BP_COST_SCALE = 1,    /**< delta of Huber or beta of SmoothL1: above 0, at most 1e6;
                               default 1. */
    BP_COST_SMOOTHING = 2 /**< Label smoothing of softmax cross-entropy (Szegedy et al.,
                               2016), as PyTorch's `label_smoothing`: a target y counts
                               as (1 - s) y + s / D, so that the right class need not
                               come to 1. 0 (default) to below 1. It is part of the cost
                               wherever that is measured, also by
                               bp_network_evaluate(). */
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
    BP_OPTIMIZER_ADAM = 2, /**< Adam (Kingma and Ba, 2015), as PyTorch's `Adam`:
                               g += decay w; m += (1 - beta1) (g - m);
                               v = beta2 v + (1 - beta2) g^2; at step t
                               w -= rate / (1 - beta1^t) *
                               m / (sqrt(v / (1 - beta2^t)) + epsilon). */
    BP_OPTIMIZER_ADAGRAD = 3, /**< Adagrad (Duchi, Hazan and Singer, 2011), as PyTorch's:
                               g += decay w; v += g^2; at step t
                               w -= rate / (1 + (t - 1) rate_decay) *
                               g / (sqrt(v + initial) + epsilon). */
    BP_OPTIMIZER_RMSPROP = 4, /**< RMSprop (Hinton, 2012), as PyTorch's: g += decay w;
                               v = alpha v + (1 - alpha) g^2; centred (Graves, 2013):
                               m = alpha m + (1 - alpha) g and v - m^2 in place of v;
                               s = g / (sqrt(v) + epsilon); with momentum
                               b = momentum b + s and b in place of s; w -= rate s. */
    BP_OPTIMIZER_AMSGRAD = 5, /**< AMSGrad (Reddi, Kale and Kumar, 2018), as PyTorch's:
                               Adam with the largest v so far in place of v. */
    BP_OPTIMIZER_ADAMW = 6, /**< AdamW (Loshchilov and Hutter, 2019), as PyTorch's: Adam
                               whose decay is decoupled. */
    BP_OPTIMIZER_RPROP = 7, /**< iRPROP- (Igel and Huesken, 2000), as PyTorch's `Rprop`,
                               for full batches: each parameter has a step, rate at first,
                               times up while its gradient keeps the sign, times down when
                               the sign changes, within [least, most]; then that gradient
                               counts as 0. w -= step sign(g). */
    BP_OPTIMIZER_LBFGS = 8 /**< L-BFGS (Liu and Nocedal, 1989) with a line search under
                               the strong conditions of Wolfe (c1 1e-4, c2 0.9, at most 25
                               further evaluations a search), as PyTorch's, for full
                               batches. A step makes several iterations, and evaluates
                               cost and gradient on its batch as often as they need; a
                               trial that is not finite counts as too far. Cost before the
                               step is what a step gives. It has no groups: rates and
                               decay by layer, clipping and accumulation are refused. */
};

/** Settings of an optimizer, for bp_optimizer_set(). Each kind has those that its formula
 * names; the two decays and L1 where it is said. */
enum {
    BP_OPTIMIZER_RATE = 1,         /**< Learning rate: above 0, at most 1e6; default 0.01,
                                        of Adam, AMSGrad and AdamW 0.001, of L-BFGS 1. */
    BP_OPTIMIZER_MOMENTUM = 2,     /**< SGD, RMSprop: 0 (default) to below 1. */
    BP_OPTIMIZER_NESTEROV = 3,     /**< SGD: 0 (default) or 1; at work where momentum is
                                        above 0 and dampening 0. */
    BP_OPTIMIZER_WEIGHT_DECAY = 4, /**< L2: added to the gradient as decay * w; 0
                                        (default) to 1000. Not AdamW, iRPROP-, L-BFGS. */
    BP_OPTIMIZER_DAMPENING = 5,    /**< SGD: 0 (default) to 1. */
    BP_OPTIMIZER_BETA1 = 6,        /**< Adam, AMSGrad, AdamW: 0 to below 1; default
                                        0.9. */
    BP_OPTIMIZER_BETA2 = 7,        /**< Adam, AMSGrad, AdamW: 0 to below 1; default
                                        0.999. */
    BP_OPTIMIZER_EPSILON = 8,      /**< Above 0, at most 1; default 1e-8, of Adagrad
                                        1e-10. Not SGD, iRPROP-, L-BFGS. */
    BP_OPTIMIZER_ALPHA = 9,        /**< RMSprop: 0 to below 1; default 0.99. */
    BP_OPTIMIZER_CENTRED = 10,     /**< RMSprop: 0 (default) or 1. */
    BP_OPTIMIZER_RATE_DECAY = 11,  /**< Adagrad: 0 (default) to 1000. */
    BP_OPTIMIZER_INITIAL = 12,     /**< Adagrad: 0 (default) to 1e6. */
    BP_OPTIMIZER_DOWN = 13,        /**< iRPROP-: above 0, below 1; default 0.5. */
    BP_OPTIMIZER_UP = 14,          /**< iRPROP-: above 1, at most 100; default 1.2. */
    BP_OPTIMIZER_LEAST = 15,       /**< iRPROP-: above 0, at most 1; default 1e-6. */
    BP_OPTIMIZER_MOST = 16,        /**< iRPROP-: 1 to 1e6; default 50. */
    BP_OPTIMIZER_DECOUPLED_DECAY = 17, /**< w *= 1 - rate * decay before the step: 0 to
                                        1000; default 0, of AdamW 0.01. Not iRPROP-,
                                        L-BFGS. */
    BP_OPTIMIZER_L1 = 18,          /**< Added to the gradient as l1 * sign(w), 0 at 0:
                                        0 (default) to 1000. Not iRPROP-, L-BFGS. */
    BP_OPTIMIZER_HISTORY = 19,     /**< L-BFGS: pairs it looks back on, 1 to 100
                                        (default). A built trainer has memory for history
                                        and iterations as they were then. */
    BP_OPTIMIZER_ITERATIONS = 20,  /**< L-BFGS: in a step at most, 1 to 100; default
                                        20. */
    BP_OPTIMIZER_EVALUATIONS = 21, /**< L-BFGS: after so many in a step no iteration
                                        begins, 1 to 1e6; default 25. */
    BP_OPTIMIZER_TOLERANCE_GRADIENT = 22, /**< L-BFGS: a step ends where no |g| is above
                                        it, 0 to 1; default 1e-7. */
    BP_OPTIMIZER_TOLERANCE_CHANGE = 23 /**< L-BFGS: a step ends where an iteration moves
                                        no parameter, or the cost, by more, 0 to 1;
                                        default 1e-9. */
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
    BP_TRAINER_SHUFFLE = 2, /**< 1 (default): a new order of the rows in every epoch, from
                                the seed; 0: as they lie. Not while an epoch is stopped
                                half way. */
    BP_TRAINER_ACCUMULATE = 3, /**< Steps of so many batches make one update, with the
                                mean gradient over all their rows: 1 (default) to 1e6. The
                                end of an epoch makes an update of what is there. Only
                                before it is built. */
    BP_TRAINER_CLIP_NORM = 4, /**< The gradient of all layers together is made no longer
                                than this, g *= min(1, clip / (|g| + 1e-6)), as PyTorch's
                                `clip_grad_norm_`: up to 1e30; 0 (default): as long as it
                                is. A norm that overflows is ::BP_EDATA. */
    BP_TRAINER_CLIP_VALUE = 5, /**< Each gradient is kept within [-clip, clip], before a
                                norm is taken: up to 1e30; 0 (default): none. */
    BP_TRAINER_BIAS_DECAY = 6, /**< Weight decay, decoupled decay and L1 act on biases as
                                on weights, 1 (default, as in PyTorch), or not, 0. */
    BP_TRAINER_KEEP_GRADIENT = 7 /**< 0 (default): the steps of an epoch, a fit and
                                bp_trainer_step() need not write their gradients anywhere,
                                which is faster; 1: they keep them for
                                bp_trainer_get_gradient(). The results are the same, to
                                the bit. Asking for a view of the gradients sets it. */
};

/** Settings of one layer in a trainer, for bp_trainer_set_layer(). */
enum {
    BP_TRAINER_LAYER_RATE = 1,    /**< Times the learning rate: 0 to 1e6; default 1. */
    BP_TRAINER_LAYER_DECAY = 2,   /**< Times weight decay, decoupled decay and L1: 0 to
                                       1e6; default 1. */
    BP_TRAINER_LAYER_FROZEN = 3,  /**< 1: its parameters stay as they are, and its
                                       gradient does not count in a norm; 0 (default). */
    BP_TRAINER_LAYER_MAX_NORM = 4, /**< Dense layers: after each update the weights that
                                       come into a unit are made no longer than this
                                       (Srivastava et al., 2014), w *= max / (|w| + 1e-7)
                                       where |w| > max, as PyTorch's `renorm`: up to 1e6;
                                       0 (default): none. */
    BP_TRAINER_LAYER_MISSED = 5   /**< Updates made while it was frozen, which the trainer
                                       counts: in the layer's own t of the optimizer's
                                       formulas they are none, as in PyTorch, so that its
                                       first updates are corrected as such. 0 (default)
                                       to 2^53; not iRPROP-, L-BFGS, which have no t. */
};

/** What an optimizer remembers of each parameter, for bp_trainer_get_state(). Letters are
 * those of the formulas. The values are frozen. */
enum {
    BP_STATE_MOMENTUM = 1, /**< SGD: v. Adam, AMSGrad, AdamW: m. RMSprop: b. */
    BP_STATE_SQUARES = 2,  /**< Adam, AMSGrad, AdamW, Adagrad, RMSprop: v; at least 0. */
    BP_STATE_LARGEST = 3,  /**< AMSGrad: the largest v; at least 0. */
    BP_STATE_MEAN = 4,     /**< RMSprop: m. */
    BP_STATE_GRADIENT = 5, /**< iRPROP-: the gradient that was kept. */
    BP_STATE_STEP = 6,     /**< iRPROP-: the step; 0: none yet. At least 0. */
    BP_STATE_SUM = 7,      /**< With ::BP_TRAINER_ACCUMULATE above 1: the gradients of the
                                batches since the last update, each times its rows, or
                                their weight. */
    BP_STATE_PAIRS = 256   /**< L-BFGS: with 2 i added s = x' - x of pair i, with 2 i + 1
                                y = g' - g; the oldest is pair 0, and
                                ::BP_NUMBER_PAIRS says how many there are. */
};

/** Single numbers that a trainer remembers, for bp_trainer_get_number(). Whole numbers
 * from 0 to 2^53 but where it is said. The values are frozen. */
enum {
    BP_NUMBER_STEP = 1,        /**< Steps completed. */
    BP_NUMBER_EPOCH = 2,       /**< Epochs completed. */
    BP_NUMBER_EPOCH_ROWS = 3,  /**< Rows of the epoch that was stopped, or of the last. */
    BP_NUMBER_ROW = 4,         /**< Rows done of an epoch that was stopped, below
                                    ::BP_NUMBER_EPOCH_ROWS, or 0. */
    BP_NUMBER_EPOCH_COST = 5,  /**< Cost of its steps, each times its rows: any finite
                                    number up to 1e300. */
    BP_NUMBER_UPDATES = 6,     /**< Updates made. */
    BP_NUMBER_MOVING = 7,      /**< SGD: 1 once there is a first v, else 0. */
    BP_NUMBER_SUM_BATCHES = 8, /**< Batches in ::BP_STATE_SUM, below
                                    ::BP_TRAINER_ACCUMULATE. */
    BP_NUMBER_SUM_ROWS = 9,    /**< Their rows; where those have weights, the sum of the
                                    weights: up to 1e300. */
    BP_NUMBER_ITERATIONS = 10, /**< L-BFGS: made. */
    BP_NUMBER_PAIRS = 11,      /**< L-BFGS: 0 to 100; set it before the pairs. */
    BP_NUMBER_SEEN = 12,       /**< Plateau: 1 once it has seen a value, else 0. */
    BP_NUMBER_BEST = 13,       /**< Plateau: the best: any finite number up to 1e300. */
    BP_NUMBER_BAD = 14,        /**< Plateau: values in a row that were no better. */
    BP_NUMBER_COOLDOWN = 15,   /**< Plateau: values yet to pass over. */
    BP_NUMBER_FALLS = 16       /**< Plateau: falls of the rate. */
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
    double rate;            /**< The learning rate of the next update. */
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
 *         that is fixed once the trainer is built, ::BP_EUNSUPPORTED for what L-BFGS does
 *         not have, ::BP_EBUSY. */
BP_API bp_status bp_trainer_set(bp_trainer *trainer, int32_t key, double value);

/** Read a setting; the twin of bp_trainer_set(). */
BP_API bp_status bp_trainer_get(const bp_trainer *trainer, int32_t key, double *value);

/** Change a setting of one layer, at any time.
 * @param trainer  the trainer, built or not.
 * @param layer    from 0, as in bp_network_layer_info().
 * @param key      a `BP_TRAINER_LAYER_` value.
 * @param value    see there.
 * @return ::BP_EINVAL for an unknown layer or key or a value out of range,
 *         ::BP_EUNSUPPORTED for what L-BFGS does not have, ::BP_EBUSY. */
BP_API bp_status bp_trainer_set_layer(bp_trainer *trainer, size_t layer, int32_t key,
                                      double value);

/** Read a setting of one layer; the twin of bp_trainer_set_layer(). */
BP_API bp_status bp_trainer_get_layer(const bp_trainer *trainer, size_t layer,
                                      int32_t key, double *value);

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

/** Give the trainer a schedule of its rate, or take it away. Moments go on as they
 * counted; a plateau has seen nothing yet.
 * @param trainer   the trainer, built or not.
 * @param schedule  copied; NULL: the optimizer's rate as it is.
 * @return ::BP_EINVAL for a NULL trainer, ::BP_EBUSY. */
BP_API bp_status bp_trainer_set_schedule(bp_trainer *trainer,
                                         const bp_schedule *schedule);

/** Tell the learning rate of the next update: the optimizer's, as the schedule has it.
 * @return ::BP_EINVAL, ::BP_EDATA if a function of yours gives no rate. */
BP_API bp_status bp_trainer_get_rate(const bp_trainer *trainer, double *rate);

/** Let a plateau see a value: of your own validation, after ::BP_SCHEDULE_MONITOR was set
 * to 0, or after the epochs of a loop of your own.
 * @return ::BP_EINVAL, ::BP_EDATA if it is not finite, ::BP_ESTATE without a schedule
 *         that is a plateau, ::BP_EBUSY. */
BP_API bp_status bp_trainer_observe(bp_trainer *trainer, double value);

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
 * @return ::BP_EINVAL, ::BP_ESHAPE, also for one row where there is a batch norm,
 *         ::BP_ESTATE before it is built, ::BP_EDATA for data that are not finite or
 *         targets outside the limits, or if the cost or a gradient overflows or a
 *         schedule of yours gives no rate, ::BP_EBUSY, ::BP_ESTOPPED. */
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
 *         ::BP_EDATA if a gradient or a schedule's rate is not finite, or if a norm is
 *         not (the gradients are those of no batch then), ::BP_EUNSUPPORTED for L-BFGS,
 *         which makes whole steps, ::BP_EBUSY. */
BP_API bp_status bp_trainer_update(bp_trainer *trainer);

/** Copy the gradient of a layer's weights or biases out, as bp_network_get_parameter()
 * does for the parameters themselves: that of the last bp_trainer_gradient(), or of the
 * last step if that came later and ::BP_TRAINER_KEEP_GRADIENT is 1.
 * @return also ::BP_ESTATE before the trainer is built, or if no gradient is kept. */
BP_API bp_status bp_trainer_get_gradient(const bp_trainer *trainer, size_t layer,
                                         int32_t which, float *values, size_t count);

/** The twin of bp_trainer_get_gradient() in double. */
BP_API bp_status bp_trainer_get_gradient_f64(const bp_trainer *trainer, size_t layer,
                                             int32_t which, double *values, size_t count);

/** Lend the flat array of all gradients, laid out as bp_network_get_view() lays out the
 * parameters. It may be written between bp_trainer_gradient() and bp_trainer_update();
 * padding must stay 0. From this call on, steps keep their gradients there
 * (::BP_TRAINER_KEEP_GRADIENT becomes 1).
 * @param trainer  a built trainer of a network in float.
 * @param values   where the pointer goes; it lives as long as the trainer.
 * @param count    where the number of elements goes.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built or if the network is in double. */
BP_API bp_status bp_trainer_get_gradient_view(bp_trainer *trainer, float **values,
                                          size_t *count);

/** The twin of bp_trainer_get_gradient_view() for a network in double. */
BP_API bp_status bp_trainer_get_gradient_view_f64(bp_trainer *trainer, double **values,
                                              size_t *count);

/** Copy out what the optimizer remembers of a layer's parameters. States, numbers,
 * settings and the network's parameters together are all that training goes on from: put
 * into a trainer that was built alike, with the same seed, they give the same bits.
 * @param trainer  a built trainer.
 * @param layer    from 0.
 * @param which    a `BP_PARAMETER_` value.
 * @param state    a `BP_STATE_` value that this trainer keeps.
 * @param values   where they go, laid out as by bp_network_get_parameter(); a double
 *                 holds every float.
 * @param count    elements of @p values, exactly rows * cols.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built, ::BP_ESHAPE for a wrong count. */
BP_API bp_status bp_trainer_get_state(const bp_trainer *trainer, size_t layer,
                                      int32_t which, int32_t state, double *values,
                                      size_t count);

/** Put in what bp_trainer_get_state() copied out.
 * @return also ::BP_EDATA for a value that is not finite in the network's precision, or
 *         below 0 where it cannot be, ::BP_EBUSY. */
BP_API bp_status bp_trainer_set_state(bp_trainer *trainer, size_t layer, int32_t which,
                                      int32_t state, const double *values, size_t count);

/** Tell one number that the trainer remembers.
 * @return ::BP_EINVAL. */
BP_API bp_status bp_trainer_get_number(const bp_trainer *trainer, int32_t number,
                                       double *value);

/** Put such a number back, into a built trainer.
 * @return ::BP_EINVAL for an unknown number or a value out of range, ::BP_ESTATE before
 *         it is built, ::BP_EBUSY. */
BP_API bp_status bp_trainer_set_number(bp_trainer *trainer, int32_t number, double value);

/** Train on every row of a data set once, in steps of the trainer's batch. An epoch that
 * was stopped goes on where it stopped, if the data set has as many rows as then.
 * @param trainer  a built trainer.
 * @param data     at least 1 row. Its targets are used, or its labels if it has no
 *                 targets and the cost takes labels.
 * @param cost     where the mean cost of the steps goes, or NULL.
 * @return as bp_trainer_step(), ::BP_ESHAPE also if one row would be left for the last
 *         step of a batch norm, ::BP_ESTATE also if the data set has no rows or none of
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
                               gradient, a thousandth of the network's). */
    double error_f32;     /**< For a network in float: the same measure, with a hundredth
                               of the network's largest gradient, between its own gradient
                               and that of its copy in double; else 0. */
    uint64_t checked;     /**< Parameters compared. */
    uint64_t skipped;     /**< Parameters passed over, as a unit came to lie on another
                               side of a kink (relu at 0). */
} bp_gradient_report;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_gradient_options_init(bp_gradient_options *options);

/** Compare the gradient that backpropagation gives with central differences,
 * (C(w + h) - C(w - h)) / 2h with h = cbrt(epsilon) max(1, |w|), for every parameter, in
 * double, on a copy: the network stays as it is. Layers work as in training, under one
 * mask of dropout for all evaluations. A wrong derivative in an operation of your own
 * shows here. The cost grows with parameters * parameters * rows: give a few rows.
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
    BP_CSV_NUMBERS = 1, /**< Numbers: the targets. */
    BP_CSV_NO_TARGETS = 2 /**< There are none: columns that are no features are passed
                             over. For rows whose answer is not known. */
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
    int32_t one_hot;            /**< 1: an input column in which a text stands (in a row
                                     that is kept) is one input for each of its words, at
                                     most 1000, in the order of the words: 1 for the word
                                     of the row, 0 for the others. They are named
                                     "column=word", and can be asked for in `features` by
                                     these names: other words are refused then, so a
                                     model that keeps its bp_dataset_input_name()s reads
                                     later rows as its first. 0 (default): texts are
                                     refused. */
    uint32_t reserved_too;      /**< 0. */
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

/** Read arrays of NumPy from NPY files (versions 1.0 to 3.0), plain or compressed by
 * gzip, of float, double, integers of 8 to 64 bits or truth values, in either order of
 * bytes and of indices. Numbers are taken as they are; integers beyond 2^24 are rounded.
 * @param dataset  an empty data set.
 * @param inputs   path of the inputs: 1 to 8 dimensions, the first is the rows, the
 *                 others together are the columns, the last index running fastest.
 * @param targets  path of the targets, or NULL for none. Integers or truth values in one
 *                 dimension are labels, and the number of classes is the largest + 1; all
 *                 others are numbers, shaped as inputs are.
 * @return as bp_dataset_read_idx(), ::BP_EUNSUPPORTED also for a version or type that is
 *         not read: objects, records, texts, complex and half numbers. */
BP_API bp_status bp_dataset_read_npy(bp_dataset *dataset, const char *inputs,
                                     const char *targets);

/** As bp_dataset_read_npy(), from memory.
 * @param dataset       an empty data set.
 * @param inputs        the bytes of the file of inputs.
 * @param inputs_size   in bytes.
 * @param targets       the bytes of the file of targets, or NULL.
 * @param targets_size  in bytes; 0 for NULL. */
BP_API bp_status bp_dataset_parse_npy(bp_dataset *dataset, const void *inputs,
                                      size_t inputs_size, const void *targets,
                                      size_t targets_size);

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

/** Make a column of categories one column for each: 1 in that of the row's category, 0 in
 * the others, in the place of the old one. As `one_hot` of ::bp_csv_options makes them of
 * words. Names of inputs, if there are any, become "name=0", "name=1"... Data sets that
 * share the memory stay as they are.
 * @param dataset     a data set with inputs.
 * @param col         the column, whole numbers from 0 to categories - 1.
 * @param categories  1 to 1 000 000; more than the rows have are columns of zeros, so say
 *                    the same for all data of a network.
 * @return ::BP_EINVAL, ::BP_ESTATE without inputs, ::BP_EDATA naming the row of a number
 *         that is none of these, ::BP_ENOMEM. */
BP_API bp_status bp_dataset_one_hot_input(bp_dataset *dataset, size_t col,
                                          size_t categories);

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

/** One of k folds, for bp_dataset_fold(). */
typedef struct bp_fold {
    uint32_t struct_size; /**< sizeof(bp_fold), set by the caller. */
    int32_t method;       /**< A `BP_SPLIT_` value: blocks as they lie, at random, or at
                               random with each class in equal parts. */
    size_t folds;         /**< k, at least 2. */
    size_t fold;          /**< Which is held out, from 0 to k - 1. */
    uint64_t seed;        /**< Of the choice; the same for all folds. */
} bp_fold;

/** Divide the rows in k folds whose sizes differ by 1 at most, and hold one out: over all
 * k, each row is held out exactly once. Stratified, so do the rows of each class differ
 * by 1 at most. Both parts share the memory of @p dataset.
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
 *         that is required, or a layer with callbacks or without an activation. */
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

/** @defgroup schedule 13. Schedules of the learning rate
 *
 * A schedule gives the learning rate of each moment t from the rate that the optimizer
 * has, its base. t counts epochs or updates from 0, so that the first update is made with
 * the rate of t = 0. Every form is closed: the rate depends on t and the settings alone,
 * and training that is taken up in the middle finds it again. Conventions are those of
 * PyTorch's schedulers. A trainer copies a schedule, see bp_trainer_set_schedule().
 * @{ */

/** Forms of schedules. The values are frozen. */
enum {
    BP_SCHEDULE_CONSTANT = 1,    /**< base: for a warm-up alone. */
    BP_SCHEDULE_STEP = 2,        /**< base gamma^floor(t / period); PyTorch's `StepLR`. */
    BP_SCHEDULE_MULTI_STEP = 3,  /**< base gamma^k, where k milestones are at or before
                                      t; `MultiStepLR`. */
    BP_SCHEDULE_EXPONENTIAL = 4, /**< base gamma^t; `ExponentialLR`. */
    BP_SCHEDULE_COSINE = 5,      /**< min + (base - min) (1 + cos(pi t / period)) / 2
                                      (Loshchilov and Hutter, 2017); beyond the period it
                                      rises again, as `CosineAnnealingLR` does, or with
                                      restarts begins anew, as
                                      `CosineAnnealingWarmRestarts`. */
    BP_SCHEDULE_ONE_CYCLE = 6,   /**< base is the peak: from base / divisor up to it at
                                      t = rise * period - 1, then down to base / divisor /
                                      final divisor at t = period - 1, where it stays
                                      (Smith and Topin, 2018); `OneCycleLR` with two
                                      phases and no cycle of the momentum. */
    BP_SCHEDULE_PLATEAU = 7,     /**< base gamma^k, not below min, after k falls: one when
                                      more than `patience` values in a row were no better
                                      than the best; `ReduceLROnPlateau`. */
    BP_SCHEDULE_CUSTOM = 8       /**< A function of yours: what
                                      bp_schedule_create_custom() makes. */
};

/** Settings of a schedule, for bp_schedule_set(). Each form has those that it names; all
 * have ::BP_SCHEDULE_BY, and all but one-cycle a warm-up. */
enum {
    BP_SCHEDULE_BY = 1,             /**< t counts epochs, 0 (default), or updates, 1
                                         (default of one-cycle). */
    BP_SCHEDULE_WARMUP = 2,         /**< So many t to begin with rise linearly; the form
                                         begins after them. 0 (default) to 1e9. */
    BP_SCHEDULE_WARMUP_START = 3,   /**< The first of them, as a part of base: 0 to 1;
                                         default 1/3, that of PyTorch's `LinearLR`. */
    BP_SCHEDULE_PERIOD = 4,         /**< Step, cosine, one-cycle: 1 to 1e9; default 10,
                                         100, 1000. */
    BP_SCHEDULE_GAMMA = 5,          /**< Step, multi-step, exponential, plateau: above 0,
                                         at most 1; default 0.1, of exponential 0.95. */
    BP_SCHEDULE_MIN = 6,            /**< Cosine, plateau: a rate, 0 (default) to 1e6. */
    BP_SCHEDULE_RESTART = 7,        /**< Cosine: 0 (default): no restarts; else the next
                                         period is so many times as long, 1 to 100. */
    BP_SCHEDULE_RISE = 8,           /**< One-cycle: 0 to 1; default 0.3. */
    BP_SCHEDULE_DIVISOR = 9,        /**< One-cycle: 1 to 1e9; default 25. */
    BP_SCHEDULE_FINAL_DIVISOR = 10, /**< One-cycle: 1 to 1e9; default 1e4. */
    BP_SCHEDULE_LINEAR = 11,        /**< One-cycle: along cosines, 0 (default), or lines,
                                         1. */
    BP_SCHEDULE_PATIENCE = 12,      /**< Plateau: 0 to 1e9; default 10. */
    BP_SCHEDULE_THRESHOLD = 13,     /**< Plateau: by how much a value must be better, 0 to
                                         1e6; default 1e-4. */
    BP_SCHEDULE_ABSOLUTE = 14,      /**< Plateau: the threshold is a part of the best, 0
                                         (default), or a difference, 1. */
    BP_SCHEDULE_MAXIMIZE = 15,      /**< Plateau: less is better, 0 (default), or more,
                                         1. */
    BP_SCHEDULE_COOLDOWN = 16,      /**< Plateau: so many values after a fall do not
                                         count, 0 (default) to 1e9. */
    BP_SCHEDULE_MONITOR = 17        /**< Plateau: it sees the mean cost of each epoch's
                                         steps, 1 (default); or, at each look of
                                         bp_trainer_train(), what that monitors, such as
                                         the cost of held-out rows, 2; or only what
                                         bp_trainer_observe() is given, 0. At 2
                                         ::BP_SCHEDULE_MAXIMIZE must be as the figure
                                         has it, and other calls show it nothing. */
};

/** A schedule of your own: the rate of moment @p t, from 0 to 1e6. Called on the thread
 * that called the library, before each update and whenever the rate is asked for or
 * reported; it must give the same for the same arguments. */
typedef double (*bp_schedule_fn)(uint64_t t, double base, void *user);

/** Create a schedule.
 * @param kind      a `BP_SCHEDULE_` value of the list of forms, but
 *                  ::BP_SCHEDULE_CUSTOM.
 * @param env       the host's tables, or NULL.
 * @param schedule  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_schedule_create(int32_t kind, const bp_env *env,
                                    bp_schedule **schedule);

/** Create a schedule of your own.
 * @param callback  required.
 * @param user      passed to it; must live as long as schedule and trainers.
 * @param env       the host's tables, or NULL.
 * @param schedule  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_schedule_create_custom(bp_schedule_fn callback, void *user,
                                           const bp_env *env, bp_schedule **schedule);

/** Destroy a schedule; trainers that were given it keep their copies.
 * @param schedule  the schedule, or NULL. */
BP_API void bp_schedule_destroy(bp_schedule *schedule);

/** Why the last failing call that could write to the schedule failed; "" if none has. */
BP_API const char *bp_schedule_error(const bp_schedule *schedule);

/** Change a setting.
 * @return ::BP_EINVAL for a key that this form does not have or a value out of range. */
BP_API bp_status bp_schedule_set(bp_schedule *schedule, int32_t key, double value);

/** Read a setting; the twin of bp_schedule_set(). */
BP_API bp_status bp_schedule_get(const bp_schedule *schedule, int32_t key, double *value);

/** Say when a multi-step schedule falls.
 * @param schedule    a multi-step schedule; it has no milestones at first.
 * @param milestones  moments, none before the one before it; copied. A moment that is
 *                    there twice counts twice.
 * @param count       how many, 0 to 64.
 * @return ::BP_EINVAL, ::BP_ESTATE for another form, ::BP_ELIMIT. */
BP_API bp_status bp_schedule_set_milestones(bp_schedule *schedule,
                                            const uint64_t *milestones, size_t count);

/** Tell the rate of a moment; a plateau as if it had seen nothing.
 * @param schedule  the schedule.
 * @param base      the optimizer's rate, 0 to 1e6.
 * @param t         from 0.
 * @param rate      where it goes.
 * @return ::BP_EINVAL, ::BP_EDATA if a function of yours gives no rate. */
BP_API bp_status bp_schedule_rate(const bp_schedule *schedule, double base, uint64_t t,
                                  double *rate);

/** @} */

/** @defgroup metrics 14. Metrics
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

/** @defgroup fit 15. Fits with validation
 *
 * bp_trainer_train() is bp_trainer_fit() with all that keeps a training honest: rows held
 * out, a figure that is monitored on them, an end when it gets no better (Prechelt,
 * 1998), the weights of the best epoch, a budget of time, and a history of what happened.
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
                                 which needs `metrics` and held-out rows. A plateau sees
                                 it where ::BP_SCHEDULE_MONITOR is 2. */
    int32_t monitor_index;  /**< Of that metric, default ::BP_INDEX_ALL. */
    int32_t restore_best;   /**< 1 (default): however the fit ends, also by a callback or
                                 a failure, the network gets the parameters it had when
                                 what is monitored was best, if that was ever taken; 0: it
                                 keeps the last. */
    uint64_t epochs;        /**< At most so many, at least 1; default 100. An epoch that
                                 was stopped counts as the first. */
    uint64_t patience;      /**< End after so many looks without improvement, at least 1;
                                 0 (default): never. */
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
    double seconds;         /**< End after the step in which so many seconds have gone by,
                                 above 0; 0 (default): no budget. An epoch that is cut
                                 short is not looked at, and can go on in a later
                                 fit. */
    bp_metrics *metrics;    /**< As wide as the outputs: at each look it is reset and gets
                                 the held-out rows, and can be read in the callback and
                                 after the fit. Or NULL (default). */
    bp_history *history;    /**< Every epoch is added. Or NULL (default). */
    bp_progress_fn progress; /**< Called after every step and every epoch, or NULL
                                 (default). */
    void *user;             /**< Passed to it. */
    int32_t resume;         /**< 1: go on with the fit that bp_trainer_restore() has put
                                 in, if that was one with options: its epochs count, its
                                 best is the best so far. With the same options and data
                                 the results are those of a fit without a break, to the
                                 bit. 0 (default): begin a new one. */
    uint32_t reserved_too;  /**< 0. */
    const char *checkpoint; /**< File in which the last state is kept, as by
                                 bp_snapshot_save(): at the end of the fit, also where the
                                 callback stops it, and in between by the next two. Or
                                 NULL (default). A file that cannot be written ends the
                                 fit. */
    const char *checkpoint_best; /**< File for the state after each look that was the best
                                 so far. Or NULL (default). */
    uint64_t checkpoint_epochs; /**< After each of so many epochs; 0 (default): not so. */
    double checkpoint_seconds; /**< After the step or epoch in which so many seconds have
                                 gone by since the last; 0 (default): not so. */
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
 *         ::BP_ESTOPPED if the callback stopped it; as bp_snapshot_save() if a checkpoint
 *         cannot be written. */
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

/** @defgroup explain 16. Explanation
 *
 * A trace takes a batch through a network and a cost and keeps every number that the
 * chain rule joins. For the weight w from unit `from` to unit `to` of a layer
 *
 *     dC/dw = dz/dw * da/dz * dC/da        dz/dw = a of `from`
 *
 * where dC/da of the last layer comes from the cost, and that of an inner unit is a sum
 * over the units k of the next layer, dz_k/da * dC/dz_k. So a gradient is a sum over all
 * paths from the weight to the cost, each the product of the links on its way.
 *
 * A trace computes in double, in plain loops of its own, on a copy of the network; it
 * uses none of the code that trains, and so is a second opinion on it. Softmax and its
 * like couple the units of a layer: there each z_j leads to every a_i, and dC/dz_j is the
 * sum over i of da_i/dz_j * dC/da_i, also where training computes the pair as one
 * formula. Operations of your own are asked row by row, in ::BP_MODE_TRAIN; those without
 * a double form work in float, which the trace says.
 *
 * Layers work as in prediction: dropout and noise pass on what comes in, a batch norm
 * takes its running statistics, so that its units do not see other examples.
 * bp_trace_set_mode() asks for those of a step of training instead. A layer norm
 * couples its units. Scale and shift have gradients, but are no connections.
 *
 * The numbers of a row are those of this one example: C is its own cost. The gradient of
 * the batch is the mean over the rows, by their weights. Layers and units count from 0.
 *
 * In a step of training a batch norm joins the rows of the batch: every z of a unit moves
 * its a in all of them. Such a trace is exact only as a whole: C is then the sum of all
 * costs, each times its weight, and the numbers of a row are its derivatives by what that
 * row holds. The gradient of the batch is the sum over the rows, divided by the sum of
 * their weights; paths pass from row to row; and a nudge moves a weight in all rows.
 * @{ */

/** The chain rule at work on a batch, to be asked. */
typedef struct bp_trace bp_trace;

/** What a trace holds. */
typedef struct bp_trace_info {
    uint32_t struct_size; /**< sizeof(bp_trace_info), set by the caller. */
    int32_t in_float;     /**< 1 if a layer or the cost had to be traced in float. */
    size_t rows;          /**< Examples; 0 before a run, and then the rest is 0. */
    double cost;          /**< The mean over the examples, by their weights. */
    int32_t mode;         /**< How it ran: a `BP_MODE_` value. */
    int32_t joined;       /**< 1 if a batch norm joins the rows: C is their sum. */
} bp_trace_info;

/** What a trace holds of one layer. */
typedef struct bp_trace_layer {
    uint32_t struct_size; /**< sizeof(bp_trace_layer), set by the caller. */
    int32_t coupled;      /**< 1 if each a may depend on all z: softmax, log-softmax,
                               layer norm, and operations of your own. */
    int32_t in_float;     /**< 1 if it was traced in float. */
    uint32_t reserved;    /**< 0. */
    size_t inputs;        /**< Width of what comes in. */
    size_t z_count;       /**< Weighted inputs. A layer without weights has for its z what
                               comes in. */
    size_t a_count;       /**< Activations. */
} bp_trace_layer;

/** What bp_trace_get_values() gives. */
enum {
    BP_TRACE_INPUT = 1,      /**< What comes into the layer: `inputs` numbers. */
    BP_TRACE_Z = 2,          /**< Weighted inputs z. */
    BP_TRACE_A = 3,          /**< Activations a. */
    BP_TRACE_SLOPE = 4,      /**< da/dz of each unit; where units are coupled, that of a_j
                                  for its own z_j. Not of a layer of your own. */
    BP_TRACE_COST_A = 5,     /**< dC/da. */
    BP_TRACE_COST_Z = 6,     /**< dC/dz, the error delta. */
    BP_TRACE_COST_INPUT = 7  /**< dC/d input: `inputs` numbers. */
};

/** Where a connection to the cost begins. */
enum {
    BP_CONNECTION_WEIGHT = 1, /**< At the weight of layer, to, from. */
    BP_CONNECTION_BIAS = 2,   /**< At the bias of layer, to. */
    BP_CONNECTION_INPUT = 3   /**< At the network's input `from`. */
};

/** One connection, for one example of a trace. Fields that a kind does not need are not
 * looked at. */
typedef struct bp_connection {
    uint32_t struct_size; /**< sizeof(bp_connection), set by the caller. */
    int32_t kind;         /**< A `BP_CONNECTION_` value. */
    size_t row;           /**< The example. */
    size_t layer;         /**< The layer of the weight or bias. */
    size_t to;            /**< The unit of that layer. */
    size_t from;          /**< The unit of the layer before, or the input. */
} bp_connection;

/** The chain rule of one connection. */
typedef struct bp_chain {
    uint32_t struct_size; /**< sizeof(bp_chain), set by the caller. */
    int32_t coupled;      /**< 1 if dC/dz sums over all units of the layer; then it is not
                               da_dz * dc_da, which is the part by way of the own a. */
    double value;         /**< The weight, the bias or the input itself. */
    double z;             /**< Of unit `to`. Inputs: 0. */
    double a;             /**< Of unit `to`. Inputs: the input. */
    double dz_dw;         /**< a of unit `from`; biases: 1. Inputs: 1. */
    double da_dz;         /**< The activation's slope. Inputs: 1. */
    double dc_da;         /**< Sum over the next layer; or the cost's derivative. */
    double dc_dz;         /**< da_dz * dc_da, or the sum if coupled. */
    double gradient;      /**< dz_dw * dc_dz: what an example gives to the gradient. */
} bp_chain;

/** What bp_trace_find_paths() found. */
typedef struct bp_path_summary {
    uint32_t struct_size; /**< sizeof(bp_path_summary), set by the caller. */
    uint32_t reserved;    /**< 0. */
    size_t found;         /**< Paths kept, the strongest first. */
    double paths;         /**< Paths there are, also those on which a link is 0. */
    double gradient;      /**< The sum over all paths: dC/dw. */
    double sum;           /**< The sum over those kept. */
} bp_path_summary;

/** One path. The arrays live until the trace runs, searches or is destroyed. */
typedef struct bp_path {
    uint32_t struct_size;  /**< sizeof(bp_path), set by the caller. */
    uint32_t reserved;     /**< 0. */
    double product;        /**< Of all its factors. */
    double share;          /**< product / gradient; 0 where the gradient is 0. */
    size_t layer;          /**< The first layer that it passes. */
    size_t layers;         /**< How many it passes. */
    const size_t *z_units; /**< For each of these the unit whose z it passes, */
    const size_t *a_units; /**< and the unit whose a: another one only if coupled. */
    const double *factors; /**< 2 * layers + 1 links in the order of the way: dz/dw, then
                                da/dz and dz/da in turn, at last dC/da. */
    const size_t *rows;    /**< And the example of that a: that of the connection, until
                                a batch norm that joins rows leads to another. */
} bp_path;

/** What became of the cost when one number was moved. */
typedef struct bp_nudge {
    uint32_t struct_size; /**< sizeof(bp_nudge), set by the caller. */
    uint32_t reserved;    /**< 0. */
    double value;         /**< The weight, bias or input before. */
    double change;        /**< What was added. */
    double cost;          /**< The example's cost before; the sum of joined rows. */
    double predicted;     /**< Change of the cost by the gradient: gradient * change. */
    double real;          /**< Change of the cost in truth. */
} bp_nudge;

/** Create a trace.
 * @param network  a built network; it must outlive the trace. A run copies its
 *                 parameters, so it may be trained between runs.
 * @param cost     copied.
 * @param trace    where the new object goes; the caller destroys it. Its memory comes
 *                 from the network's tables.
 * @return ::BP_EINVAL for NULL or a network that is not built, ::BP_ENOMEM. */
BP_API bp_status bp_trace_create(const bp_network *network, const bp_cost *cost,
                                 bp_trace **trace);

/** Destroy a trace.
 * @param trace  the trace, or NULL. */
BP_API void bp_trace_destroy(bp_trace *trace);

/** Why the last failing call that could write to the trace failed; "" if none has. */
BP_API const char *bp_trace_error(const bp_trace *trace);

/** Choose which layers the next runs have: those of a prediction, or those of one step of
 * training, with its masks of dropout and its noise, and with batch norms that take the
 * statistics of the traced batch. For the gradient that a trainer takes in its next step,
 * give the seed of its bp_trainer_build(), the step of its bp_trainer_position(), and the
 * rows of its batch in their order. Running statistics do not move.
 * @param trace  the trace; what it holds of a run stays as it is.
 * @param mode   ::BP_MODE_PREDICT (default) or ::BP_MODE_TRAIN.
 * @param seed   of the trainer; of no account for predictions.
 * @param step   the steps that were made before; of no account for predictions.
 * @return ::BP_EINVAL for NULL or another mode, ::BP_EBUSY. */
BP_API bp_status bp_trace_set_mode(bp_trace *trace, int32_t mode, uint64_t seed,
                                   uint64_t step);

/** Take a batch through the network as it is now, to the cost and back.
 * @param trace          the trace; what it held of an earlier run is gone if this one
 *                       succeeds.
 * @param inputs         rows of inputs, finite.
 * @param inputs_count   rows * bp_network_inputs(), at least 1 row.
 * @param targets        rows of targets, finite and within the cost's limits.
 * @param targets_count  exactly rows * bp_network_outputs().
 * @return ::BP_EINVAL, ::BP_ESHAPE, also for 1 row where a batch norm trains,
 *         ::BP_EDOMAIN if the cost does not fit the last layer,
 *         ::BP_EUNSUPPORTED if an operation has no backward form, ::BP_EDATA for data
 *         that are not finite or targets outside the limits, or if a cost or a gradient
 *         overflows, ::BP_ENOMEM, ::BP_ELIMIT, ::BP_EBUSY, ::BP_ESTOPPED. */
BP_API bp_status bp_trace_run(bp_trace *trace, const float *inputs, size_t inputs_count,
                              const float *targets, size_t targets_count);

/** The twin of bp_trace_run() with data in double. */
BP_API bp_status bp_trace_run_f64(bp_trace *trace, const double *inputs,
                                  size_t inputs_count, const double *targets,
                                  size_t targets_count);

/** The twin of bp_trace_run() with one label a row.
 * @return also ::BP_ESTATE if the cost does not take labels. */
BP_API bp_status bp_trace_run_labels(bp_trace *trace, const float *inputs,
                                     size_t inputs_count, const int32_t *labels,
                                     size_t labels_count);

/** The twin of bp_trace_run() with rows of a data set.
 * @param trace  the trace.
 * @param data   its targets are used, or its labels if it has no targets. Where rows have
 *               weights, cost and gradient of the batch are the means by these, as in
 *               training; the numbers of a row are those of this example alone.
 * @param first  the first row, from 0.
 * @param rows   how many, at least 1.
 * @return also ::BP_EINVAL if the rows are not there, ::BP_ESTATE if the data set has
 *         none of the targets that the cost needs. */
BP_API bp_status bp_trace_run_data(bp_trace *trace, const bp_dataset *data, size_t first,
                                   size_t rows);

/** Tell what the trace holds.
 * @return ::BP_EINVAL for NULL or a wrong struct_size. */
BP_API bp_status bp_trace_get_info(const bp_trace *trace, bp_trace_info *info);

/** Tell what the trace holds of a layer.
 * @return ::BP_EINVAL for NULL, a wrong struct_size or a layer that is not there,
 *         ::BP_ESTATE before a run. */
BP_API bp_status bp_trace_get_layer(const bp_trace *trace, size_t layer,
                                    bp_trace_layer *info);

/** Copy numbers of a row out.
 * @param trace   a trace that has run.
 * @param row     the example.
 * @param layer   the layer.
 * @param what    a `BP_TRACE_` value.
 * @param values  where they go.
 * @param count   exactly as many as the layer has of them; see ::bp_trace_layer.
 * @return ::BP_EINVAL, ::BP_ESTATE before a run, ::BP_ESHAPE for a wrong count,
 *         ::BP_EUNSUPPORTED for the slopes of a layer of your own. */
BP_API bp_status bp_trace_get_values(const bp_trace *trace, size_t row, size_t layer,
                                     int32_t what, double *values, size_t count);

/** Copy the cost of each row out; their mean, by their weights, is that of the batch.
 * @return ::BP_EINVAL, ::BP_ESTATE before a run, ::BP_ESHAPE if @p count is not the
 *         number of rows. */
BP_API bp_status bp_trace_get_costs(const bp_trace *trace, double *values, size_t count);

/** Copy the gradient of a layer's weights or biases out: the mean over the rows. As
 * bp_trainer_get_gradient_f64(), which gives the same numbers up to rounding. */
BP_API bp_status bp_trace_get_gradient(const bp_trace *trace, size_t layer, int32_t which,
                                       double *values, size_t count);

/** Copy out what one row gives to bp_trace_get_gradient(), before that divides:
 * w[to][from] is a of `from` times dC/dz of `to`. */
BP_API bp_status bp_trace_get_row_gradient(const bp_trace *trace, size_t row,
                                           size_t layer, int32_t which, double *values,
                                           size_t count);

/** Copy out what one z does: da_i/dz_unit for all a_i of the layer, in the same row. Not
 * 0 only at its own unit unless the layer is coupled.
 * @param trace   a trace that has run.
 * @param row     the example.
 * @param layer   the layer.
 * @param unit    whose z.
 * @param values  where they go.
 * @param count   exactly a_count of the layer.
 * @return ::BP_EINVAL, ::BP_ESTATE before a run, ::BP_ESHAPE for a wrong count,
 *         ::BP_EBUSY, ::BP_ESTOPPED by an operation of your own. */
BP_API bp_status bp_trace_get_jacobian(bp_trace *trace, size_t row, size_t layer,
                                       size_t unit, double *values, size_t count);

/** Give the factors of one connection's gradient.
 * @param trace       a trace that has run.
 * @param connection  which; set its struct_size.
 * @param chain       filled; set its struct_size before.
 * @return ::BP_EINVAL, also for a connection that is not there, ::BP_ESTATE before a run,
 *         ::BP_EUNSUPPORTED for a parameter of a layer of your own, which has no such
 *         factors, ::BP_EBUSY, ::BP_ESTOPPED. */
BP_API bp_status bp_trace_get_chain(bp_trace *trace, const bp_connection *connection,
                                    bp_chain *chain);

/** Copy out the terms of dC/da: for each z_k of the layer after the connection's unit the
 * product dz_k/da * dC/dz_k. Their sum is the chain's dc_da. For an input the first layer
 * is the one after.
 * @param trace       a trace that has run.
 * @param connection  which; a weight or a bias stands for its unit `to`.
 * @param terms       where they go.
 * @param count       exactly z_count of the layer after.
 * @return as bp_trace_get_chain(), ::BP_ESHAPE for a wrong count, ::BP_EUNSUPPORTED also
 *         for the last layer, as no layer is after it. */
BP_API bp_status bp_trace_get_terms(bp_trace *trace, const bp_connection *connection,
                                    double *terms, size_t count);

/** Search the strongest paths from a connection to the cost, by the size of the product
 * of the links along them. They are kept until the next search or run.
 * @param trace       a trace that has run.
 * @param connection  where they begin.
 * @param count       how many at most, at least 1; paths with a link of 0 are not kept.
 * @param summary     filled; set its struct_size before.
 * @return as bp_trace_get_chain(), ::BP_ENOMEM, ::BP_ELIMIT. */
BP_API bp_status bp_trace_find_paths(bp_trace *trace, const bp_connection *connection,
                                     size_t count, bp_path_summary *summary);

/** Lend one of the paths found.
 * @param trace  a trace that has searched.
 * @param index  from 0, the strongest, to below `found`.
 * @param path   filled; set its struct_size before.
 * @return ::BP_EINVAL for NULL, a wrong struct_size or a path that is not there. */
BP_API bp_status bp_trace_get_path(const bp_trace *trace, size_t index, bp_path *path);

/** Move one number and see what follows, link by link: by the slopes, as if all were
 * straight lines, and in truth. The gap is where linearity ends. The network stays as it
 * is, and so do the numbers of the trace; what an earlier nudge left is gone in any case.
 * @param trace       a trace that has run.
 * @param connection  the weight, bias or input to move, for its example.
 * @param change      what is added, finite.
 * @param nudge       filled; set its struct_size before.
 * @return as bp_trace_get_chain(), ::BP_EDATA if a number overflows. A parameter of a
 *         layer of your own cannot be moved. */
BP_API bp_status bp_trace_nudge(bp_trace *trace, const bp_connection *connection,
                                double change, bp_nudge *nudge);

/** Copy out how the units of a layer moved in the last nudge.
 * @param trace      a trace that has been nudged since its run.
 * @param layer      the layer; before that of the connection nothing moves.
 * @param what       ::BP_TRACE_Z or ::BP_TRACE_A.
 * @param predicted  where the changes by the slopes go.
 * @param real       where those in truth go.
 * @param count      exactly z_count or a_count of the layer.
 * @return ::BP_EINVAL, ::BP_ESTATE before a nudge, ::BP_ESHAPE for a wrong count. */
BP_API bp_status bp_trace_get_nudge(const bp_trace *trace, size_t layer, int32_t what,
                                    double *predicted, double *real, size_t count);

/** What bp_trace_find_influences() ranks. */
enum {
    BP_INFLUENCE_WEIGHTS = 1, /**< Weights w by w dT/dw: to first order, what T would lose
                                   if the connection were cut. */
    BP_INFLUENCE_INPUTS = 2,  /**< Inputs x by x dT/dx: what T would lose if x were 0. */
    BP_INFLUENCE_CHANGES = 3  /**< Weights by how far the network's are now from what they
                                   were when the trace ran: with a step of training in
                                   between, its update, whatever the optimizer. Plain SGD
                                   gives -rate dC/dw, the mean over the rows of activity
                                   times error: fire together, wire together. */
};

/** What to rank, and by its part in which T. */
typedef struct bp_influence_options {
    uint32_t struct_size; /**< sizeof(bp_influence_options), set by
                               bp_influence_options_init(). */
    int32_t kind;         /**< A `BP_INFLUENCE_` value; default
                               ::BP_INFLUENCE_WEIGHTS. */
    size_t row;           /**< The example; SIZE_MAX (default): all, by their weights. */
    size_t output;        /**< T is the last layer's a of this unit; SIZE_MAX (default):
                               the cost. */
    size_t layer;         /**< Weights of this layer; SIZE_MAX (default): of all dense
                               layers. Inputs: not looked at. */
} bp_influence_options;

/** One connection or input in a ranking. */
typedef struct bp_influence {
    uint32_t struct_size; /**< sizeof(bp_influence), set by the caller. */
    int32_t kind;         /**< ::BP_CONNECTION_WEIGHT or ::BP_CONNECTION_INPUT. */
    size_t layer;         /**< Of a weight; inputs: 0. */
    size_t to;            /**< The unit that a weight leads to; inputs: 0. */
    size_t from;          /**< The unit it comes from, or the input. */
    double value;         /**< The weight when the trace ran; the input's mean. */
    double part;          /**< The mean over the rows of value times gradient; or the
                               change. */
    double size;          /**< The mean of its absolute values, by which is ranked: what
                               pulls examples to and fro counts, too. */
    double gradient;      /**< The mean of dT/dw or dT/dx: of activity times error. */
    double activity;      /**< The mean of a of `from`; inputs: of x. */
    double error;         /**< The mean of dT/dz of `to`; inputs: of dT/dx. */
} bp_influence;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_influence_options_init(bp_influence_options *options);

/** Rank connections or inputs. They are kept until the next ranking or run; what an
 * earlier nudge left is gone.
 * @param trace    a trace that has run: on an example, or on a data set.
 * @param options  or NULL for the defaults.
 * @param count    how many at most, at least 1; those of size 0 are not kept.
 * @param found    where the number of those kept goes.
 * @return ::BP_EINVAL, ::BP_ESTATE before a run, ::BP_EUNSUPPORTED for weights of a layer
 *         that is not dense and for an output where rows are joined, ::BP_EDATA if a
 *         number overflows, ::BP_ENOMEM, ::BP_ELIMIT, ::BP_EBUSY, ::BP_ESTOPPED. */
BP_API bp_status bp_trace_find_influences(bp_trace *trace,
                                          const bp_influence_options *options,
                                          size_t count, size_t *found);

/** Give one of a ranking.
 * @param trace      a trace that has ranked since its run.
 * @param index      from 0, the largest.
 * @param influence  filled; set its struct_size before.
 * @return ::BP_EINVAL for NULL, a wrong struct_size or one that is not there. */
BP_API bp_status bp_trace_get_influence(const bp_trace *trace, size_t index,
                                        bp_influence *influence);

/** Keeps what happens in training. */
typedef struct bp_recorder bp_recorder;

/** What a recorder keeps. */
typedef struct bp_recorder_options {
    uint32_t struct_size; /**< sizeof(bp_recorder_options), set by
                               bp_recorder_options_init(). */
    int32_t event;        /**< A sample is taken after each ::BP_EVENT_EPOCH (default) or
                               ::BP_EVENT_STEP. */
    size_t samples;       /**< At most so many, 2 to 1e6, default 256: when there are
                               more, every second one goes, and from then on they are
                               taken half as often. */
    const bp_dataset *probe; /**< Rows whose activations are looked at, of which the first
                               256 are copied; or NULL (default). */
    int32_t regions;      /**< 1: of a network of 2 inputs keep also what it answers in
                               the plane around the probe; 0 (default). */
    uint32_t reserved;    /**< 0. */
    bp_metrics *metrics;  /**< Those of ::bp_fit_options, which must outlive the
                               recorder; or NULL (default). */
    const int32_t *metric_codes; /**< What to keep of them: `BP_METRIC_` values, of
                               ::BP_INDEX_ALL. Copied. */
    size_t metric_codes_count; /**< How many; 0 (default). */
    const bp_connection *connections; /**< Weights and biases to keep, with their
                               gradients. Copied; rows are not looked at. */
    size_t connections_count; /**< How many; 0 (default). */
} bp_recorder_options;

/** How a recorder is written. */
enum {
    BP_RECORD_CSV = 1,       /**< A line with the names of the columns, then a line a
                                  sample; what is not known is empty. */
    BP_RECORD_JSON_LINES = 2 /**< A line a sample, an object with the columns by name,
                                  null for what is not known; with a probe also
                                  `histograms`, one a layer. */
};

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_recorder_options_init(bp_recorder_options *options);

/** Create a recorder.
 * @param trainer   a built trainer; it must outlive the recorder. Its network's tables
 *                  give the memory.
 * @param recorder  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL for NULL or a trainer that is not built, ::BP_ENOMEM. */
BP_API bp_status bp_recorder_create(bp_trainer *trainer, bp_recorder **recorder);

/** Destroy a recorder.
 * @param recorder  the recorder, or NULL. */
BP_API void bp_recorder_destroy(bp_recorder *recorder);

/** Why the last failing call that could write to the recorder failed; "" if none has. */
BP_API const char *bp_recorder_error(const bp_recorder *recorder);

/** Take all memory, forget earlier samples, and get ready for a fit.
 * @param recorder  the recorder; unchanged if this fails.
 * @param options   or NULL for the defaults.
 * @return ::BP_EINVAL for an option out of range or a connection that is not there,
 *         ::BP_ESHAPE for a probe without rows or of another width, ::BP_EBUSY,
 *         ::BP_ENOMEM, ::BP_ELIMIT. */
BP_API bp_status bp_recorder_start(bp_recorder *recorder,
                                   const bp_recorder_options *options);

/** The ::bp_progress_fn of a recorder: give it to a fit with the recorder as `user`, or
 * call it from a callback or a loop of your own. Takes no memory. Steps that are sampled
 * keep their gradients, which changes no bit of a result.
 * @param progress  where the fit stands.
 * @param recorder  a ::bp_recorder that has started.
 * @return 0; 1 for anything else, which stops a fit; or what an operation of your own
 *         answered. */
BP_API int32_t bp_recorder_progress(const bp_progress *progress, void *recorder);

/** Number of samples; 0 for NULL. */
BP_API size_t bp_recorder_samples(const bp_recorder *recorder);

/** Number of columns; 0 for NULL and before the start. There are, in this order: step,
 * epoch, seconds, cost, step_cost, rate, validation_cost, monitored; a metric by its
 * name; of layers with parameters `layer_0_weight_norm`, `layer_0_gradient_norm` and
 * `layer_0_update_ratio`, which is |dw| / |w| of the step that was sampled; with a probe
 * `layer_0_a_mean`, `layer_0_a_deviation` and `layer_0_a_zero`, the share of activations
 * that are 0; of connections `w_0_1_2` or `b_0_1` (layer, to, from), and the same with
 * `_gradient`. */
BP_API size_t bp_recorder_columns(const bp_recorder *recorder);

/** Name of a column, as long as the recorder lives and is not started anew; NULL for one
 * that is not there. */
BP_API const char *bp_recorder_column_name(const bp_recorder *recorder, size_t column);

/** Give a number; NaN if it is not known, as the cost of a validation that was not made.
 * @return ::BP_EINVAL for NULL or a sample or column that is not there. */
BP_API bp_status bp_recorder_get_value(const bp_recorder *recorder, size_t sample,
                                       size_t column, double *value);

/** Write all samples. Numbers have 17 digits, with a point in every locale.
 * @param recorder  the recorder.
 * @param format    a `BP_RECORD_` value.
 * @param write     called with piece after piece.
 * @param user      passed to it.
 * @return ::BP_EINVAL, ::BP_ESTATE before it has started, ::BP_EBUSY, ::BP_ESTOPPED if
 *         @p write stops. */
BP_API bp_status bp_recorder_write(bp_recorder *recorder, int32_t format,
                                   bp_write_fn write, void *user);

/** What can be drawn. All but DOT and JSON are SVG: one image that fits any width, for
 * light and dark surroundings, with colours that the colour-blind can tell apart, and
 * negative numbers dashed as well. */
enum {
    BP_PICTURE_NETWORK = 1, /**< Units and weights; with a trace their activations. Of
                                 wide layers some units are shown, the rest counted. */
    BP_PICTURE_CHAIN = 2,   /**< The chain rule of one connection, with its numbers. */
    BP_PICTURE_PATHS = 3,   /**< The strongest paths from a connection to the cost. */
    BP_PICTURE_NUDGE = 4,   /**< Animated: a nudge goes forward, gradients come back. */
    BP_PICTURE_DOT = 5,     /**< A graph for Graphviz, folded as the network's picture. */
    BP_PICTURE_JSON = 6,    /**< All numbers, as JSON; with a trace those of each example,
                                 and what is ranked. */
    BP_PICTURE_INFLUENCE = 7,  /**< What bp_trace_find_influences() found last: the 16
                                    largest, with activity and error. */
    BP_PICTURE_WEIGHTS = 8,    /**< The weights that come into each unit of a dense layer,
                                    as an image. */
    BP_PICTURE_HISTOGRAMS = 9, /**< How the activations of each layer are spread: over a
                                    trace's rows, or over a recorder's samples. */
    BP_PICTURE_REGIONS = 10,   /**< What a network of 2 inputs answers in the plane; of a
                                    recorder animated. */
    BP_PICTURE_CURVES = 11,    /**< Costs, metrics and rate of a recorder. */
    BP_PICTURE_NORMS = 12      /**< Norms of weights and gradients, and update ratios. */
};

/** How to draw. */
typedef struct bp_picture_options {
    uint32_t struct_size;            /**< sizeof(bp_picture_options), set by
                                          bp_picture_options_init(). */
    uint32_t reserved;               /**< 0. */
    const char *title;               /**< In UTF-8, escaped as needed; NULL (default): one
                                          by the kind of picture. */
    const char *const *input_names;  /**< One for each input, in UTF-8; or NULL. */
    size_t input_names_count;        /**< The number of inputs, or 0. */
    const char *const *output_names; /**< One for each output; or NULL. */
    size_t output_names_count;       /**< The number of outputs, or 0. */
    size_t units;                    /**< Units of a layer to show, 3 to 64; default 9. */
    size_t paths;                    /**< Paths to show, 1 to 64; default 8. */
    double change;                   /**< Of the nudge, finite; default 0.1. */
    size_t layer;                    /**< Whose weights; default 0. */
    size_t image_width;              /**< Of an image of weights; 0 (default): as wide as
                                          high. */
    const bp_dataset *data;          /**< Examples in a network's regions, with the plane
                                          around them; NULL (default). */
} bp_picture_options;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_picture_options_init(bp_picture_options *options);

/** Draw a network.
 * @param network  a built network.
 * @param picture  ::BP_PICTURE_NETWORK, ::BP_PICTURE_DOT, ::BP_PICTURE_JSON,
 *                 ::BP_PICTURE_WEIGHTS or ::BP_PICTURE_REGIONS.
 * @param options  or NULL for the defaults.
 * @param write    receives the bytes.
 * @param user     passed to it.
 * @return ::BP_EINVAL, ::BP_ESHAPE for a wrong number of names, ::BP_ESTATE before it is
 *         built, ::BP_EUNSUPPORTED for weights of a layer that is not dense or regions of
 *         a network without 2 inputs, ::BP_ENOMEM, ::BP_ESTOPPED if @p write stops. */
BP_API bp_status bp_network_draw(bp_network *network, int32_t picture,
                                 const bp_picture_options *options, bp_write_fn write,
                                 void *user);

/** Draw what a trace holds of an example. Paths and nudges are searched and made anew,
 * and what was kept of earlier ones is gone.
 * @param trace       a trace that has run.
 * @param picture     a `BP_PICTURE_` value up to ::BP_PICTURE_HISTOGRAMS.
 * @param connection  the example and its connection. May be NULL but for
 *                    ::BP_PICTURE_CHAIN, ::BP_PICTURE_PATHS and ::BP_PICTURE_NUDGE: then
 *                    it is example 0.
 * @param options     or NULL for the defaults.
 * @param write       receives the bytes; what it got before a failure is worth nothing.
 * @param user        passed to it.
 * @return as bp_trace_find_paths() and bp_trace_nudge(), ::BP_ESHAPE for a wrong number
 *         of names, ::BP_EUNSUPPORTED for the chain of an input, ::BP_ESTATE for
 *         influences before they are ranked, ::BP_ESTOPPED if @p write stops. */
BP_API bp_status bp_trace_draw(bp_trace *trace, int32_t picture,
                               const bp_connection *connection,
                               const bp_picture_options *options, bp_write_fn write,
                               void *user);

/** Draw what a recorder has kept.
 * @param recorder  the recorder, with at least 1 sample.
 * @param picture   ::BP_PICTURE_CURVES, ::BP_PICTURE_NORMS, ::BP_PICTURE_HISTOGRAMS,
 *                  which needs a probe, or ::BP_PICTURE_REGIONS, which needs regions.
 * @param options   or NULL for the defaults.
 * @param write     receives the bytes.
 * @param user      passed to it.
 * @return ::BP_EINVAL, ::BP_ESHAPE for a wrong number of names, ::BP_ESTATE without
 *         samples or what the picture needs, ::BP_EBUSY, ::BP_ESTOPPED if @p write
 *         stops. */
BP_API bp_status bp_recorder_draw(bp_recorder *recorder, int32_t picture,
                                  const bp_picture_options *options, bp_write_fn write,
                                  void *user);

/** Draw the confusion matrix, of the first 24 classes.
 * @param metrics  the metrics.
 * @param options  or NULL for the defaults; output_names are those of the classes.
 * @param write    receives the bytes.
 * @param user     passed to it.
 * @return ::BP_EINVAL, ::BP_ESHAPE for a wrong number of names, ::BP_ESTOPPED if @p write
 *         stops. */
BP_API bp_status bp_metrics_draw(bp_metrics *metrics, const bp_picture_options *options,
                                 bp_write_fn write, void *user);

/** A line in a picture. */
typedef struct bp_line {
    uint32_t struct_size; /**< sizeof(bp_line), set by the caller. */
    uint32_t reserved;    /**< 0. */
    const char *frame;    /**< Name of the frame that it lies in; neighbours with the same
                               name share one, at most 8. */
    const char *name;     /**< Its own name, in UTF-8. */
    const double *x;      /**< Where its points lie, */
    const double *y;      /**< and how high; NaN is left out. */
    size_t count;         /**< Points, at least 1. */
} bp_line;

/** Draw lines of any numbers, such as those of a history that was read from a file: a
 * frame below the other. Takes no memory; thread safe.
 * @param lines    in the order of their frames.
 * @param count    how many, at least 1.
 * @param x_name   what the axis to the right is called.
 * @param options  or NULL for the defaults; the title is used.
 * @param write    receives the bytes.
 * @param user     passed to it.
 * @return ::BP_EINVAL, also for more than 8 lines in a frame, ::BP_ESTOPPED if @p write
 *         stops. */
BP_API bp_status bp_lines_draw(const bp_line *lines, size_t count, const char *x_name,
                               const bp_picture_options *options, bp_write_fn write,
                                void *user);

/** @} */

/** @defgroup bundle 17. Models in files
 *
 * A file holds a network with all its parameters, and as far as they were given the cost
 * it was trained with, the scaler of its inputs, the names of classes and inputs. It is
 * saved from a network, and loaded into a bundle, which holds all of these. The
 * format is safetensors, which many tools read, with a strict profile on top:
 * `docs/model-format.md` specifies it. No bit of a parameter is lost.
 *
 * A file is saved as a whole or not at all: it is written under another name beside its
 * place (with ".bp-save" behind it), synced, and renamed. When that fails, and whenever
 * the process or the machine dies, what the path had before is as it was. A symbolic link
 * at the path is replaced by the file.
 *
 * A file that is loaded is checked first, every byte of it: nothing in it runs, nothing
 * in it refers to another file, and memory is taken within a limit.
 * @{ */

/** What is saved beside the network; all may stay NULL. */
typedef struct bp_save_options {
    uint32_t struct_size;           /**< sizeof(bp_save_options), set by
                                         bp_save_options_init(). */
    uint32_t reserved;              /**< 0. */
    const bp_cost *cost;            /**< The cost; it must fit the last layer. */
    const bp_scaler *scaler;        /**< What inputs were scaled by; fitted, and as wide
                                         as the network's inputs. */
    const char *const *class_names; /**< Names of the classes, in UTF-8. */
    size_t class_count;             /**< How many. */
    const char *const *input_names; /**< Names of the inputs, in UTF-8. */
    size_t input_count;             /**< bp_network_inputs(), or 0 for none. */
} bp_save_options;

/** How a model is loaded. */
typedef struct bp_load_options {
    uint32_t struct_size;  /**< sizeof(bp_load_options), set by bp_load_options_init(). */
    int32_t isa;           /**< As ::BP_NETWORK_ISA; default ::BP_ISA_BEST. */
    uint64_t memory_limit; /**< Layers and parameters that need more bytes than this are
                                refused; default 2^30. */
    size_t header_limit;   /**< Headers of more bytes than this are refused; default and
                                at most 2^24. Reading one takes some 20 times its size for
                                a moment, from the C library's memory. */
    const bp_activation_ops *const *activations; /**< Activations of your own that the
                                                      file may name. Name and version must
                                                      be equal. */
    size_t activation_count;                     /**< How many. */
    const bp_layer_ops *const *layers;           /**< Layers of your own, likewise. */
    size_t layer_count;                          /**< How many. */
    const bp_cost_ops *const *costs;             /**< Costs of your own, likewise. */
    size_t cost_count;                           /**< How many. */
} bp_load_options;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_save_options_init(bp_save_options *options);

/** Save a network to a file, in one step as described above.
 * @param network  a built network; it is only read, but for its line of error.
 * @param path     of the file, as the file table takes it; a file there is replaced.
 * @param options  or NULL for the network alone.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built or for a scaler that is not fitted,
 *         ::BP_ESHAPE if scaler or names do not fit the inputs, ::BP_EDOMAIN for a cost
 *         that does not fit the last layer, ::BP_EDATA for a parameter that is not finite
 *         or a name that is not UTF-8, ::BP_EIO, ::BP_ELIMIT for a header over 2^24
 *         bytes, ::BP_EUNSUPPORTED if the file table only reads, ::BP_ENOMEM. */
BP_API bp_status bp_network_save(bp_network *network, const char *path,
                                 const bp_save_options *options);

/** The twin of bp_network_save() to memory; the bytes are those of the file.
 * @param network   a built network.
 * @param options   or NULL.
 * @param bytes     where they go; may be NULL if @p capacity is 0.
 * @param capacity  of @p bytes.
 * @param size      where their number goes, also with ::BP_ELIMIT: so a first call with
 *                  capacity 0 measures.
 * @return as bp_network_save(), ::BP_ELIMIT also if the capacity is too small: nothing is
 *         written to @p bytes then. */
BP_API bp_status bp_network_save_memory(bp_network *network,
                                        const bp_save_options *options, void *bytes,
                                        size_t capacity, size_t *size);

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_load_options_init(bp_load_options *options);

/** Create an empty bundle, to be loaded.
 * @param env     the host's tables, or NULL.
 * @param bundle  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_bundle_create(const bp_env *env, bp_bundle **bundle);

/** Destroy a bundle, and the network, cost and scaler in it; workspaces and trainers made
 * from its network go before.
 * @param bundle  the bundle, or NULL. */
BP_API void bp_bundle_destroy(bp_bundle *bundle);

/** Why the last failing call that could write to the bundle failed; "" if none has. */
BP_API const char *bp_bundle_error(const bp_bundle *bundle);

/** Load a file that bp_network_save() has written.
 * @param bundle   an empty bundle; it stays empty if this fails.
 * @param path     of the file, as the file table takes it.
 * @param options  or NULL for the defaults.
 * @return ::BP_EINVAL, ::BP_ESTATE if it is not empty, ::BP_EIO, ::BP_EDATA for what is
 *         no model or is damaged, ::BP_ELIMIT for what is over a limit,
 *         ::BP_EUNSUPPORTED for a newer format, an operation that is not known or not
 *         among those in @p options, or a build without jansson, ::BP_ENOMEM. */
BP_API bp_status bp_bundle_load(bp_bundle *bundle, const char *path,
                               const bp_load_options *options);

/** The twin of bp_bundle_load() from memory.
 * @param bundle   an empty bundle.
 * @param bytes    of a file; they are not needed any more afterwards.
 * @param size     in bytes.
 * @param options  or NULL for the defaults.
 * @return as bp_bundle_load(). */
BP_API bp_status bp_bundle_load_memory(bp_bundle *bundle, const void *bytes, size_t size,
                                      const bp_load_options *options);

/** Lend the network: built, and free to be used and trained on. It lives as long as the
 * bundle; bp_network_clone() gives one that outlives it. NULL for NULL or an empty
 * bundle. */
BP_API bp_network *bp_bundle_get_network(bp_bundle *bundle);

/** Lend the cost, which lives as long as the bundle; NULL if there is none. */
BP_API const bp_cost *bp_bundle_get_cost(const bp_bundle *bundle);

/** Lend the scaler, which lives as long as the bundle; NULL if there is none. */
BP_API const bp_scaler *bp_bundle_get_scaler(const bp_bundle *bundle);

/** Number of classes that have names; 0 for NULL or without. */
BP_API size_t bp_bundle_classes(const bp_bundle *bundle);

/** Name of a class; NULL if there is no such class. Lives as long as the bundle. */
BP_API const char *bp_bundle_class_name(const bp_bundle *bundle, size_t index);

/** Name of an input; NULL if there is no such input, or the file has no names of inputs.
 * Lives as long as the bundle. */
BP_API const char *bp_bundle_input_name(const bp_bundle *bundle, size_t col);

/** How parameters are imported. */
typedef struct bp_import_options {
    uint32_t struct_size;     /**< sizeof(bp_import_options), set by
                                   bp_import_options_init(). */
    uint32_t reserved;        /**< 0. */
    const char *const *names; /**< Which tensor of the file each parameter is: for layer
                                   after layer the name of its weights, then those of its
                                   biases, running means and running variances, as far as
                                   it has any. Other tensors are passed over. NULL
                                   (default): see bp_network_import(). */
    size_t name_count;        /**< How many. */
} bp_import_options;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_import_options_init(bp_import_options *options);

/** Take the parameters of a network from a safetensors file of any program. Without
 * names, every tensor must be called a number between any words and ".weight", ".bias",
 * ".running_mean" or ".running_var", as in the `state_dict` of PyTorch's `nn.Sequential`
 * ("0.weight", "net.2.bias"); its ".num_batches_tracked" are passed over. The layers with
 * parameters get them in the order of the numbers. Shapes must be equal, weights as
 * w[to][from] like PyTorch's `Linear`. Numbers may be F64, F32, F16 or BF16.
 * @param network  a built network; unchanged if this fails.
 * @param path     of the file.
 * @param options  or NULL for the defaults.
 * @return ::BP_EINVAL, ::BP_ESTATE before it is built, ::BP_EBUSY from a callback of a
 *         training step, ::BP_ESHAPE for a tensor of another shape, ::BP_EDATA also for
 *         one that is missing, of another type or not finite, or a variance below 0,
 *         ::BP_EIO, ::BP_ELIMIT, ::BP_EUNSUPPORTED in a build without jansson,
 *         ::BP_ENOMEM. */
BP_API bp_status bp_network_import(bp_network *network, const char *path,
                                   const bp_import_options *options);

/** The twin of bp_network_import() from memory.
 * @param network  a built network.
 * @param bytes    of a file.
 * @param size     in bytes.
 * @param options  or NULL for the defaults.
 * @return as bp_network_import(). */
BP_API bp_status bp_network_import_memory(bp_network *network, const void *bytes,
                                          size_t size,
                                          const bp_import_options *options);

/** Write a network as an ONNX file (operator set 13, IR version 8), for other programs to
 * run: one input `input` and one output `output`, both float, of any number of rows.
 * Where a scaler is given it becomes part of the graph. A network in double is exported
 * in float, and the file says so. Saved in one step, as by bp_network_save().
 * @param network  a built network of built-in operations.
 * @param path     of the file.
 * @param options  as for bp_network_save(), or NULL; scaler and names are used.
 * @return as bp_network_save(), ::BP_EUNSUPPORTED also naming a layer of your own,
 *         ::BP_EDATA for a parameter beyond float, ::BP_ELIMIT for 2^31 bytes or more. */
BP_API bp_status bp_network_export_onnx(bp_network *network, const char *path,
                                        const bp_save_options *options);

/** The twin of bp_network_export_onnx() to memory; see bp_network_save_memory().
 * @param network   a built network of built-in operations.
 * @param options   or NULL.
 * @param bytes     where they go; may be NULL if @p capacity is 0.
 * @param capacity  of @p bytes.
 * @param size      where their number goes, also with ::BP_ELIMIT for a capacity that is
 *                  too small. */
BP_API bp_status bp_network_export_onnx_memory(bp_network *network,
                                               const bp_save_options *options,
                                               void *bytes, size_t capacity,
                                               size_t *size);

/** Write a network as C source, for where no library goes: `NAME.c` and `NAME.h`, plain
 * C99 with constant weights in float, no allocation, no state, and of `math.h` only what
 * IEEE 754 gives the bits of (fma, square root, sign). `NAME_predict(inputs, outputs)`
 * runs one row; where a scaler is given it takes the inputs as they are before scaling.
 * The source carries the library's own formulas, so the outputs are the same to the bit,
 * and `NAME_self_test()` answers 0 if they are; a machine whose `double` is a float or
 * whose fma rounds twice gives 1. Dropout and noise are left out. A network in double is
 * exported in float.
 * @param network  a built network of built-in operations.
 * @param folder   where the two files go; each is saved as by bp_network_save().
 * @param name     of the files and in front of all names: a C identifier of 1 to 31
 *                 letters, digits and underscores.
 * @param options  as for bp_network_save(), or NULL; the scaler is used.
 * @return as bp_network_export_onnx(). */
BP_API bp_status bp_network_export_c(bp_network *network, const char *folder,
                                     const char *name, const bp_save_options *options);

/** What weights of 8 bits cost. */
typedef struct bp_int8_report {
    uint32_t struct_size;  /**< sizeof(bp_int8_report), set by the caller. */
    int32_t has_accuracy;  /**< 1 if the data have labels and the network outputs for
                                them. */
    uint64_t rows;         /**< Compared. */
    double mean_error;     /**< Of an output, against the network in float; */
    double largest_error;  /**< the largest. */
    uint64_t same_class;   /**< Rows whose largest output is the same. */
    double accuracy_float; /**< Of the network in float, and */
    double accuracy;       /**< with 8 bits; 0 without labels. */
    uint64_t bytes_float;  /**< Of weights and biases in float, and */
    uint64_t bytes;        /**< of what stands for them. */
} bp_int8_report;

/** As bp_network_export_c(), with weights of 8 bits: a quarter of the memory. Weights are
 * rounded by the largest of each unit, the inputs of each dense layer by the largest that
 * @p data bring there; sums are of whole numbers, all else is in float. The self-test
 * holds the outputs against the library's own sums of such numbers, to the bit.
 * @param network  a built network of built-in operations.
 * @param folder   where the two files go.
 * @param name     as for bp_network_export_c().
 * @param data     rows like those that will come, as they are before scaling; their
 *                 labels, if they have any, give the accuracy.
 * @param options  as for bp_network_save(), or NULL; the scaler is used.
 * @param report   filled; set its struct_size before. Or NULL.
 * @return as bp_network_export_c(), ::BP_ESHAPE for data of another width, ::BP_ESTATE
 *         without rows, ::BP_ELIMIT for a dense layer of more than 133 144 inputs. */
BP_API bp_status bp_network_export_c_int8(bp_network *network, const char *folder,
                                          const char *name, const bp_dataset *data,
                                          const bp_save_options *options,
                                          bp_int8_report *report);

/** @} */

/** @defgroup snapshot 18. Snapshots of a training
 *
 * A snapshot holds all that a training goes on from: parameters and running statistics,
 * the optimizer's state and settings, the schedule and its plateau, rates of layers and
 * which are frozen, batches that are collected, the seed, where in which epoch it stands,
 * and what an early stopping has seen, with the best parameters so far. Taken after N
 * steps and put into a trainer that was built alike, M more steps give the same bits as
 * N + M steps without a break; also in the middle of an epoch, on another instruction set
 * or with another number of threads. It is a list of named tensors and named numbers,
 * which can be read one by one, and put together again: so it can be kept in any form.
 * Not in it: metrics and histories, what a gradient that was asked for by
 * bp_trainer_gradient() waits with, ::BP_TRAINER_KEEP_GRADIENT, functions of your own.
 * @{ */

/** Named tensors and named numbers. */
typedef struct bp_snapshot bp_snapshot;

/** A tensor of a snapshot. */
typedef struct bp_tensor {
    uint32_t struct_size; /**< sizeof(bp_tensor), set by the caller. */
    int32_t precision;    /**< ::BP_PRECISION_F32 or ::BP_PRECISION_F64. */
    const char *name;     /**< Such as "layers.0.weight"; unique, 1 to 63 letters, digits,
                               '.', '_' and '-', a letter first. */
    size_t rows;          /**< At least 1. */
    size_t cols;          /**< At least 1. */
    const void *values;   /**< Row by row, without gaps: `float` or `double`. */
} bp_tensor;

/** A number of a snapshot. */
typedef struct bp_number_entry {
    uint32_t struct_size; /**< sizeof(bp_number_entry), set by the caller. */
    int32_t is_real;      /**< 1: `real` counts; 0: `whole`. */
    const char *name;     /**< Such as "trainer.step"; unique, as a tensor's. */
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
 * May be called from the callback of a fit. It copies all tensors; nothing of the trainer
 * changes.
 * @param snapshot  gets the state.
 * @param trainer   a built trainer.
 * @return ::BP_EINVAL, ::BP_ESTATE before the trainer is built, ::BP_ENOMEM: then the
 *         snapshot holds what it held. */
BP_API bp_status bp_snapshot_take(bp_snapshot *snapshot, const bp_trainer *trainer);

/** Put a state in: the network's parameters and all of the trainer become what they were.
 * @param trainer   a built trainer with network, cost, kind of optimizer, batch and
 *                  accumulation as those of the state. A schedule that is a function of
 *                  yours it must have already.
 * @param snapshot  stays as it is.
 * @return ::BP_EINVAL, ::BP_ESTATE before the trainer is built, or if a part is missing
 *         or of another trainer, ::BP_ESHAPE for another network, ::BP_EDATA for numbers
 *         that cannot be, ::BP_ENOMEM, ::BP_EBUSY: trainer and network are unchanged
 *         then. */
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

/** Give a number; its name is lent.
 * @param snapshot  the snapshot.
 * @param index     from 0.
 * @param number    filled; set its struct_size before.
 * @return ::BP_EINVAL, also for a number that is not there. */
BP_API bp_status bp_snapshot_get_number(const bp_snapshot *snapshot, size_t index,
                                        bp_number_entry *number);

/** Copy a tensor in.
 * @param snapshot  gets it at its end.
 * @param tensor    with all its fields; its values are copied.
 * @return ::BP_EINVAL, ::BP_ESTATE if there is one of that name, ::BP_ENOMEM. */
BP_API bp_status bp_snapshot_add_tensor(bp_snapshot *snapshot, const bp_tensor *tensor);

/** Copy a number in.
 * @param snapshot  gets it at its end.
 * @param number    with all its fields.
 * @return as bp_snapshot_add_tensor(). */
BP_API bp_status bp_snapshot_add_number(bp_snapshot *snapshot,
                                        const bp_number_entry *number);

/** Save a snapshot to a file, a checkpoint: as a whole or not at all, as by
 * bp_network_save(), in the same format with other metadata (`docs/model-format.md`). No
 * bit is lost.
 * @param snapshot  holds at least one tensor; it is only read, but for its line of error.
 * @param path      of the file, as the file table takes it; a file there is replaced.
 * @return ::BP_EINVAL, ::BP_ESTATE for an empty one, ::BP_EDATA for a number that is not
 *         finite, ::BP_EIO, ::BP_ELIMIT for a header over 2^24 bytes or more than 16384
 *         tensors, ::BP_EUNSUPPORTED if the file table only reads, ::BP_ENOMEM. */
BP_API bp_status bp_snapshot_save(bp_snapshot *snapshot, const char *path);

/** The twin of bp_snapshot_save() to memory; see bp_network_save_memory().
 * @param snapshot  holds at least one tensor.
 * @param bytes     where they go; may be NULL if @p capacity is 0.
 * @param capacity  of @p bytes.
 * @param size      where their number goes, also with ::BP_ELIMIT.
 * @return as bp_snapshot_save(), ::BP_ELIMIT also if the capacity is too small: nothing
 *         is written to @p bytes then. */
BP_API bp_status bp_snapshot_save_memory(bp_snapshot *snapshot, void *bytes,
                                         size_t capacity, size_t *size);

/** Load a file that bp_snapshot_save() has written, in place of what the snapshot held.
 * Every byte is checked, as by bp_bundle_load(); whether a trainer can go on from it is
 * for bp_trainer_restore() to say.
 * @param snapshot  stays as it is if this fails.
 * @param path      of the file, as the file table takes it.
 * @param options   or NULL for the defaults; memory_limit is that of the tensors, and
 *                  header_limit counts. The others do not.
 * @return ::BP_EINVAL, ::BP_EIO, ::BP_EDATA for what is no checkpoint or is damaged,
 *         ::BP_ELIMIT for what is over a limit, ::BP_EUNSUPPORTED for a newer format or a
 *         build without jansson, ::BP_ENOMEM. */
BP_API bp_status bp_snapshot_load(bp_snapshot *snapshot, const char *path,
                                  const bp_load_options *options);

/** The twin of bp_snapshot_load() from memory.
 * @param snapshot  stays as it is if this fails.
 * @param bytes     of a file; they are not needed any more afterwards.
 * @param size      in bytes.
 * @param options   as for bp_snapshot_load(), or NULL.
 * @return as bp_snapshot_load(). */
BP_API bp_status bp_snapshot_load_memory(bp_snapshot *snapshot, const void *bytes,
                                         size_t size, const bp_load_options *options);

/** @} */

/** @defgroup study 19. Studies
 *
 * Questions about a training, answered on copies: nothing of the trainer changes but its
 * line of error.
 *
 *  - How good is it? One run tells little: another seed, or other rows held out, give
 *    another figure. bp_trainer_cross_validate() trains one description many times, and
 *    tells mean and spread.
 *  - At which rate? bp_trainer_find_rate() tries many.
 *  - Why does it not learn? bp_trainer_diagnose() lists what is known to keep networks
 *    from learning, each with its figures and with what to do.
 * @{ */

/** One run of a cross-validation that is done. */
typedef struct bp_cross_run {
    uint32_t struct_size;      /**< Size of the record that the library passes. */
    uint32_t reserved;         /**< 0. */
    uint64_t run;              /**< From 0. */
    uint64_t runs;             /**< How many there will be. */
    uint64_t repeat;           /**< Which repeat, from 0. */
    uint64_t fold;             /**< Which fold is held out, from 0. */
    uint64_t seed;             /**< That network and trainer of this run were built
                                    with. */
    uint64_t epochs;           /**< It was trained for. */
    double score;              /**< The figure asked for, on the held-out rows. */
    double cost;               /**< The cost of the held-out rows. */
    const bp_network *network; /**< As it was trained; it lives until the callback
                                    returns. bp_network_clone() keeps it. */
} bp_cross_run;

/** Called after each run, on the thread that called the library.
 * @return 0, or anything else to stop with ::BP_ESTOPPED. */
typedef int32_t (*bp_cross_fn)(const bp_cross_run *run, void *user);

/** How bp_trainer_cross_validate() works. */
typedef struct bp_cross_options {
    uint32_t struct_size; /**< sizeof(bp_cross_options), set by
                               bp_cross_options_init(). */
    int32_t method;       /**< How folds are chosen, a `BP_SPLIT_` value, default
                               ::BP_SPLIT_SHUFFLED. */
    uint64_t folds;       /**< 2 to 1e6, default 5; 1 with `held`. */
    uint64_t repeats;     /**< So often, each time with other seeds and folds: 1 (default)
                               to 1e6. */
    uint64_t seed;        /**< Of all that is drawn; default 1. */
    const bp_dataset *held; /**< With 1 fold: the rows to judge by, while all of the data
                               are trained on; else NULL (default). */
    int32_t scaling;      /**< 0 (default), or a `BP_SCALING_` value: inputs are scaled by
                               a scaler that is fitted on the rows trained on. */
    int32_t metric;       /**< The score: ::BP_MONITOR_COST (default) or a `BP_METRIC_`
                               value. */
    int32_t metric_index; /**< Of that metric, default ::BP_INDEX_ALL. */
    uint32_t reserved;    /**< 0. */
    const bp_fit_options *fit; /**< How each is trained; NULL (default): the defaults.
                               Held-out rows of its own are a fraction of those trained
                               on; it has no checkpoints and resumes nothing. */
    bp_cross_fn progress; /**< Called after each run, or NULL (default). */
    void *user;           /**< Passed to it. */
} bp_cross_options;

/** What bp_trainer_cross_validate() found. */
typedef struct bp_cross_report {
    uint32_t struct_size;  /**< sizeof(bp_cross_report), set by the caller. */
    uint32_t reserved;     /**< 0. */
    uint64_t runs;         /**< folds * repeats. */
    double mean;           /**< Mean of the scores. */
    double deviation;      /**< Their standard deviation, by runs - 1; 0 for one run. */
    double least;          /**< The least score. */
    double most;           /**< The greatest. */
    double cost_mean;      /**< Mean of the costs of held-out rows. */
    double cost_deviation; /**< Their standard deviation. */
    double epochs_mean;    /**< Mean of the epochs trained. */
    double seconds;        /**< All took. */
} bp_cross_report;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_cross_options_init(bp_cross_options *options);

/** Train one description on each k - 1 of k folds, judge it by the fold left out, and
 * tell mean and spread (Stone, 1974); or, with `held`, train it on all data with several
 * seeds, and judge it by other rows. The same seed gives the same figures, to the bit.
 * @param trainer  the description, built or not: network, cost, optimizer, schedule and
 *                 all settings. Each run has a copy whose parameters are drawn anew and
 *                 whose training begins.
 * @param data     the rows.
 * @param options  or NULL for the defaults.
 * @param report   filled; set its struct_size before.
 * @return as bp_trainer_build() and bp_trainer_train(), ::BP_EINVAL for an option out of
 *         range, ::BP_ESTATE for fewer rows than folds, ::BP_ENOMEM. */
BP_API bp_status bp_trainer_cross_validate(bp_trainer *trainer, const bp_dataset *data,
                                           const bp_cross_options *options,
                                           bp_cross_report *report);

/** How bp_trainer_find_rate() works. */
typedef struct bp_rate_options {
    uint32_t struct_size; /**< sizeof(bp_rate_options), set by bp_rate_options_init(). */
    uint32_t reserved;    /**< 0. */
    double low;           /**< The first rate, 1e-30 to 1e6; default 1e-6. */
    double high;          /**< The last, above `low` and at most 1e6; default 10. */
    uint64_t steps;       /**< Rates to try, one an update, 10 to 1e6; default 100. */
    double smoothing;     /**< Of the costs, exponential, at least 0 and below 1; default
                               0.9. Nothing is suggested from the first
                               1 / (1 - smoothing) updates, whose mean is of few. */
    double *rates;        /**< Where rates of the first `capacity` updates go, or NULL. */
    double *costs;        /**< Where their smoothed costs go, or NULL. */
    size_t capacity;      /**< Of both; 0 (default): none. */
    bp_progress_fn progress; /**< Called after every step, or NULL (default). */
    void *user;           /**< Passed to it. */
} bp_rate_options;

/** What bp_trainer_find_rate() found. */
typedef struct bp_rate_report {
    uint32_t struct_size; /**< sizeof(bp_rate_report), set by the caller. */
    int32_t found;        /**< 1 if the cost fell anywhere; 0: there is no suggestion. */
    int32_t diverged;     /**< 1 if the cost came to four times its least (or, where that
                               is below 0, far above it again), or overflowed, before all
                               rates were tried. */
    uint32_t reserved;    /**< 0. */
    uint64_t steps;       /**< Rates tried. */
    double rate;          /**< The suggestion: where the cost fell fastest; 0: none. */
    double least_rate;    /**< Where it was least: too high to train at as a rule, a tenth
                               of it is another suggestion. */
    double least_cost;    /**< The smoothed cost there. */
} bp_rate_report;

/** Set the options to their defaults, and struct_size.
 * @return ::BP_EINVAL for NULL. */
BP_API bp_status bp_rate_options_init(bp_rate_options *options);

/** Suggest a learning rate: try rates from low to high, each for one update, on a copy of
 * the trainer and without its schedule, and see where the cost falls fastest (Smith,
 * 2017).
 * @param trainer  a built trainer, as a rule before its first step; it stays as it is.
 * @param data     as for bp_trainer_epoch().
 * @param options  or NULL for the defaults.
 * @param report   filled; set its struct_size before.
 * @return as bp_trainer_epoch(), ::BP_EINVAL for an option out of range,
 *         ::BP_EUNSUPPORTED for iRPROP- and L-BFGS, which find the length of their steps
 *         themselves, ::BP_ESTOPPED if the callback stopped it. */
BP_API bp_status bp_trainer_find_rate(bp_trainer *trainer, const bp_dataset *data,
                                      const bp_rate_options *options,
                                      bp_rate_report *report);

/** What a diagnosis found, to be read. */
typedef struct bp_diagnosis bp_diagnosis;

/** How bad a finding is. */
enum {
    BP_SEVERITY_NOTE = 1,    /**< Good to know. */
    BP_SEVERITY_WARNING = 2, /**< It slows learning, or shows that it goes wrong. */
    BP_SEVERITY_FAULT = 3    /**< It cannot learn so. */
};

/** What can be found. The values are frozen; thresholds may change between releases. */
enum {
    BP_FINDING_TARGET_RANGE = 1,   /**< Targets that `layer`, the last, cannot reach, or
                                        that the cost refuses: `count` of them, the worst
                                        is `value` in column `index`, the bound is
                                        `threshold`. */
    BP_FINDING_CONSTANT_INPUT = 2, /**< `count` input columns are constant, the first is
                                        `index`, at `value`. */
    BP_FINDING_UNSCALED_INPUT = 3, /**< Input column `index` has the largest mean or
                                        deviation, `value`. `count` columns are above
                                        `threshold`; or an eighth of the columns are
                                        less than a hundredth as wide. */
    BP_FINDING_SATURATED = 4,      /**< `count` units of the layer, at least half of them,
                                        have a slope below 4 % of the steepest in 95 % of
                                        the rows: sigmoid, hard sigmoid, tanh, softsign.
                                        `value` is their part. */
    BP_FINDING_DEAD = 5,           /**< `count` relu units of the layer put out 0 for all
                                        rows; `value` is their part. */
    BP_FINDING_VANISHING = 6,      /**< The gradients of the layer's weights are less than
                                        a thousandth of those of the last dense one, root
                                        mean square: `value` times. */
    BP_FINDING_EXPLODING = 7,      /**< They are more than a thousand times as large. */
    BP_FINDING_RATE_HIGH = 8,      /**< The next update changes the weights of the layer
                                        by more than a tenth of their size: `value` is
                                        |change| / |weights|. A thousandth is usual. */
    BP_FINDING_RATE_LOW = 9,       /**< No layer's weights change by more than 1e-5; the
                                        layer is the one that changes most. */
    BP_FINDING_NOT_FINITE = 10,    /**< The layer is the first with NaN or infinity: in
                                        its parameters, else its outputs, else the cost,
                                        else the gradients on the way back. */
    BP_FINDING_CLASS_NOT_PREDICTED = 11, /**< `count` classes that occur are never
                                        predicted, the first is `index`, of `value` rows.
                                        So it is before any training, too. */
    BP_FINDING_SAME_UNITS = 12     /**< All `count` units of a layer within have the same
                                        weights and biases, in and out: they will never
                                        differ. */
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

/** How bp_trainer_diagnose() works. */
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

/** Look for what keeps a network from learning: in the data, the parameters, the units
 * and gradients over some rows, and what the next update would change. All that is tried
 * is tried on a copy.
 * @param trainer    a built trainer, before or after training; it stays as it is.
 * @param data       what it is trained on.
 * @param options    or NULL for the defaults.
 * @param diagnosis  where the new object goes; the caller destroys it. Its memory comes
 *                   from the network's tables.
 * @return ::BP_OK whenever it looked, whatever it found. ::BP_EINVAL, ::BP_ESTATE,
 *         ::BP_ESHAPE as bp_trainer_epoch(), ::BP_ENOMEM, ::BP_EBUSY, ::BP_ESTOPPED by an
 *         operation of your own. */
BP_API bp_status bp_trainer_diagnose(bp_trainer *trainer, const bp_dataset *data,
                                     const bp_diagnosis_options *options,
                                     bp_diagnosis **diagnosis);

/** Destroy a diagnosis.
 * @param diagnosis  the diagnosis, or NULL. */
BP_API void bp_diagnosis_destroy(bp_diagnosis *diagnosis);

/** Number of findings; 0 for NULL. */
BP_API size_t bp_diagnosis_findings(const bp_diagnosis *diagnosis);

/** Give a finding.
 * @param diagnosis  the diagnosis.
 * @param index      from 0: the data first, then the network, then the training.
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

/** @} */

/** @defgroup stream 20. Streams
 *
 * A stream gives rows that are never in memory all at once: from a function of yours that
 * makes them, or from files that are read piece by piece. An epoch of a fit takes them in
 * windows of so many rows, in the order of the source, and shuffles each window. While
 * the steps run on one window, a thread can fill the next. For the same seed the bits are
 * the same on any number of threads, with or without that thread; and where one window
 * holds all rows, they are those of the fit on a data set with these rows.
 * @{ */

/** A source of rows. */
typedef struct bp_stream bp_stream;

/** Settings of a stream, for bp_stream_set(). */
enum {
    BP_STREAM_WINDOW = 1,  /**< Rows of a window, 1 to 1e9; default 8192. A fit rounds it
                                up to whole batches, and holds two windows in memory at
                                most. */
    BP_STREAM_PREFETCH = 2 /**< 1: a thread of its own fills the next window while the
                                steps run on the one before; 0: the calling thread fills
                                it between the steps. The thread calls your function, and
                                the memory and file functions of your tables, one call at
                                a time. Default: 1 for files that are read through the
                                default tables, else 0. There is no such thread where the
                                host lends threads of its own (::bp_parallel), where
                                ::BP_NETWORK_THREADS is 1, or where the process has one
                                processor. */
};

/** What rows a stream has. */
typedef struct bp_stream_shape {
    uint32_t struct_size; /**< sizeof(bp_stream_shape), set by the caller. */
    int32_t weighted;     /**< 1: rows have weights; 0: they all count alike. */
    uint64_t rows;        /**< Of an epoch: 1 to 2^53. */
    size_t inputs;        /**< Input columns, at least 1. */
    size_t outputs;       /**< Target columns; 0: none. */
    size_t classes;       /**< Labels are from 0 to classes - 1, at most 1 000 000; 0:
                               there are none. */
} bp_stream_shape;

/** Rows to be filled: what a ::bp_rows_fn is given. Arrays are row by row, without
 * gaps, and all zero; those that the shape does not have are NULL. */
typedef struct bp_rows {
    uint32_t struct_size; /**< Size of the record that the library passes. */
    uint32_t reserved;    /**< 0. */
    uint64_t epoch;       /**< Epochs that the trainer had completed, from 0. */
    uint64_t first;       /**< The first row to fill, from 0, counted in the epoch. */
    size_t rows;          /**< How many. */
    float *inputs;        /**< rows * inputs numbers, finite. */
    float *targets;       /**< rows * outputs numbers, finite. */
    int32_t *labels;      /**< One a row. */
    float *weights;       /**< One a row, finite and not negative. */
} bp_rows;

/** Fills rows. It must give the same rows for the same epoch and places, as an epoch that
 * was stopped goes on in the middle; in another epoch they may be others, so that no
 * example need ever come twice. It may not call the library on the stream or the trainer.
 * @return 0; a negative ::bp_status, which the call that wanted the rows then gives; or
 *         anything else, which it gives as ::BP_ESTOPPED. */
typedef int32_t (*bp_rows_fn)(bp_rows *rows, void *user);

/** Create a stream without a source.
 * @param env     the host's tables, or NULL.
 * @param stream  where the new object goes; the caller destroys it.
 * @return ::BP_EINVAL, ::BP_ENOMEM. */
BP_API bp_status bp_stream_create(const bp_env *env, bp_stream **stream);

/** Destroy a stream.
 * @param stream  the stream, or NULL. */
BP_API void bp_stream_destroy(bp_stream *stream);

/** Why the last failing call that could write to the stream failed; "" if none has. */
BP_API const char *bp_stream_error(const bp_stream *stream);

/** Change a setting. Another window is another order of the rows.
 * @return ::BP_EINVAL for an unknown key or a value out of range, ::BP_EBUSY from a
 *         callback of a fit on the stream. */
BP_API bp_status bp_stream_set(bp_stream *stream, int32_t key, double value);

/** Read a setting; the twin of bp_stream_set(). */
BP_API bp_status bp_stream_get(const bp_stream *stream, int32_t key, double *value);

/** Take the rows from a function.
 * @param stream  a stream without a source.
 * @param shape   copied.
 * @param fill    called whenever rows are needed.
 * @param user    passed to it; must live as long as the stream.
 * @return ::BP_EINVAL, ::BP_ESTATE if it has a source, ::BP_ELIMIT for rows that are
 *         wider than memory. */
BP_API bp_status bp_stream_open(bp_stream *stream, const bp_stream_shape *shape,
                                bp_rows_fn fill, void *user);

/** Take the rows from a pair of IDX files, which are not compressed, as
 * bp_dataset_read_idx() reads them. The files are opened anew for each epoch and must
 * stay as they are. The labels are read through once, to count the classes.
 * @param stream  a stream without a source.
 * @param inputs  path of the file of images.
 * @param labels  path of the file of labels.
 * @return ::BP_EINVAL, ::BP_ESTATE, ::BP_EIO, ::BP_EDATA, ::BP_ESHAPE if the files' rows
 *         differ, ::BP_EUNSUPPORTED for compressed files, ::BP_ENOMEM. */
BP_API bp_status bp_stream_open_idx(bp_stream *stream, const char *inputs,
                                    const char *labels);

/** Take the rows from a pair of NPY files, which are not compressed, as
 * bp_dataset_read_npy() reads them.
 * @param stream   a stream without a source.
 * @param inputs   path of the inputs.
 * @param targets  path of the targets or labels.
 * @return as bp_stream_open_idx(), ::BP_EUNSUPPORTED also for a version or type that is
 *         not read, and for more than one column in the order of Fortran. */
BP_API bp_status bp_stream_open_npy(bp_stream *stream, const char *inputs,
                                    const char *targets);

/** Tell what rows the stream has.
 * @param stream  a stream with a source.
 * @param shape   filled; set its struct_size before.
 * @return ::BP_EINVAL, ::BP_ESTATE without a source. */
BP_API bp_status bp_stream_get_shape(const bp_stream *stream, bp_stream_shape *shape);

/** Read rows into a data set, in the order of the source: to hold some out, to fit a
 * scaler, to look at them.
 * @param stream   a stream with a source.
 * @param epoch    what a ::bp_rows_fn is told, from 0; files are the same in all.
 * @param first    the first row, from 0.
 * @param rows     how many, at least 1.
 * @param dataset  an empty data set.
 * @return ::BP_EINVAL also if the rows are not there, ::BP_ESTATE without a source or if
 *         the data set is not empty, ::BP_EDATA for numbers, labels or weights that
 *         cannot be, ::BP_EIO, ::BP_ENOMEM, ::BP_EBUSY, and what the function answers. */
BP_API bp_status bp_stream_read(bp_stream *stream, uint64_t epoch, uint64_t first,
                                size_t rows, bp_dataset *dataset);

/** Train with options on the rows of a stream; the twin of bp_trainer_train(). An epoch
 * that was stopped goes on, with the same bits, if the stream has the same rows and
 * window as then. What is wrong with rows is told when their window is begun.
 * @param trainer  a built trainer.
 * @param stream   a stream with a source; it is busy until this returns.
 * @param options  or NULL for the defaults. Held-out rows are a data set in memory:
 *                 `validation_fraction` must be 0.
 * @param result   filled if it succeeds; set its struct_size before. Or NULL.
 * @return as bp_trainer_train() and bp_stream_read(). */
BP_API bp_status bp_trainer_train_stream(bp_trainer *trainer, bp_stream *stream,
                                         const bp_fit_options *options,
                                         bp_fit_result *result);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
