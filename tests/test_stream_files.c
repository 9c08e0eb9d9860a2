/* SPDX-License-Identifier: MIT */
/* Streams on files: rows piece by piece, files that cannot be, files that change. */
#include "unit_helpers.h"

enum { IMAGE_ROWS = 90, IMAGE_COLS = 12 };

static void put_be32(unsigned char *to, unsigned value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (24 - 8 * i));
}

struct images {
    unsigned char inputs[16 + IMAGE_ROWS * IMAGE_COLS];
    unsigned char labels[8 + IMAGE_ROWS];
    char inputs_npy[80 + IMAGE_ROWS * IMAGE_COLS * 4];
    char targets_npy[80 + IMAGE_ROWS * 8];
};

/* A header of 80 bytes: it is filled up with spaces. */
static void put_npy_head(char *to, const char *type, const char *order, const char *shape)
{
    char text[71];
    int length =
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': %s, 'shape': %s}",
                 type, order, shape);

    memset(text + length, ' ', sizeof text - (size_t)length);
    text[69] = '\n';
    memcpy(to, "\x93NUMPY\1\0\x46\0", 10);
    memcpy(to + 10, text, 70);
}

static void images_init(struct images *images)
{
    memset(images, 0, sizeof *images);
    images->inputs[2] = images->labels[2] = 8;
    images->inputs[3] = 3;
    images->labels[3] = 1;
    put_be32(images->inputs + 4, IMAGE_ROWS);
    put_be32(images->inputs + 8, 3);
    put_be32(images->inputs + 12, IMAGE_COLS / 3);
    put_be32(images->labels + 4, IMAGE_ROWS);
    put_npy_head(images->inputs_npy, "<f4", "False", "(90, 12)");
    put_npy_head(images->targets_npy, "<f8", "False", "(90,)");
    for (size_t i = 0; i < IMAGE_ROWS * IMAGE_COLS; i++) {
        const float value = (float)spread_at(i);

        images->inputs[16 + i] = (unsigned char)(i * 37 % 251);
        memcpy(images->inputs_npy + 80 + 4 * i, &value, 4);
    }
    for (size_t i = 0; i < IMAGE_ROWS; i++) {
        const double value = spread_at(i);

        images->labels[8 + i] = (unsigned char)(i % 5);
        memcpy(images->targets_npy + 80 + 8 * i, &value, 8);
    }
}

static void add_images(void **state, const struct images *images)
{
    struct failing_env *host = *state;

    failing_env_add_file(host, "x.idx", images->inputs, sizeof images->inputs);
    failing_env_add_file(host, "y.idx", images->labels, sizeof images->labels);
    failing_env_add_file(host, "x.npy", images->inputs_npy, sizeof images->inputs_npy);
    failing_env_add_file(host, "y.npy", images->targets_npy, sizeof images->targets_npy);
    for (size_t i = 0; i < 4; i++)
        host->file[i].chunk = 100;
}

static void assert_rows(const bp_dataset *whole, size_t first, const bp_dataset *part)
{
    float a[IMAGE_COLS], b[IMAGE_COLS];

    for (size_t row = 0; row < bp_dataset_rows(part); row++) {
        int32_t la = -1, lb = -1;

        ok(bp_dataset_get_inputs(whole, first + row, a, IMAGE_COLS));
        ok(bp_dataset_get_inputs(part, row, b, IMAGE_COLS));
        assert_memory_equal(a, b, sizeof a);
        if (bp_dataset_classes(whole) > 0) {
            ok(bp_dataset_get_label(whole, first + row, &la));
            ok(bp_dataset_get_label(part, row, &lb));
            assert_int_equal(la, lb);
            continue;
        }
        ok(bp_dataset_get_targets(whole, first + row, a, 1));
        ok(bp_dataset_get_targets(part, row, b, 1));
        assert_true(a[0] == b[0]);
    }
}

/* Parts before, behind and across others; each as the reader of whole files has it. */
static void files_give_their_rows(void **state)
{
    static const size_t parts[][2] = {{0, 90}, {7, 20}, {27, 1}, {3, 60}, {89, 1}};
    static struct images images;

    images_init(&images);
    add_images(state, &images);
    for (int npy = 0; npy < 2; npy++) {
        bp_stream_shape shape = {.struct_size = sizeof shape};
        bp_stream *stream = NULL;
        bp_dataset *whole = NULL;

        ok(bp_dataset_create(env_of(state), &whole));
        ok(bp_stream_create(env_of(state), &stream));
        ok(npy ? bp_dataset_read_npy(whole, "x.npy", "y.npy")
               : bp_dataset_read_idx(whole, "x.idx", "y.idx"));
        ok(npy ? bp_stream_open_npy(stream, "x.npy", "y.npy")
               : bp_stream_open_idx(stream, "x.idx", "y.idx"));
        ok(bp_stream_get_shape(stream, &shape));
        assert_int_equal(shape.rows, IMAGE_ROWS);
        assert_int_equal(shape.inputs, IMAGE_COLS);
        assert_int_equal(shape.outputs, npy ? 1 : 0);
        assert_int_equal(shape.classes, npy ? 0 : 5);
        for (size_t i = 0; i < COUNT(parts); i++) {
            bp_dataset *part = NULL;

            ok(bp_dataset_create(env_of(state), &part));
            ok(bp_stream_read(stream, i, parts[i][0], parts[i][1], part));
            assert_int_equal(bp_dataset_rows(part), parts[i][1]);
            assert_rows(whole, parts[i][0], part);
            bp_dataset_destroy(part);
        }
        bp_stream_destroy(stream);
        bp_dataset_destroy(whole);
    }
}

static void refuse(void **state, bool npy, const char *x, const char *y,
                   bp_status expected, const char *line)
{
    bp_stream *stream = NULL;

    ok(bp_stream_create(env_of(state), &stream));
    assert_int_equal(npy ? bp_stream_open_npy(stream, x, y)
                         : bp_stream_open_idx(stream, x, y),
                     expected);
    assert_line(bp_stream_error(stream), line);
    bp_stream_destroy(stream);
}

static void files_that_cannot_be(void **state)
{
    static const unsigned char packed[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0};
    static struct images images, other, bad;
    struct failing_env *host = *state;
    struct env_file *file;

    images_init(&images);
    images_init(&other);
    images_init(&bad);
    add_images(state, &images);
    put_be32(other.labels + 4, IMAGE_ROWS - 1);
    put_npy_head(other.inputs_npy, "<f4", "True", "(90, 12)");
    failing_env_add_file(host, "packed", packed, sizeof packed);
    failing_env_add_file(host, "short", other.labels, sizeof other.labels - 1);
    failing_env_add_file(host, "fortran", other.inputs_npy, sizeof other.inputs_npy);
    failing_env_add_file(host, "cut", images.inputs, sizeof images.inputs - 1);
    file = failing_env_add_file(host, "pipe", images.inputs, sizeof images.inputs);
    file->unknown_size = true;
    refuse(state, false, "packed", "y.idx", BP_EUNSUPPORTED, "packed: the file is comp");
    refuse(state, false, "x.idx", "short", BP_ESHAPE, "short: the rows are 89");
    refuse(state, false, "x.idx", "x.idx", BP_EDATA, "x.idx: the type is 0x08 of 3");
    refuse(state, false, "cut", "y.idx", BP_EDATA, "cut: the elements are 1079 bytes");
    refuse(state, false, "pipe", "y.idx", BP_EUNSUPPORTED, "pipe: the size");
    refuse(state, false, "absent", "y.idx", BP_EIO, "absent");
    refuse(state, true, "fortran", "y.npy", BP_EUNSUPPORTED, "fortran: the order");
    refuse(state, true, "x.idx", "y.npy", BP_EDATA, "x.idx: the data do not begin");
}

/* What changes after it was opened is found when it is read. */
static void files_that_change(void **state)
{
    static struct images images;
    struct failing_env *host = *state;
    bp_stream *stream = NULL;
    bp_dataset *part = NULL;
    struct env_file *file;

    images_init(&images);
    add_images(state, &images);
    file = failing_env_find_file(host, "x.idx");
    ok(bp_stream_create(env_of(state), &stream));
    ok(bp_dataset_create(env_of(state), &part));
    ok(bp_stream_open_idx(stream, "x.idx", "y.idx"));
    file->size = 500;
    assert_int_equal(bp_stream_read(stream, 0, 60, 20, part), BP_EDATA);
    assert_line(bp_stream_error(stream), "x.idx: the data end after 500 bytes");
    file->size = sizeof images.inputs;
    file->read_error = 5;
    assert_int_equal(bp_stream_read(stream, 0, 60, 20, part), BP_EIO);
    assert_int_equal(bp_dataset_rows(part), 0);
    file->read_error = 0;
    ok(bp_stream_read(stream, 0, 60, 20, part));
    bp_dataset_destroy(part);
    bp_stream_destroy(stream);
}

/* A row that is longer than what is read at once, and no memory for it. */
static void rows_longer_than_a_chunk(void **state)
{
    enum { WIDE = (1 << 18) + 7, HEAD = 12 };
    struct failing_env *host = *state;
    unsigned char *bytes = calloc(1, HEAD + 2 * WIDE);
    bp_stream *stream = NULL;
    bp_dataset *part = NULL;
    float *row;

    assert_non_null(bytes);
    memcpy(bytes, "\0\0\x08\2", 4);
    put_be32(bytes + 4, 2);
    put_be32(bytes + 8, WIDE);
    bytes[HEAD + WIDE] = 17;
    bytes[HEAD + 2 * WIDE - 1] = 18;
    failing_env_add_file(host, "wide", bytes, HEAD + 2 * WIDE);
    failing_env_add_file(host, "two", "\0\0\x08\1\0\0\0\2\0\1", 10);
    host->largest = WIDE - 1;
    ok(bp_stream_create(env_of(state), &stream));
    assert_status(bp_stream_open_idx(stream, "wide", "two"), BP_ENOMEM);
    assert_non_null(strstr(bp_stream_error(stream), "no memory for a row of 262151 by"));
    host->largest = 1 << 30;
    ok(bp_stream_open_idx(stream, "wide", "two"));
    ok(bp_dataset_create(env_of(state), &part));
    ok(bp_stream_read(stream, 0, 1, 1, part));
    row = malloc(WIDE * sizeof *row);
    assert_non_null(row);
    ok(bp_dataset_get_inputs(part, 0, row, WIDE));
    assert_true(row[0] == 17.0f / 255 && row[1] == 0 && row[WIDE - 1] == 18.0f / 255);
    free(row);
    bp_dataset_destroy(part);
    bp_stream_destroy(stream);
    free(bytes);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Real files, read by a thread beside the steps; from memory it is the same. */
static void fit_on_files(void **state)
{
    static const char x[] = "test_stream_x.idx", y[] = "test_stream_y.idx";
    static const size_t widths[] = {IMAGE_COLS, 9, 5};
    static struct images images;
    bp_network *networks[2];
    bp_dataset *data = NULL;

    (void)state;
    images_init(&images);
    write_file(x, images.inputs, sizeof images.inputs);
    write_file(y, images.labels, sizeof images.labels);
    ok(bp_dataset_create(NULL, &data));
    ok(bp_dataset_read_idx(data, x, y));
    for (int i = 0; i < 2; i++) {
        const struct net_recipe recipe = {
            NULL, widths, 3, BP_ACTIVATION_RELU, BP_ACTIVATION_SOFTMAX, 0};
        bp_stream *stream = NULL;
        bp_fit_options options;
        bp_trainer *trainer;
        double prefetch = 0;

        networks[i] = make_open_network(&recipe);
        ok(bp_network_set(networks[i], BP_NETWORK_THREADS, 2));
        ok(bp_network_build(networks[i], 4));
        trainer = make_trainer(networks[i], BP_COST_SOFTMAX_CROSS_ENTROPY, 8, 5);
        ok(bp_trainer_set(trainer, BP_TRAINER_SHUFFLE, 0));
        ok(bp_stream_create(NULL, &stream));
        ok(bp_stream_open_idx(stream, x, y));
        ok(bp_stream_get(stream, BP_STREAM_PREFETCH, &prefetch));
        assert_true(prefetch == 1);
        ok(bp_stream_set(stream, BP_STREAM_WINDOW, 16));
        ok(bp_fit_options_init(&options));
        options.epochs = 4;
        ok(i == 0 ? bp_trainer_train(trainer, data, &options, NULL)
                  : bp_trainer_train_stream(trainer, stream, &options, NULL));
        bp_stream_destroy(stream);
        bp_trainer_destroy(trainer);
    }
    assert_true(same_parameters(networks[0], networks[1]));
    bp_network_destroy(networks[0]);
    bp_network_destroy(networks[1]);
    bp_dataset_destroy(data);
    remove(x);
    remove(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(files_give_their_rows), HOST_TEST(files_that_cannot_be),
        HOST_TEST(files_that_change),     HOST_TEST(rows_longer_than_a_chunk),
        HOST_TEST(fit_on_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
