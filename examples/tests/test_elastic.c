/* SPDX-License-Identifier: MIT */
/* The distortions: nothing done is nothing changed, a shift is a shift, the field is as
 * smooth and as strong as it is said to be, and the key alone decides. */
#include "../common/check.h"
#include "../common/elastic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int faults;

static void expect(int good, const char *what)
{
    printf("%s  %s\n", good ? "ok  " : "FAIL", what);
    faults += !good;
}

/* A blot that does not touch the border. */
static void make_image(float *image)
{
    for (int i = 0; i < ELASTIC_PIXELS; i++) {
        const double x = i % ELASTIC_SIDE - 11.5, y = (double)i / ELASTIC_SIDE - 14.0;
        image[i] = (float)exp(-(x * x + y * y / 3) / 12);
        image[i] = image[i] < 0.01f ? 0 : image[i];
    }
}

static void test_nothing(const float *image)
{
    const struct elastic none = {.sigma = 4};
    struct elastic_map map;
    float moved[ELASTIC_PIXELS];

    elastic_draw(&none, 1, 3, &map);
    elastic_apply(&map, image, moved);
    expect(memcmp(image, moved, sizeof moved) == 0, "without strength nothing changes");
}

/* u = (1, 2) everywhere: what is looked up lies there, so the image goes back by it. */
static void test_shift(const float *image)
{
    static struct elastic_map map = {.a = {{1, 0}, {0, 1}}};
    float moved[ELASTIC_PIXELS];
    int same = 1;

    for (int i = 0; i < ELASTIC_PIXELS; i++) {
        map.u[0][i] = 1;
        map.u[1][i] = 2;
    }
    elastic_apply(&map, image, moved);
    for (int y = 0; y < ELASTIC_SIDE - 2; y++)
        for (int x = 0; x < ELASTIC_SIDE - 1; x++)
            same = same &&
                   moved[y * ELASTIC_SIDE + x] == image[(y + 2) * ELASTIC_SIDE + x + 1];
    expect(same, "a field of (1, 2) is a shift");
}

/* A quarter turn takes column x to row x. */
static void test_turn(const float *image)
{
    static const struct elastic_map map = {.a = {{0, -1}, {1, 0}}};
    float moved[ELASTIC_PIXELS];
    int same = 1;

    elastic_apply(&map, image, moved);
    for (int y = 0; y < ELASTIC_SIDE; y++)
        for (int x = 0; x < ELASTIC_SIDE; x++)
            same = same && moved[y * ELASTIC_SIDE + x] ==
                               image[x * ELASTIC_SIDE + ELASTIC_SIDE - 1 - y];
    expect(same, "a quarter turn is a quarter turn");
}

/* White noise of variance 1/3, smoothed by a Gaussian of deviation s in two directions,
 * has variance 1 / (3 * 4 pi s^2) away from the border; its slope 1 / (2 s^2) of that. */
static void test_field(void)
{
    enum { MAPS = 400, LOW = 10, HIGH = 18 };
    const struct elastic elastic = {.strength = 36, .sigma = 4};
    const double variance = 36.0 * 36.0 / (3 * 4 * 3.14159265358979 * 16);
    double sum = 0, squares = 0, slopes = 0, count = 0;
    struct elastic_map map;

    for (uint64_t key = 0; key < MAPS; key++) {
        elastic_draw(&elastic, key, 0, &map);
        for (int y = LOW; y < HIGH; y++)
            for (int x = LOW; x < HIGH; x++) {
                const float *u = &map.u[key % 2][y * ELASTIC_SIDE + x];
                sum += (double)u[0];
                squares += (double)(u[0] * u[0]);
                slopes += (double)((u[1] - u[0]) * (u[1] - u[0]));
                count++;
            }
    }
    expect(fabs(sum / count) < 0.15, "displacements go everywhere alike");
    expect(fabs(squares / count / variance - 1) < 0.15, "they are as strong as they say");
    expect(fabs(slopes / count / (variance / 32) - 1) < 0.15,
           "they are as smooth as they say");
}

static void test_key(const float *image)
{
    struct elastic_map map, other;
    float moved[ELASTIC_PIXELS];
    int within = 1;

    elastic_draw(&elastic_usual, 7, 4, &map);
    elastic_draw(&elastic_usual, 7, 4, &other);
    expect(memcmp(&map, &other, sizeof map) == 0, "the same key, the same map");
    elastic_draw(&elastic_usual, 8, 4, &other);
    expect(memcmp(map.u, other.u, sizeof map.u) != 0, "another key, another map");
    for (uint64_t key = 0; key < 200; key++) {
        elastic_draw(&elastic_usual, key, 1, &map);
        within = within && fabsf(map.a[1][0] / map.a[0][0]) < 0.1317f; /* tan 7.5 */
        elastic_apply(&map, image, moved);
        for (int i = 0; i < ELASTIC_PIXELS; i++)
            within = within && moved[i] >= 0 && moved[i] <= 1;
    }
    expect(within, "pixels stay within 0 and 1, a 1 is turned by 7.5 degrees at most");
}

/* Rows of a stream: labels stay, epochs differ, the same epoch is the same again. */
static void test_rows(const float *image)
{
    enum { ROWS = 20 };
    static float images[ROWS * ELASTIC_PIXELS], rows[3][ROWS * ELASTIC_PIXELS];
    int32_t labels[ROWS], found[ROWS];
    struct elastic_source source = {.elastic = elastic_usual, .seed = 5};
    bp_dataset *data;
    int same = 1;

    for (int i = 0; i < ROWS; i++) {
        memcpy(images + i * ELASTIC_PIXELS, image, sizeof(float) * ELASTIC_PIXELS);
        labels[i] = i % 10;
    }
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data,
          bp_dataset_set_inputs(data, images, ROWS, ELASTIC_PIXELS, ELASTIC_PIXELS));
    CHECK(data, bp_dataset_set_labels(data, labels, ROWS, 10));
    source.data = data;
    for (uint64_t i = 0; i < 3; i++) {
        bp_rows r = {.struct_size = sizeof r,
                     .epoch = i / 2,
                     .rows = ROWS,
                     .inputs = rows[i],
                     .labels = found};
        expect(elastic_rows(&r, &source) == 0, "the source fills its rows");
        same = same && memcmp(labels, found, sizeof labels) == 0;
    }
    expect(same, "labels stay");
    expect(memcmp(rows[0], rows[1], sizeof rows[0]) == 0,
           "the same epoch, the same rows");
    expect(memcmp(rows[0], rows[2], sizeof rows[0]) != 0, "another epoch, other rows");
    expect(memcmp(rows[0], rows[0] + ELASTIC_PIXELS, sizeof(float) * ELASTIC_PIXELS) != 0,
           "the same image comes in other ways");
    bp_dataset_destroy(data);
}

int main(void)
{
    float image[ELASTIC_PIXELS];

    make_image(image);
    test_nothing(image);
    test_shift(image);
    test_turn(image);
    test_field();
    test_key(image);
    test_rows(image);
    return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
