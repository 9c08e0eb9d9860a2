/* SPDX-License-Identifier: MIT */
/*
 * Two classes in the plane: watch a network draw the border between them.
 *
 * The data are points made by a generator: two half moons that reach into each other, or
 * two spirals. No straight line parts them. The picture shows what the network would say
 * of every place, before training, in between, and after it.
 */
#include "common/check.h"
#include "common/options.h"
#include "common/terminal.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: two_class [--spirals] [--seed N]\n"
    "\n"
    "Learns to tell two classes of points in the plane, and draws what it has learnt.\n"
    "\n"
    "  --moons    two half moons (default)\n"
    "  --spirals  two spirals: harder\n"
    "  --seed N   of data, weights and order (default 1)\n"
    "  --help     this text\n";

enum { ROWS = 1000, HIDDEN = 32, BATCH = 20, WIDTH = 64, HEIGHT = 22 };

/* What the two kinds of data need. */
struct lesson {
    const char *name;
    int32_t kind;
    double noise;
    uint64_t first_epochs; /* until the second picture */
    uint64_t more_epochs;  /* until the third */
    double expected;       /* accuracy at the end, at least */
};

static const struct lesson moons = {"Two moons", BP_GENERATE_MOONS, 0.15, 2, 58, 0.95};
static const struct lesson spirals = {"Two spirals", BP_GENERATE_SPIRALS, 0.04, 10, 190,
                                      0.93};

/* Everything that belongs together here. */
struct world {
    bp_dataset *data;
    bp_dataset *train;
    bp_dataset *test;
    bp_network *network;
    bp_workspace *workspace;
    bp_cost *cost;
    bp_trainer *trainer;
};

/* Step 1. The data. Each point has a label, 0 or 1. The network will have two output
 * neurons, one a class, so each label is also written as two targets ("one-hot"):
 *
 *     class 0: (1, 0)        class 1: (0, 1)
 *
 * A quarter of the points is held out. */
static void make_data(struct world *world, const struct lesson *lesson, uint64_t seed)
{
    CHECK_STATUS(bp_dataset_create(NULL, &world->data));
    CHECK(world->data,
          bp_dataset_generate(world->data, lesson->kind, ROWS, lesson->noise, seed));
    CHECK(world->data, bp_dataset_one_hot(world->data, 0.0f, 1.0f));
    CHECK(world->data, bp_dataset_split(world->data, 0.25, BP_SPLIT_STRATIFIED, seed,
                                        &world->train, &world->test));
}

/* Step 2. The network. Each hidden unit a = max(0, z) ("relu") folds the plane along the
 * line z = 0; two layers of them fold it many times, and the last one cuts it straight.
 * Its two units are sigmoids, each of which answers "is it mine?" by a number between 0
 * and 1. The larger one has it. */
static void make_network(struct world *world, uint64_t seed)
{
    CHECK_STATUS(bp_network_create(2, NULL, &world->network));
    bp_network *network = world->network;
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_RELU));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_RELU));
    CHECK(network, bp_network_add_dense(network, 2, BP_ACTIVATION_SIGMOID));
    CHECK(network, bp_network_build(network, seed));
    CHECK_STATUS(bp_workspace_create(network, WIDTH, &world->workspace));
}

/* Step 3. The cost that belongs to sigmoid outputs is the cross-entropy
 *
 *     C = -sum [y ln a + (1 - y) ln(1 - a)]
 *
 * Its gradient is dC/dz = a - y: large while the answer is wrong, whereas the quadratic
 * cost learns slowly from a unit that is sure and mistaken. */
static void make_trainer(struct world *world, uint64_t seed)
{
    bp_optimizer *optimizer;

    CHECK_STATUS(bp_cost_create(BP_COST_CROSS_ENTROPY, NULL, &world->cost));
    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.02));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.9));
    CHECK_STATUS(
        bp_trainer_create(world->network, world->cost, optimizer, &world->trainer));
    CHECK(world->trainer, bp_trainer_set(world->trainer, BP_TRAINER_BATCH, BATCH));
    CHECK(world->trainer, bp_trainer_build(world->trainer, seed));
    bp_optimizer_destroy(optimizer);
}

/* The part of the plane that the picture shows. */
struct window {
    float left, right, bottom, top;
};

static struct window find_window(const bp_dataset *data)
{
    struct window window = {0.0f, 0.0f, 0.0f, 0.0f};
    float point[2];

    for (size_t row = 0; row < bp_dataset_rows(data); row++) {
        CHECK_STATUS(bp_dataset_get_inputs(data, row, point, 2));
        window.left = point[0] < window.left ? point[0] : window.left;
        window.right = point[0] > window.right ? point[0] : window.right;
        window.bottom = point[1] < window.bottom ? point[1] : window.bottom;
        window.top = point[1] > window.top ? point[1] : window.top;
    }
    return window;
}

/* Step 4. The picture. Every place is one example; a line of them is one call. */
static void classify_line(const struct world *world, const struct window *window, int y,
                          int32_t *classes)
{
    float points[WIDTH * 2];

    for (int x = 0; x < WIDTH; x++) {
        const float across = ((float)x + 0.5f) / WIDTH;
        const float down = ((float)y + 0.5f) / HEIGHT;
        points[2 * x] = window->left + across * (window->right - window->left);
        points[2 * x + 1] = window->top - down * (window->top - window->bottom);
    }
    CHECK(world->workspace, bp_network_classify(world->network, world->workspace, points,
                                                WIDTH * 2, classes, WIDTH));
}

/* Mark the held-out points: 'o' is of class 0, 'x' of class 1. */
static void place_points(const bp_dataset *data, const struct window *window,
                         char marks[HEIGHT][WIDTH])
{
    float point[2];
    int32_t label;

    for (size_t row = 0; row < bp_dataset_rows(data); row++) {
        CHECK_STATUS(bp_dataset_get_inputs(data, row, point, 2));
        CHECK_STATUS(bp_dataset_get_label(data, row, &label));
        const float across = (point[0] - window->left) / (window->right - window->left);
        const float down = (window->top - point[1]) / (window->top - window->bottom);
        const int x = (int)(across * (WIDTH - 1) + 0.5f);
        const int y = (int)(down * (HEIGHT - 1) + 0.5f);
        marks[y][x] = label == 0 ? 'o' : 'x';
    }
}

/* The ground is the network's class: '.' and ':', or cyan and yellow. */
static void draw_line(const int32_t *classes, const char *marks, int colour)
{
    for (int x = 0; x < WIDTH; x++) {
        const char ground = colour ? ' ' : classes[x] == 0 ? '.' : ':';
        if (colour && (x == 0 || classes[x] != classes[x - 1]))
            fputs(classes[x] == 0 ? "\033[30;46m" : "\033[30;43m", stdout);
        putchar(marks[x] != 0 ? marks[x] : ground);
    }
    puts(colour ? "\033[0m" : "");
}

static void draw(const struct world *world)
{
    const struct window window = find_window(world->data);
    char marks[HEIGHT][WIDTH] = {{0}};
    int32_t classes[WIDTH];

    place_points(world->test, &window, marks);
    for (int y = 0; y < HEIGHT; y++) {
        classify_line(world, &window, y, classes);
        draw_line(classes, marks[y], terminal_has_colour());
    }
}

/* Accuracy and cost on the points that were held out. */
static double show(const struct world *world, const char *when)
{
    bp_evaluation result = {.struct_size = sizeof result};

    CHECK(world->workspace, bp_network_evaluate(world->network, world->workspace,
                                                world->cost, world->test, &result));
    printf("\n%s: %.1f %% of %llu held-out points right, cost %.4f\n\n", when,
           100.0 * result.accuracy, (unsigned long long)result.rows, result.cost);
    draw(world);
    return result.accuracy;
}

/* Step 5. Training, with a look at it on the way. */
static double train(const struct world *world, const struct lesson *lesson)
{
    const unsigned long long first = lesson->first_epochs;
    const unsigned long long all = first + lesson->more_epochs;
    char when[64];

    show(world, "Before training");
    CHECK(world->trainer,
          bp_trainer_fit(world->trainer, world->train, first, NULL, NULL));
    snprintf(when, sizeof when, "After %llu epochs", first);
    show(world, when);
    CHECK(world->trainer,
          bp_trainer_fit(world->trainer, world->train, lesson->more_epochs, NULL, NULL));
    snprintf(when, sizeof when, "After %llu epochs", all);
    return show(world, when);
}

static void destroy(struct world *world)
{
    bp_trainer_destroy(world->trainer);
    bp_cost_destroy(world->cost);
    bp_workspace_destroy(world->workspace);
    bp_network_destroy(world->network);
    bp_dataset_destroy(world->test);
    bp_dataset_destroy(world->train);
    bp_dataset_destroy(world->data);
}

static const struct lesson *read_options(int argc, char **argv, uint64_t *seed)
{
    static const struct option options[] = {{"moons", no_argument, NULL, 'm'},
                                            {"spirals", no_argument, NULL, 'S'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const struct lesson *lesson = &moons;
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'm': lesson = &moons; break;
        case 'S': lesson = &spirals; break;
        case 's': *seed = option_whole("--seed", optarg, 0, UINT64_MAX); break;
        case 'h': fputs(help, stdout); exit(EXIT_SUCCESS);
        default: option_unknown(argv[0]);
        }
    }
    option_no_more(argc, argv, optind);
    return lesson;
}

int main(int argc, char **argv)
{
    struct world world;
    uint64_t seed = 1;
    const struct lesson *lesson = read_options(argc, argv, &seed);

    make_data(&world, lesson, seed);
    make_network(&world, seed);
    make_trainer(&world, seed);
    printf("%s: %zu points to train on, %zu held out; network 2-%d-%d-2.\n", lesson->name,
           bp_dataset_rows(world.train), bp_dataset_rows(world.test), HIDDEN, HIDDEN);
    printf("The ground is what the network says: %s class 0, %s class 1.\n"
           "Held-out points are 'o' if they are of class 0, 'x' if of class 1.\n",
           terminal_has_colour() ? "cyan" : "'.'",
           terminal_has_colour() ? "yellow" : "':'");
    const double accuracy = train(&world, lesson);
    destroy(&world);
    if (accuracy < lesson->expected)
        fail("only %.1f %% of the held-out points are right, expected %.0f",
             100.0 * accuracy, 100.0 * lesson->expected);
    return EXIT_SUCCESS;
}
