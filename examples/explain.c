/* SPDX-License-Identifier: MIT */
/*
 * Why has this weight this gradient? First on a network of five units, where every number
 * can be checked with a pocket calculator; then for the connection that matters most for
 * one handwritten digit, in a network that has learnt to read them.
 *
 * It prints the numbers, and draws what it explains as SVG, to be opened in a browser.
 */
#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: explain [OPTION...]\n"
    "\n"
    "Explains the gradient of a weight in a network of 2-2-1 units, then in one that\n"
    "reads handwritten digits, and draws both.\n"
    "\n"
    "  --lesson       only the first\n"
    "  --data FOLDER  where digits.csv.gz is (default examples/data)\n"
    "  --out FOLDER   where the pictures go (default: here)\n"
    "  --help         this text\n";

enum { PIXELS = 64, SIDE = 8, HIDDEN = 32, DIGITS = 10, EPOCHS = 15, PATHS = 5 };

struct settings {
    const char *data;
    const char *out;
    int lesson_only;
};

/* ---- pictures ---- */

static int32_t write_to_file(const void *bytes, size_t size, void *user)
{
    return fwrite(bytes, 1, size, user) == size ? 0 : 1;
}

/* The library hands a picture over piece by piece; where it goes is ours to say. */
static void draw(bp_trace *trace, int32_t picture, const bp_connection *connection,
                 const bp_picture_options *options, const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL)
        fail("%s cannot be written", path);
    CHECK(trace, bp_trace_draw(trace, picture, connection, options, write_to_file, file));
    if (fclose(file) != 0)
        fail("%s cannot be written", path);
    printf("  %s\n", path);
}

static void draw_all(bp_trace *trace, const bp_connection *connection,
                     const bp_picture_options *options, const struct settings *settings,
                     const char *name)
{
    static const char *const kinds[] = {NULL, "network", "chain", "paths", "nudge"};
    char path[4200];

    printf("\nPictures:\n");
    for (int32_t kind = BP_PICTURE_NETWORK; kind <= BP_PICTURE_NUDGE; kind++) {
        snprintf(path, sizeof path, "%s/explain-%s-%s.svg", settings->out, name,
                 kinds[kind]);
        draw(trace, kind, connection, options, path);
    }
}

/* The pixels that have the largest part in the cost. */
static void draw_influence(bp_trace *trace, const bp_picture_options *options,
                           const struct settings *settings)
{
    bp_influence_options what;
    char path[4200];
    size_t found = 0;

    CHECK_STATUS(bp_influence_options_init(&what));
    what.kind = BP_INFLUENCE_INPUTS;
    CHECK(trace, bp_trace_find_influences(trace, &what, PATHS, &found));
    snprintf(path, sizeof path, "%s/explain-digits-inputs.svg", settings->out);
    draw(trace, BP_PICTURE_INFLUENCE, NULL, options, path);
}

/* ---- numbers ---- */

static void print_chain(bp_trace *trace, const bp_connection *connection)
{
    bp_chain chain = {.struct_size = sizeof chain};

    CHECK(trace, bp_trace_get_chain(trace, connection, &chain));
    printf("w = %.6f: to unit %zu of layer %zu, from unit %zu\n\n", chain.value,
           connection->to, connection->layer, connection->from);
    printf("  dz/dw = a of unit %-3zu   %12.9f\n", connection->from, chain.dz_dw);
    printf("  da/dz                  %12.9f   at z = %.6f, a = %.6f\n", chain.da_dz,
           chain.z, chain.a);
    printf("  dC/da                  %12.9f\n", chain.dc_da);
    printf("  dC/dw = their product  %12.9f\n", chain.gradient);
}

/* By the units that they pass. Softmax joins the z of a unit with the a of all: 4>9. */
static void print_paths(bp_trace *trace, const bp_connection *connection)
{
    bp_path_summary summary = {.struct_size = sizeof summary};
    bp_path path = {.struct_size = sizeof path};

    CHECK(trace, bp_trace_find_paths(trace, connection, PATHS, &summary));
    printf("\nThe strongest of %.0f paths from it to the cost:\n\n", summary.paths);
    for (size_t i = 0; i < summary.found; i++) {
        CHECK_STATUS(bp_trace_get_path(trace, i, &path));
        printf("  w");
        for (size_t k = 0; k < path.layers; k++) {
            if (path.z_units[k] != path.a_units[k])
                printf(" - %zu>%zu", path.z_units[k], path.a_units[k]);
            else
                printf(" - %-3zu", path.a_units[k]);
        }
        printf(" - C   %12.9f  %6.1f %%\n", path.product, 100 * path.share);
    }
    printf("  these %zu together %12.9f, all of them %.9f\n", summary.found, summary.sum,
           summary.gradient);
}

static void print_nudge(bp_trace *trace, const bp_connection *connection)
{
    printf("\nThe weight is moved; the cost moves, by its gradient and in truth:\n\n");
    for (double change = 1; change > 0.0005; change /= 10) {
        bp_nudge nudge = {.struct_size = sizeof nudge};

        CHECK(trace, bp_trace_nudge(trace, connection, change, &nudge));
        printf("  %+7.3f  %+.9f  %+.9f\n", change, nudge.predicted, nudge.real);
    }
}

/* ---- by hand ---- */

static bp_network *lesson_network(void)
{
    static const float w1[] = {0.4f, -0.2f, 0.3f, 0.6f}, b1[] = {0.1f, -0.2f};
    static const float w2[] = {0.7f, -0.5f}, b2[] = {0.2f};
    bp_network *network;

    CHECK_STATUS(bp_network_create(2, NULL, &network));
    CHECK(network, bp_network_add_dense(network, 2, BP_ACTIVATION_SIGMOID));
    CHECK(network, bp_network_add_dense(network, 1, BP_ACTIVATION_SIGMOID));
    CHECK(network, bp_network_build(network, 1));
    CHECK(network, bp_network_set_parameter(network, 0, BP_PARAMETER_WEIGHT, w1, 4));
    CHECK(network, bp_network_set_parameter(network, 0, BP_PARAMETER_BIAS, b1, 2));
    CHECK(network, bp_network_set_parameter(network, 1, BP_PARAMETER_WEIGHT, w2, 2));
    CHECK(network, bp_network_set_parameter(network, 1, BP_PARAMETER_BIAS, b2, 1));
    return network;
}

/* The pocket calculator, for the inputs 1 and 0.5, the target 1, sigmoid units and the
 * cost C = (y - a)^2 / 2:
 *
 *     z1 = 0.4 * 1 - 0.2 * 0.5 + 0.1 = 0.4        a1 = 1 / (1 + e^-0.4) = 0.598688
 *     z2 = 0.3 * 1 + 0.6 * 0.5 - 0.2 = 0.4        a2 = 0.598688
 *     z = 0.7 a1 - 0.5 a2 + 0.2 = 0.319738        a = 0.579260
 *
 *     dC/da = a - y = -0.420740                   da/dz = a (1 - a) = 0.243718
 *     dC/dz = 0.243718 * -0.420740 = -0.102542
 *
 * and a1 reaches the cost through z alone, by the weight 0.7:
 *
 *     dC/da1 = 0.7 * -0.102542 = -0.071779        da1/dz1 = a1 (1 - a1) = 0.240261
 *     dC/dw = 1 * 0.240261 * -0.071779 = -0.017246
 */
static void check_by_hand(bp_trace *trace, const bp_connection *connection)
{
    bp_chain chain = {.struct_size = sizeof chain};

    CHECK(trace, bp_trace_get_chain(trace, connection, &chain));
    if (fabs(chain.dz_dw - 1) > 5e-7 || fabs(chain.da_dz - 0.240261) > 5e-7 ||
        fabs(chain.dc_da - -0.071779) > 5e-7 || fabs(chain.gradient - -0.017246) > 5e-7)
        fail("the trace and the pocket calculator do not agree");
    printf("\nSo says the pocket calculator: 1 * 0.240261 * -0.071779 = -0.017246\n");
}

static void explain_lesson(const struct settings *settings)
{
    static const float inputs[] = {1, 0.5f}, targets[] = {1};
    const bp_connection connection = {.struct_size = sizeof connection,
                                      .kind = BP_CONNECTION_WEIGHT};
    bp_network *network = lesson_network();
    bp_cost *cost;
    bp_trace *trace;

    CHECK_STATUS(bp_cost_create(BP_COST_QUADRATIC, NULL, &cost));
    CHECK_STATUS(bp_trace_create(network, cost, &trace));
    CHECK(trace, bp_trace_run(trace, inputs, 2, targets, 1));
    printf("A network of 2-2-1 units.\n\n");
    print_chain(trace, &connection);
    check_by_hand(trace, &connection);
    print_nudge(trace, &connection);
    draw_all(trace, &connection, NULL, settings, "lesson");
    bp_trace_destroy(trace);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
}

/* ---- digits ---- */

static bp_dataset *read_digits(const char *folder)
{
    bp_csv_options options;
    bp_dataset *data;
    bp_scaler *scaler;
    char path[4096];

    find_file(folder, "digits.csv", "Run this where examples/data is, or use --data.",
              path, sizeof path);
    CHECK_STATUS(bp_csv_options_init(&options));
    options.has_header = 0;
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_csv(data, path, &options));
    CHECK_STATUS(bp_scaler_create(BP_SCALING_MIN_MAX, NULL, &scaler));
    CHECK(scaler, bp_scaler_fit(scaler, data));
    CHECK(scaler, bp_scaler_apply(scaler, data));
    bp_scaler_destroy(scaler);
    return data;
}

static bp_network *learn(const bp_dataset *data, const bp_cost *cost)
{
    bp_network *network;
    bp_optimizer *optimizer;
    bp_trainer *trainer;

    CHECK_STATUS(bp_network_create(PIXELS, NULL, &network));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_RELU));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_TANH));
    CHECK(network, bp_network_add_dense(network, DIGITS, BP_ACTIVATION_SOFTMAX));
    CHECK(network, bp_network_build(network, 1));
    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.05));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.9));
    CHECK_STATUS(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(trainer, bp_trainer_build(trainer, 1));
    CHECK(trainer, bp_trainer_fit(trainer, data, EPOCHS, NULL, NULL));
    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(optimizer);
    return network;
}

/* The digit that costs most: where there is most to learn. */
static size_t hardest(bp_trace *trace, const bp_dataset *data)
{
    const size_t rows = bp_dataset_rows(data);
    double *costs = check_allocate(rows, sizeof *costs);
    size_t worst = 0;

    CHECK(trace, bp_trace_run_data(trace, data, 0, rows));
    CHECK_STATUS(bp_trace_get_costs(trace, costs, rows));
    for (size_t row = 1; row < rows; row++)
        if (costs[row] > costs[worst])
            worst = row;
    free(costs);
    return worst;
}

/* The weight of the first layer that this example would move most. */
static bp_connection strongest(const bp_trace *trace)
{
    static double gradient[HIDDEN * PIXELS];
    bp_connection connection = {.struct_size = sizeof connection,
                                .kind = BP_CONNECTION_WEIGHT};
    size_t most = 0;

    CHECK_STATUS(bp_trace_get_row_gradient(trace, 0, 0, BP_PARAMETER_WEIGHT, gradient,
                                           HIDDEN * PIXELS));
    for (size_t i = 1; i < HIDDEN * PIXELS; i++)
        if (fabs(gradient[i]) > fabs(gradient[most]))
            most = i;
    connection.to = most / PIXELS;
    connection.from = most % PIXELS;
    return connection;
}

/* The picture in shades, and what the network makes of it. */
static void print_digit(const bp_trace *trace, const bp_dataset *data, size_t row)
{
    static const char shades[] = " .:-=+*#%@";
    double pixels[PIXELS], answers[DIGITS];
    int32_t label = 0;

    CHECK_STATUS(bp_trace_get_values(trace, 0, 0, BP_TRACE_INPUT, pixels, PIXELS));
    CHECK_STATUS(bp_trace_get_values(trace, 0, 2, BP_TRACE_A, answers, DIGITS));
    CHECK_STATUS(bp_dataset_get_label(data, row, &label));
    printf("Row %zu is the digit %s:\n\n", row,
           bp_dataset_class_name(data, (size_t)label));
    for (size_t y = 0; y < SIDE; y++) {
        printf("  ");
        for (size_t x = 0; x < SIDE; x++) {
            const char shade = shades[(size_t)(9 * pixels[SIDE * y + x])];
            printf("%c%c", shade, shade);
        }
        printf("   %s: %5.1f %%\n", bp_dataset_class_name(data, y), 100 * answers[y]);
    }
    for (size_t k = SIDE; k < DIGITS; k++)
        printf("  %*s   %s: %5.1f %%\n", 2 * SIDE, "", bp_dataset_class_name(data, k),
               100 * answers[k]);
}

static void explain_digits(const struct settings *settings)
{
    bp_dataset *data = read_digits(settings->data);
    const char *names[DIGITS];
    bp_picture_options options;
    bp_connection connection;
    bp_network *network;
    bp_cost *cost;
    bp_trace *trace;
    size_t row;

    CHECK_STATUS(bp_cost_create(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    network = learn(data, cost);
    CHECK_STATUS(bp_trace_create(network, cost, &trace));
    row = hardest(trace, data);
    CHECK(trace, bp_trace_run_data(trace, data, row, 1));
    connection = strongest(trace);

    printf("\nA network of %d-%d-%d-%d units that reads digits, and the digit that it "
           "reads worst.\n\n",
           PIXELS, HIDDEN, HIDDEN, DIGITS);
    print_digit(trace, data, row);
    printf("\nThe weight that this digit would move most:\n\n");
    print_chain(trace, &connection);
    print_paths(trace, &connection);
    print_nudge(trace, &connection);
    CHECK_STATUS(bp_picture_options_init(&options));
    for (size_t k = 0; k < DIGITS; k++)
        names[k] = bp_dataset_class_name(data, k);
    options.output_names = names;
    options.output_names_count = DIGITS;
    options.units = DIGITS;
    draw_all(trace, &connection, &options, settings, "digits");
    draw_influence(trace, &options, settings);

    bp_trace_destroy(trace);
    bp_network_destroy(network);
    bp_cost_destroy(cost);
    bp_dataset_destroy(data);
}

static void read_options(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {{"lesson", no_argument, NULL, 'l'},
                                            {"data", required_argument, NULL, 'd'},
                                            {"out", required_argument, NULL, 'o'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'l': settings->lesson_only = 1; break;
        case 'd': settings->data = optarg; break;
        case 'o': settings->out = optarg; break;
        case 'h': fputs(help, stdout); exit(EXIT_SUCCESS);
        default: option_unknown(argv[0]);
        }
    }
    option_no_more(argc, argv, optind);
}

int main(int argc, char **argv)
{
    struct settings settings = {.data = "examples/data", .out = "."};

    read_options(argc, argv, &settings);
    explain_lesson(&settings);
    if (!settings.lesson_only)
        explain_digits(&settings);
    return EXIT_SUCCESS;
}
