/* SPDX-License-Identifier: MIT */
/* explain and picture: the chain rule of a connection, as numbers and as drawings. */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char explain_help[] =
    "Usage: backprop explain MODEL --example TABLE --connection L:TO:FROM [OPTION]...\n"
    "Tell why a weight has the gradient it has, by the chain rule, for one row.\n"
    "\n"
    "      --example TABLE          a table with the row and its answer\n"
    "      --row N                  which row of it (default 1)\n"
    "      --connection L:TO:FROM   layer, unit and unit of the layer before, from 0\n"
    "      --target NAME[,NAME]...  the columns with the answers (default: the last)\n"
    "      --separator CHAR         between fields (default ,)\n"
    "      --no-header              the first line holds values\n"
    "      --drop-missing           leave out rows with missing values\n"
    "  -h, --help                   display this help and exit\n";

static const char picture_help[] =
    "Usage: backprop picture MODEL [OPTION]...\n"
    "Draw a network; with an example and a connection, what a gradient is made of.\n"
    "\n"
    "      --kind NAME              network (default), chain, paths, nudge, dot or json\n"
    "  -o, --output FILE            where it goes (default: standard output)\n"
    "      --example TABLE          a table with the row and its answer\n"
    "      --row N                  which row of it (default 1)\n"
    "      --connection L:TO:FROM   layer, unit and unit of the layer before, from 0\n"
    "      --target NAME[,NAME]...  the columns with the answers (default: the last)\n"
    "      --separator CHAR         between fields (default ,)\n"
    "      --no-header              the first line holds values\n"
    "      --drop-missing           leave out rows with missing values\n"
    "  -h, --help                   display this help and exit\n";

enum { PATHS = 5 };

struct settings {
    struct table table; /* path NULL: no example. */
    const char *output, *connection;
    size_t row;
    int32_t kind;
};

/* ---- the example ---- */

/* What was given on the command line, and the trace of it. */
struct example {
    struct model model;
    bp_dataset *data;
    bp_trace *trace;
    bp_connection connection;
};

static bp_connection read_connection(const char *text)
{
    bp_connection connection = {.struct_size = sizeof connection,
                                .kind = BP_CONNECTION_WEIGHT};
    size_t *const parts[] = {&connection.layer, &connection.to, &connection.from};
    char copy[100], *at = copy;

    if (text == NULL) {
        fprintf(stderr, "error: --connection is missing\n");
        exit(EXIT_USAGE);
    }
    snprintf(copy, sizeof copy, "%s", text);
    for (int i = 0; i < 3; i++) {
        char *end = at + strcspn(at, ":");
        const int more = *end == ':';

        *end = '\0';
        if (more != (i < 2)) {
            fprintf(stderr, "error: --connection is '%s', expected as 0:3:1\n", text);
            exit(EXIT_USAGE);
        }
        *parts[i] = option_whole("--connection", at, 0, SIZE_MAX);
        at = end + 1;
    }
    return connection;
}

/* The row alone; labels count by the model's names. */
static void trace_row(struct example *example, size_t row)
{
    const struct model *model = &example->model;
    float *inputs = check_allocate(model->inputs, sizeof *inputs);
    float *targets = check_allocate(model->outputs, sizeof *targets);

    CHECK_STATUS(bp_dataset_get_inputs(example->data, row, inputs, model->inputs));
    if (model->classes > 0) {
        const int32_t label = (int32_t)model_label(model, example->data, row);

        CHECK(example->trace,
              bp_trace_run_labels(example->trace, inputs, model->inputs, &label, 1));
    } else {
        CHECK_STATUS(bp_dataset_get_targets(example->data, row, targets, model->outputs));
        CHECK(example->trace, bp_trace_run(example->trace, inputs, model->inputs, targets,
                                           model->outputs));
    }
    free(inputs);
    free(targets);
}

static struct example example_begin(const char *path, const struct settings *s)
{
    struct example example = {.model = model_load(path)};
    const struct model *model = &example.model;
    const bp_cost *cost = bp_bundle_get_cost(model->bundle);

    if (cost == NULL)
        fail("%s has no cost, which an explanation needs", path);
    example.data =
        model_read(model, &s->table, model->classes > 0 ? TABLE_CLASSES : TABLE_NUMBERS);
    if (s->row > bp_dataset_rows(example.data))
        fail("--row is %zu, %s has %zu rows", s->row, s->table.path,
             bp_dataset_rows(example.data));
    CHECK_STATUS(bp_trace_create(model->network, cost, &example.trace));
    trace_row(&example, s->row - 1);
    example.connection = read_connection(s->connection);
    return example;
}

static void example_end(struct example *example)
{
    bp_trace_destroy(example->trace);
    bp_dataset_destroy(example->data);
    model_free(&example->model);
}

/* ---- numbers ---- */

static void print_path(const bp_path *path)
{
    printf("  w");
    for (size_t k = 0; k < path->layers; k++)
        if (path->z_units[k] != path->a_units[k])
            printf(" - %zu>%zu", path->z_units[k], path->a_units[k]);
        else
            printf(" - %zu", path->a_units[k]);
    printf(" - C  %.9g  %.1f %%\n", path->product, 100 * path->share);
}

static void explain(const char *model, const struct settings *s)
{
    struct example example = example_begin(model, s);
    const bp_connection *connection = &example.connection;
    bp_chain chain = {.struct_size = sizeof chain};
    bp_path_summary summary = {.struct_size = sizeof summary};

    CHECK(example.trace, bp_trace_get_chain(example.trace, connection, &chain));
    printf("w = %.9g: to unit %zu of layer %zu, from unit %zu\n", chain.value,
           connection->to, connection->layer, connection->from);
    printf("dz/dw = %.9g\nda/dz = %.9g  (z = %.9g, a = %.9g)\ndC/da = %.9g\n",
           chain.dz_dw, chain.da_dz, chain.z, chain.a, chain.dc_da);
    printf("dC/dw = dz/dw * da/dz * dC/da = %.9g\n", chain.gradient);
    CHECK(example.trace, bp_trace_find_paths(example.trace, connection, PATHS, &summary));
    printf("the strongest of %.0f paths from it to the cost, and their share:\n",
           summary.paths);
    for (size_t i = 0; i < summary.found; i++) {
        bp_path path = {.struct_size = sizeof path};

        CHECK_STATUS(bp_trace_get_path(example.trace, i, &path));
        print_path(&path);
    }
    example_end(&example);
}

/* ---- pictures ---- */

static bp_picture_options names_for(const struct model *model, const char ***classes)
{
    bp_picture_options options;

    CHECK_STATUS(bp_picture_options_init(&options));
    options.input_names = model->input_names;
    options.input_names_count = model->input_names != NULL ? model->inputs : 0;
    *classes = check_allocate(model->classes + 1, sizeof **classes);
    for (size_t i = 0; i < model->classes; i++)
        (*classes)[i] = bp_bundle_class_name(model->bundle, i);
    if (model->classes == model->outputs) {
        options.output_names = *classes;
        options.output_names_count = model->classes;
    }
    return options;
}

static void draw_network(const char *path, const struct settings *s, FILE *file)
{
    struct model model = model_load(path);
    const char **classes;
    const bp_picture_options options = names_for(&model, &classes);

    CHECK(model.network,
          bp_network_draw(model.network, s->kind, &options, write_piece, file));
    free(classes);
    model_free(&model);
}

static void draw_example(const char *path, const struct settings *s, FILE *file)
{
    struct example example = example_begin(path, s);
    const char **classes;
    const bp_picture_options options = names_for(&example.model, &classes);

    CHECK(example.trace, bp_trace_draw(example.trace, s->kind, &example.connection,
                                       &options, write_piece, file));
    free(classes);
    example_end(&example);
}

static void picture(const char *model, const struct settings *s)
{
    struct fresh fresh = fresh_open(s->output);

    if (s->table.path == NULL)
        draw_network(model, s, fresh.file);
    else
        draw_example(model, s, fresh.file);
    fresh_close(&fresh);
}

static int32_t find_kind(const char *text)
{
    static const char *const kinds[] = {
        [BP_PICTURE_NETWORK] = "network", [BP_PICTURE_CHAIN] = "chain",
        [BP_PICTURE_PATHS] = "paths",     [BP_PICTURE_NUDGE] = "nudge",
        [BP_PICTURE_DOT] = "dot",         [BP_PICTURE_JSON] = "json"};

    for (int32_t i = BP_PICTURE_NETWORK; i <= BP_PICTURE_JSON; i++)
        if (strcmp(kinds[i], text) == 0)
            return i;
    fprintf(stderr,
            "error: --kind is '%s', expected network, chain, paths, nudge, dot "
            "or json\n",
            text);
    exit(EXIT_USAGE);
}

/* ---- the command lines ---- */

static struct settings read_options(int argc, char **argv, const char *help)
{
    static const struct option options[] = {{"example", required_argument, NULL, 'e'},
                                            {"row", required_argument, NULL, 'r'},
                                            {"connection", required_argument, NULL, 'c'},
                                            {"kind", required_argument, NULL, 'k'},
                                            {"output", required_argument, NULL, 'o'},
                                            TABLE_OPTIONS};
    struct settings s = {.table = {.separator = ',', .has_header = 1},
                         .row = 1,
                         .kind = BP_PICTURE_NETWORK};
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'e': s.table.path = optarg; break;
        case 'r': s.row = option_whole("--row", optarg, 1, SIZE_MAX); break;
        case 'c': s.connection = optarg; break;
        case 'k': s.kind = find_kind(optarg); break;
        case 'o': s.output = optarg; break;
        default:
            if (!table_option(&s.table, option, help))
                option_unknown(argv[0]);
        }
    return s;
}

static int run_explain(int argc, char **argv)
{
    const struct settings s = read_options(argc, argv, explain_help);
    const char *model = word_only(argc, argv, optind, "the model");

    if (s.table.path == NULL || s.connection == NULL) {
        fprintf(stderr, "error: expected --example and --connection\n");
        return EXIT_USAGE;
    }
    explain(model, &s);
    return EXIT_SUCCESS;
}

static int is_of_example(int32_t kind)
{
    return kind == BP_PICTURE_CHAIN || kind == BP_PICTURE_PATHS ||
           kind == BP_PICTURE_NUDGE;
}

static int run_picture(int argc, char **argv)
{
    const struct settings s = read_options(argc, argv, picture_help);
    const char *model = word_only(argc, argv, optind, "the model");

    if ((s.table.path == NULL) != (s.connection == NULL)) {
        fprintf(stderr, "error: --example and --connection belong together\n");
        return EXIT_USAGE;
    }
    if (s.table.path == NULL && is_of_example(s.kind)) {
        fprintf(stderr, "error: --example and --connection are missing, of which --kind "
                        "chain, paths and nudge are drawn\n");
        return EXIT_USAGE;
    }
    picture(model, &s);
    return EXIT_SUCCESS;
}

const struct command command_explain = {"explain", "why a weight has the gradient it has",
                                        explain_help, run_explain};

const struct command command_picture = {
    "picture", "draw a network or a chain of gradients", picture_help, run_picture};
