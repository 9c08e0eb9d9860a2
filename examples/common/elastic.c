/* SPDX-License-Identifier: MIT */
#include "elastic.h"

#include <math.h>
#include <string.h>

enum { SIDE = ELASTIC_SIDE, PIXELS = ELASTIC_PIXELS, RADIUS_MOST = 16 };

const struct elastic elastic_usual = {
    .strength = 36, .sigma = 5, .degrees = 15, .scale = 0.15, .shear = 0.1};

/* ---- random numbers ---- */

/* SplitMix64 (Steele, Lea and Flood, 2014): a state is a place, so that any thread can
 * draw the numbers of any row. */
static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Uniform in [-1, 1). */
static float next_uniform(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    return (float)(mix(*state) >> 40) / 8388608.0f - 1.0f;
}

/* ---- a distortion ---- */

/* The Gaussian at -radius to radius; its sum is 1. */
static int make_kernel(double sigma, float *kernel)
{
    const int wanted = (int)ceil(2.5 * sigma);
    const int radius = wanted < RADIUS_MOST ? wanted : RADIUS_MOST;
    double sum = 0;

    for (int i = -radius; i <= radius; i++)
        sum += exp(-i * i / (2 * sigma * sigma));
    for (int i = -radius; i <= radius; i++)
        kernel[i + radius] = (float)(exp(-i * i / (2 * sigma * sigma)) / sum);
    return radius;
}

/* Along one direction: `step` is 1 for x and SIDE for y, `other` the other one. The field
 * ends at the border. */
static void smooth(const float *from, float *to, const float *kernel, int radius,
                   int step, int other)
{
    memset(to, 0, PIXELS * sizeof *to);
    for (int line = 0; line < SIDE; line++)
        for (int k = -radius; k <= radius; k++) {
            const int begin = k < 0 ? -k : 0, end = k > 0 ? SIDE - k : SIDE;
            const float weight = kernel[k + radius];
            for (int i = begin; i < end; i++)
                to[line * other + i * step] +=
                    weight * from[line * other + (i + k) * step];
        }
}

static void draw_field(const struct elastic *elastic, uint64_t *state, float *field)
{
    float noise[PIXELS], half[PIXELS], kernel[2 * RADIUS_MOST + 1];
    const int radius = make_kernel(elastic->sigma, kernel);

    for (int i = 0; i < PIXELS; i++)
        noise[i] = (float)elastic->strength * next_uniform(state);
    smooth(noise, half, kernel, radius, 1, SIDE);
    smooth(half, field, kernel, radius, SIDE, 1);
}

/* Turned by t, stretched by sx and sy, sheared by k:  R(t) (1 k; 0 1) diag(sx, sy). */
static void draw_affine(const struct elastic *elastic, uint64_t *state, int32_t label,
                        struct elastic_map *map)
{
    const double degrees =
        label == 1 || label == 7 ? elastic->degrees / 2 : elastic->degrees;
    const double t = degrees / 57.29577951308232 * (double)next_uniform(state);
    const double sx = 1 + elastic->scale * (double)next_uniform(state);
    const double sy = 1 + elastic->scale * (double)next_uniform(state);
    const double k = elastic->shear * (double)next_uniform(state);

    map->a[0][0] = (float)(cos(t) * sx);
    map->a[0][1] = (float)((cos(t) * k - sin(t)) * sy);
    map->a[1][0] = (float)(sin(t) * sx);
    map->a[1][1] = (float)((sin(t) * k + cos(t)) * sy);
}

void elastic_draw(const struct elastic *elastic, uint64_t key, int32_t label,
                  struct elastic_map *map)
{
    uint64_t state = mix(key);

    draw_affine(elastic, &state, label, map);
    draw_field(elastic, &state, map->u[0]);
    draw_field(elastic, &state, map->u[1]);
}

static float pixel(const float *image, int x, int y)
{
    return x >= 0 && x < SIDE && y >= 0 && y < SIDE ? image[y * SIDE + x] : 0.0f;
}

static float between(const float *image, float x, float y)
{
    const float left = floorf(x), top = floorf(y);
    const float fx = x - left, fy = y - top;
    const int i = (int)left, j = (int)top;
    const float above =
        pixel(image, i, j) + fx * (pixel(image, i + 1, j) - pixel(image, i, j));
    const float below = pixel(image, i, j + 1) +
                        fx * (pixel(image, i + 1, j + 1) - pixel(image, i, j + 1));

    return above + fy * (below - above);
}

void elastic_apply(const struct elastic_map *map, const float *from, float *to)
{
    const float middle = (SIDE - 1) / 2.0f;

    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int i = y * SIDE + x;
            const float px = (float)x - middle, py = (float)y - middle;
            to[i] = between(
                from, map->a[0][0] * px + map->a[0][1] * py + middle + map->u[0][i],
                map->a[1][0] * px + map->a[1][1] * py + middle + map->u[1][i]);
        }
}

/* ---- the source ---- */

int32_t elastic_rows(bp_rows *rows, void *user)
{
    const struct elastic_source *source = user;
    float image[PIXELS];
    struct elastic_map map;

    for (size_t i = 0; i < rows->rows; i++) {
        const size_t row = (size_t)rows->first + i;
        const uint64_t key = mix(mix(source->seed) + rows->epoch) + row;
        bp_status status = bp_dataset_get_inputs(source->data, row, image, PIXELS);
        if (status == BP_OK)
            status = bp_dataset_get_label(source->data, row, &rows->labels[i]);
        if (status != BP_OK)
            return status;
        elastic_draw(&source->elastic, key, rows->labels[i], &map);
        elastic_apply(&map, image, rows->inputs + i * PIXELS);
    }
    return 0;
}
