/* SPDX-License-Identifier: MIT */
/*
 * Gradient descent on a line: the lesson before backpropagation.
 *
 * Penguins with long flippers are heavy. How heavy? The model is the straight line
 *
 *     a = w x + b
 *
 * x being the length of the flipper, a the mass that the line expects, and y the mass
 * that was measured. This program finds w and b three times: by gradient descent written
 * out in plain C, by the library (one linear unit is this line), and by the formula of
 * least squares, which a line has and a deeper network has not.
 */
#include "common/check.h"
#include "common/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: linear_regression [--data FOLDER]\n"
    "\n"
    "Fits a line to flipper and mass of 342 penguins: by hand, by the library, and by\n"
    "least squares.\n"
    "\n"
    "  --data FOLDER  where penguins.csv is (default examples/data)\n"
    "  --help         this text\n";

enum { SHOWN_STEPS = 5, STEPS = 100 };

static const double rate = 0.1;

/* The examples: n pairs of x and y, and how x was scaled. */
struct points {
    size_t n;
    double *x;
    double *y;
    double mean;
    double deviation;
};

struct line {
    double w;
    double b;
};

/* Step 1. The data: one column as input, one as target. Two penguins were not measured;
 * their rows are left out. */
static bp_dataset *read_penguins(const char *folder)
{
    static const char *const feature = "flipper_length_mm";
    static const char *const target = "body_mass_g";
    bp_csv_options options;
    bp_dataset *data;
    char path[4096];

    find_file(folder, "penguins.csv", "Run this where examples/data is, or use --data.",
              path, sizeof path);
    CHECK_STATUS(bp_csv_options_init(&options));
    options.features = &feature;
    options.features_count = 1;
    options.targets = &target;
    options.targets_count = 1;
    options.target_kind = BP_CSV_NUMBERS;
    options.drop_missing = 1;
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_csv(data, path, &options));
    printf("%zu penguins from %s; %zu that were not measured are left out.\n",
           bp_dataset_rows(data), path, bp_dataset_dropped(data));
    return data;
}

/* Masses in kilograms, flippers in millimetres as they are. */
static struct points copy_points(const bp_dataset *data)
{
    const size_t n = bp_dataset_rows(data);
    struct points points = {.n = n, .deviation = 1.0};

    points.x = check_allocate(n, sizeof *points.x);
    points.y = check_allocate(n, sizeof *points.y);
    for (size_t i = 0; i < n; i++) {
        float millimetres, grams;
        CHECK_STATUS(bp_dataset_get_inputs(data, i, &millimetres, 1));
        CHECK(data, bp_dataset_get_targets(data, i, &grams, 1));
        points.x[i] = (double)millimetres;
        points.y[i] = (double)grams / 1000.0;
    }
    return points;
}

/* Step 2. Scaling: x' = (x - mean) / deviation. Flippers of about 200 mm would make dC/dw
 * some 200 times dC/db, and no one rate could serve both. */
static void scale(struct points *points)
{
    const double n = (double)points->n;
    double sum = 0.0, squares = 0.0;

    for (size_t i = 0; i < points->n; i++)
        sum += points->x[i];
    points->mean = sum / n;
    for (size_t i = 0; i < points->n; i++)
        squares += (points->x[i] - points->mean) * (points->x[i] - points->mean);
    points->deviation = sqrt(squares / n);
    for (size_t i = 0; i < points->n; i++)
        points->x[i] = (points->x[i] - points->mean) / points->deviation;
}

/* Step 3. One step of gradient descent, by hand. The cost is the mean squared error
 *
 *     C = 1/n sum (a - y)^2        with a = w x + b
 *
 * and its slopes, by the chain rule dC/dw = dC/da da/dw with da/dw = x and da/db = 1:
 *
 *     dC/dw = 2/n sum (a - y) x        dC/db = 2/n sum (a - y)
 *
 * Both numbers move a little against their slope. Answers the cost before the move. */
static double step_by_hand(const struct points *points, struct line *line)
{
    const double n = (double)points->n;
    double cost = 0.0, dw = 0.0, db = 0.0;

    for (size_t i = 0; i < points->n; i++) {
        const double error = line->w * points->x[i] + line->b - points->y[i];
        cost += error * error / n;
        dw += 2.0 / n * error * points->x[i];
        db += 2.0 / n * error;
    }
    line->w -= rate * dw;
    line->b -= rate * db;
    return cost;
}

/* Step 4. The same in the library: one dense layer of one linear unit, from w = b = 0, in
 * double precision, to compare digit by digit. */
static bp_network *make_network(void)
{
    const double zero = 0.0;
    bp_network *network;

    CHECK_STATUS(bp_network_create(1, NULL, &network));
    CHECK(network, bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    CHECK(network, bp_network_add_dense(network, 1, BP_ACTIVATION_LINEAR));
    CHECK(network, bp_network_build(network, 1));
    CHECK(network,
          bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, &zero, 1));
    CHECK(network, bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, &zero, 1));
    return network;
}

/* All rows are one batch: so the gradient is that of the whole cost. */
static bp_trainer *make_trainer(bp_network *network, size_t rows)
{
    bp_cost *cost;
    bp_optimizer *optimizer;
    bp_trainer *trainer;

    CHECK_STATUS(bp_cost_create(BP_COST_MSE, NULL, &cost));
    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, rate));
    CHECK_STATUS(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)rows));
    CHECK(trainer, bp_trainer_build(trainer, 1));
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    return trainer;
}

static double step_by_library(bp_trainer *trainer, const struct points *points)
{
    double cost;

    CHECK(trainer, bp_trainer_step_f64(trainer, points->x, points->n, points->y,
                                       points->n, &cost));
    return cost;
}

static struct line get_line(bp_network *network)
{
    struct line line;

    CHECK_STATUS(
        bp_network_get_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, &line.w, 1));
    CHECK_STATUS(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_BIAS, &line.b, 1));
    return line;
}

/* Step 5. Both side by side. Equal means: to every digit shown. */
static int show_step(int step, double cost[2], const struct line line[2])
{
    char text[2][64];

    for (int i = 0; i < 2; i++)
        snprintf(text[i], sizeof text[i], "%10.6f %9.6f %9.6f", cost[i], line[i].w,
                 line[i].b);
    printf("%4d  %s   %s\n", step, text[0], text[1]);
    return strcmp(text[0], text[1]) == 0;
}

static void descend_both(const struct points *points, bp_network *network,
                         bp_trainer *trainer, struct line line[2])
{
    printf("\nFrom w = b = 0, rate %g; the cost before each step, w and b after it.\n\n"
           "      by hand                          by the library\n"
           "step        cost         w         b         cost         w         b\n",
           rate);
    for (int step = 1; step <= STEPS; step++) {
        double cost[2];
        cost[0] = step_by_hand(points, &line[0]);
        cost[1] = step_by_library(trainer, points);
        line[1] = get_line(network);
        if (step == SHOWN_STEPS + 1)
            printf(" ...\n");
        if ((step <= SHOWN_STEPS || step == STEPS) && !show_step(step, cost, line))
            fail("by hand and by the library differ in step %d", step);
    }
}

/* Step 6. Where it must end. At the least cost both slopes are 0; two equations with two
 * unknowns, solved:
 *
 *     w = sum (x - mean x)(y - mean y) / sum (x - mean x)^2      b = mean y - w mean x */
static struct line least_squares(const struct points *points)
{
    const double n = (double)points->n;
    double x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;

    for (size_t i = 0; i < points->n; i++) {
        x += points->x[i] / n;
        y += points->y[i] / n;
    }
    for (size_t i = 0; i < points->n; i++) {
        xx += (points->x[i] - x) * (points->x[i] - x);
        xy += (points->x[i] - x) * (points->y[i] - y);
    }
    return (struct line){.w = xy / xx, .b = y - xy / xx * x};
}

static void compare(const struct points *points, struct line found)
{
    const struct line best = least_squares(points);
    const double slope = found.w / points->deviation;

    printf("\nLeast squares:       w = %.8f  b = %.8f\n", best.w, best.b);
    printf("After %d steps:     w = %.8f  b = %.8f\n", STEPS, found.w, found.b);
    if (!(fabs(found.w - best.w) < 1e-6 && fabs(found.b - best.b) < 1e-6))
        fail("gradient descent has not come to the line of least squares");
    printf("\nEqual. In plain words, the scaling undone:\n"
           "    mass in g = %.1f * (flipper in mm) - %.0f\n"
           "Every millimetre of flipper goes with %.1f g of penguin.\n",
           1000.0 * slope, 1000.0 * (slope * points->mean - found.b), 1000.0 * slope);
}

int main(int argc, char **argv)
{
    bp_dataset *data = read_penguins(option_folder(argc, argv, "examples/data", help));
    struct points points = copy_points(data);
    scale(&points);

    bp_network *network = make_network();
    bp_trainer *trainer = make_trainer(network, points.n);
    struct line line[2] = {{0.0, 0.0}, {0.0, 0.0}};
    descend_both(&points, network, trainer, line);
    compare(&points, line[1]);

    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_dataset_destroy(data);
    free(points.x);
    free(points.y);
    return EXIT_SUCCESS;
}
