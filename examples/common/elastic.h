/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_ELASTIC_H
#define EXAMPLES_ELASTIC_H

/*
 * Images that are pulled about: no example need come twice (Simard, Steinkraus and Platt,
 * "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis",
 * 2003; Ciresan et al., 2010). Each pixel p of the new image is looked up in the old one
 * at
 *
 *     A (p - middle) + middle + u(p)
 *
 * A turns, scales and shears; u is a field of random displacements, one uniform number in
 * [-1, 1] for each pixel and direction, smoothed by a Gaussian and multiplied by a
 * strength. Between pixels it is interpolated along both directions; outside is 0.
 */

#include <backprop.h>

enum { ELASTIC_SIDE = 28, ELASTIC_PIXELS = ELASTIC_SIDE * ELASTIC_SIDE };

struct elastic {
    double strength; /* of the displacements */
    double sigma;    /* of the Gaussian, in pixels, above 0 */
    double degrees;  /* turned by at most so much; half of it for 1 and 7 */
    double scale;    /* stretched, in each direction, by at most this part */
    double shear;    /* sheared by at most this part */
};

/* What worked best on MNIST in both papers, about. */
extern const struct elastic elastic_usual;

/* A distortion: A, and u for each pixel. */
struct elastic_map {
    float a[2][2];
    float u[2][ELASTIC_PIXELS]; /* along x, along y */
};

/* Draw one. The key alone decides: the same key, the same map. */
void elastic_draw(const struct elastic *elastic, uint64_t key, int32_t label,
                  struct elastic_map *map);

void elastic_apply(const struct elastic_map *map, const float *from, float *to);

/* A source for a stream: row r of epoch e is image r of the data, distorted by what seed,
 * e and r say. */
struct elastic_source {
    struct elastic elastic;
    const bp_dataset *data; /* images of 28 x 28 with labels */
    uint64_t seed;
};

/* The ::bp_rows_fn; `user` is the struct above. */
int32_t elastic_rows(bp_rows *rows, void *user);

#endif
