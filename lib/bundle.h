/* SPDX-License-Identifier: MIT */
/*
 * Models in files. The format is in docs/model-format.md; here it is
 *
 *     what is stored    bundle_walk     the tensors of a network, in their order
 *     its description   bundle_write    metadata of network, cost, scaler, names
 *                       bundle_read     and back, with every check
 *     its frame         bundle_frame    size, header, checksum, of checkpoints as well
 *     its bytes         bundle_move     between arena and file, in blocks
 *     the calls         bundle_save, bundle_load, bundle
 *
 * A new kind of layer needs a row in the tables of bundle_words, and where its
 * parameters are not weights and biases, one in that of bundle_walk.
 */
#ifndef BP_BUNDLE_H
#define BP_BUNDLE_H

#include "cost.h"
#include "format/crc32.h"
#include "format/safetensors.h"
#include "scaler.h"

enum {
    BP_FORMAT_MAJOR = 1,    /**< A file of a newer major is refused. */
    BP_FORMAT_MINOR = 0,    /**< A newer minor may have metadata that are passed over. */
    BP_NUMERICS = 1,        /**< Of the rules in docs/numerics.md. */
    BP_DATA_ALIGNMENT = 64, /**< Where the data begin in the file. */
    BP_KEY_SIZE = 64
};

/* Names. */

/** Texts in one block: pointers, then what they point to. */
struct bp_name_list {
    size_t count;
    const char *const *names;
    struct bp_bytes memory;
};

struct bp_bundle {
    struct bp_host host;
    struct bp_text text;
    struct bp_network *network; /**< NULL: the bundle is empty. */
    struct bp_cost *cost;
    struct bp_scaler *scaler;
    struct bp_name_list class_names;
    struct bp_name_list input_names;
};

/** Destroy what is in it. */
void bp_bundle_clear(struct bp_bundle *bundle);

/** The tables of a host, as a constructor takes them. */
struct bp_env bp_host_env(const struct bp_host *host);

/* Words. */

/** A word of the format and the value it stands for. */
struct bp_word {
    int32_t value;
    const char *name;
};

/** Kinds of layers. */
extern const struct bp_word bp_words_kind[];
/** Settings of layers, each kind those it has. */
extern const struct bp_word bp_words_setting[];
/** Kinds of scalers. */
extern const struct bp_word bp_words_scaling[];
/** What stands for an operation of the caller's own. */
extern const char bp_word_custom[];

/** NULL for a value without a word. The tables end in a NULL name. */
const char *bp_word_of(const struct bp_word *words, int32_t value);
/** @return false for a name that is none. */
bool bp_word_find(const struct bp_word *words, const char *name, int32_t *value);

struct bp_key {
    char text[BP_KEY_SIZE];
};

/** "prefix.index.name"; without ".name" if that is NULL. @return key->text. */
const char *bp_key(struct bp_key *key, const char *prefix, size_t index,
                   const char *name);

/* What is stored. */

/** One tensor, and where its elements lie in memory. */
struct bp_stored {
    struct bp_key name;
    enum bp_dtype dtype;
    size_t rank;             /**< 1, or 2: rows and cols. */
    unsigned char *elements; /**< Element (0, 0); NULL before there is memory. */
    size_t rows, cols;
    size_t row_stride, col_stride; /**< In elements. */
    bool is_variance;              /**< None is below 0. */
};

/** Over all tensors of a network and its scaler, in their order. */
struct bp_walk {
    const struct bp_network *network;
    const struct bp_scaler *scaler; /**< Or NULL. */
    size_t step;
};

/** @return false at the end. */
bool bp_walk_next(struct bp_walk *walk, struct bp_stored *stored);

/** How the header names it. */
struct bp_st_tensor bp_stored_tensor(const struct bp_stored *stored);

/* Bytes. */

/* A smaller one makes many blocks of a small tensor: for the fuzzers. */
#ifndef BP_MOVE_SIZE
#define BP_MOVE_SIZE (1 << 20)
#endif

/** Memory for moving blocks, and the checksum of all that has come by. */
struct bp_mover {
    struct bp_crc32 crc;
    unsigned char block[BP_MOVE_SIZE];
};

/** Takes bytes of a file. */
typedef bp_status (*bp_sink_fn)(void *user, const void *bytes, size_t size);
/** Gives bytes of a file. */
typedef bp_status (*bp_fill_fn)(void *user, void *bytes, size_t size);

/** Elements from memory to a file, as rows, the least significant byte first.
 * @param text  NULL: they are known to be finite.
 * @return ::BP_EDATA for what is not finite, or what the sink answers. */
bp_status bp_move_out(struct bp_mover *mover, const struct bp_stored *stored,
                      bp_sink_fn sink, void *user, struct bp_text *text);

/** The way back; adds to the checksum. */
bp_status bp_move_in(struct bp_mover *mover, const struct bp_stored *stored,
                     bp_fill_fn fill, void *user, struct bp_text *text);

struct bp_source;

/** A file of the profile that is read: size and header, tensors, checksum. The first four
 *  fields are set. */
struct bp_frame {
    const struct bp_host *host;
    struct bp_text *text;
    struct bp_source *source;
    const char *what; /**< "model": for lines. */
    struct bp_bytes json;
    struct bp_mover *mover;
    uint32_t checksum; /**< As the header says. */
    struct bp_st_header header;
};

/** @return ::BP_ENOMEM; nothing is left to end then. */
bp_status bp_frame_begin(struct bp_frame *frame);
void bp_frame_end(struct bp_frame *frame);

/** Read size and header, and check that the data are as long as it says.
 * @return ::BP_EIO, ::BP_EDATA, ::BP_ELIMIT, ::BP_ENOMEM. */
bp_status bp_frame_header(struct bp_frame *frame, size_t limit);

/** Take the checksum out of the header, once all of it was found right. */
bp_status bp_frame_checksum(struct bp_frame *frame);

/** Read the next tensor. */
bp_status bp_frame_tensor(struct bp_frame *frame, const struct bp_stored *stored);

/** The data end, and the checksum is that of all bytes. */
bp_status bp_frame_close(struct bp_frame *frame);

/** Check the options of a load, and give the defaults where there are none. */
bp_status bp_load_check(const bp_load_options **options, bp_load_options *defaults,
                        struct bp_text *text);

/** Put the name of the file, of which the end counts, before the line of a fault that
 *  does not have it. @return @p status. */
bp_status bp_frame_blame(const char *path, bp_status status, struct bp_text *text);

/** What makes the bytes of a file, once for each call and always the same. */
struct bp_output {
    bp_status (*produce)(void *context, bp_sink_fn sink, void *user);
    void *context;
};

/** Put them into a file, in one step. */
bp_status bp_output_file(const struct bp_output *output, const struct bp_host *host,
                         const char *path, struct bp_text *text);

/** Put them into the caller's memory, if all of them fit.
 * @param size  becomes their number, also with ::BP_ELIMIT. */
bp_status bp_output_memory(const struct bp_output *output, void *bytes, size_t capacity,
                           size_t *size, struct bp_text *text);

/** Check what a call that saves is given, and fill @p options, from the caller's or the
 *  defaults.
 * @return as bp_network_save(). */
bp_status bp_save_check(struct bp_network *network, const bp_save_options *given,
                        bp_save_options *options);

/* The header. */

/** "major.minor", both whole. @return false if it is not. */
bool bp_format_version(const char *text, uint64_t *major, uint64_t *minor);

/** The first words of every header: the checksum follows, 8 digits. */
extern const char bp_header_begin[];
enum { BP_CHECKSUM_SIZE = 8 };

/** Where the checksum stands in a file. */
size_t bp_checksum_at(void);

/** As 8 digits, without an end. */
void bp_checksum_write(char *digits, uint32_t value);

/** Describe a network and what goes with it, with a checksum of zeros.
 * @return as bp_network_save(), with a line in @p text. */
bp_status bp_header_write(struct bp_st_writer *writer, const struct bp_network *network,
                          const bp_save_options *options, struct bp_text *text);

/** What reads the metadata of a header. */
struct bp_reading {
    struct bp_bundle *bundle;
    struct bp_st_header *header;
    const bp_load_options *options;
    struct bp_env env; /**< The bundle's tables. */
    struct bp_text *text;
    uint64_t minor; /**< Of the file's format. */
};

/** The text of a key that must be there. @return ::BP_EDATA without it. */
bp_status bp_want(struct bp_reading *r, const char *key, const char **value);
/** A whole number from @p least to @p most. */
bp_status bp_want_whole(struct bp_reading *r, const char *key, uint64_t least,
                        uint64_t most, uint64_t *number);
bp_status bp_want_number(struct bp_reading *r, const char *key, double *number);
/** bp_fail() with ::BP_EUNSUPPORTED for an operation that is not known here. */
bp_status bp_unknown(const struct bp_reading *r, const char *what, const char *name);
/** bp_fail() with ::BP_EUNSUPPORTED for one of another version. */
bp_status bp_other_version(const struct bp_reading *r, const char *name, uint64_t there,
                           uint32_t here);
/** Describe the layers. */
bp_status bp_read_layers(struct bp_reading *r);

/** Fill an empty bundle from a header; the network is built, its parameters are 0.
 * @return as bp_bundle_load(), with a line in the bundle; what was made so far stays in
 *         it. */
bp_status bp_header_read(struct bp_bundle *bundle, struct bp_st_header *header,
                         const bp_load_options *options);

#endif
