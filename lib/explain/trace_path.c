/* SPDX-License-Identifier: MIT */
/*
 * The strongest paths to the cost. The units of all layers, each as a z and as an a, are
 * stages of a graph without cycles:
 *
 *     start -> z of the first layer -> its a -> z of the next -> ... -> a of the last
 *
 * From the end to the start every unit gets the list of its strongest ways to the cost,
 * by the size of their product: the links to the units after it times the lists of
 * those, merged. What the start gets are the paths. A unit needs no more ways than are
 * wanted, nor than there are. Where rows are joined the units of all rows are in a stage,
 * row by row, and those of a batch norm lead from each row to every one.
 */
#include "explain/trace.h"
#include "explain/trace_norm.h"

#include <math.h>
#include <string.h>

/** One way of a unit to the cost. */
struct way {
    double product; /**< From here to the end. */
    double link;    /**< Its first factor, */
    size_t unit;    /**< which leads to this unit of the next stage, */
    size_t rank;    /**< and goes on there by the way of this rank. */
};

/** All units of one layer, as z or as a. */
struct stage {
    size_t width, capacity; /**< Units; ways that a unit can have. */
    struct way *ways;       /**< [unit][capacity], the strongest first. */
    size_t *counts;         /**< [unit] */
};

struct search {
    struct bp_trace *trace;
    const bp_connection *connection;
    size_t first; /**< Layer. */
    size_t layers;
    size_t wanted;
    double paths; /**< That there are. */
    struct stage *stages;
    size_t count; /**< Of stages: the start, then z and a of each layer. */
    void *memory;
    size_t size;
};

static size_t layer_of(const struct search *search, size_t stage)
{
    return search->first + (stage - 1) / 2;
}

static bool is_z(size_t stage)
{
    return stage % 2 == 1;
}

/* ---- who follows whom ---- */

/** The units of the next stage that a unit leads to: every `step`th. */
struct range {
    size_t first, end, step;
};

/** A unit of a stage, and the row it is of. */
struct spot {
    size_t row, unit;
};

static const struct bp_trace_slot *slot_of(const struct search *search, size_t stage)
{
    return &search->trace->record.slots[layer_of(search, stage)];
}

/* Units of one row. */
static size_t width_of(const struct search *search, size_t stage)
{
    if (stage == 0)
        return 1;
    return is_z(stage) ? slot_of(search, stage)->z_count
                       : slot_of(search, stage)->a_count;
}

/* Rows whose units are in a stage. */
static size_t rows_in(const struct search *search, size_t stage)
{
    return stage == 0 ? 1 : bp_record_moved(&search->trace->record);
}

static struct spot spot_of(const struct search *search, size_t stage, size_t place)
{
    const size_t width = width_of(search, stage);

    if (rows_in(search, stage) == 1)
        return (struct spot){search->connection->row, place};
    return (struct spot){place / width, place % width};
}

static size_t place_of(const struct search *search, size_t stage, struct spot spot)
{
    return (rows_in(search, stage) > 1 ? spot.row * width_of(search, stage) : 0) +
           spot.unit;
}

static struct range one(const struct search *search, size_t stage, struct spot spot)
{
    const size_t place = place_of(search, stage, spot);

    return (struct range){place, place + 1, 1};
}

static struct range all(const struct search *search, size_t stage, size_t row)
{
    const size_t first = place_of(search, stage, (struct spot){row, 0});

    return (struct range){first, first + width_of(search, stage), 1};
}

/* From z to a: the same unit; all of them if coupled; that of all rows if joined. */
static struct range followers_of_z(const struct search *search, size_t stage,
                                   struct spot spot)
{
    const struct bp_trace_slot *slot = slot_of(search, stage);

    if (slot->coupled)
        return all(search, stage + 1, spot.row);
    if (slot->joins)
        return (struct range){spot.unit, rows_in(search, stage) * slot->a_count,
                              slot->a_count};
    return one(search, stage + 1, spot);
}

/* From a to the next z: all of them through weights, else the same unit. */
static struct range followers(const struct search *search, size_t stage, size_t place)
{
    const struct bp_network *network = search->trace->record.network;
    const bp_connection *from = search->connection;
    struct spot spot = spot_of(search, stage, place);

    if (stage > 0 && is_z(stage))
        return followers_of_z(search, stage, spot);
    if (stage == 0 && from->kind != BP_CONNECTION_INPUT)
        return one(search, 1, (struct spot){from->row, from->to});
    if (network->nodes[layer_of(search, stage + 1)].spec.kind == BP_LAYER_KIND_DENSE)
        return all(search, stage + 1, spot.row);
    return one(search, stage + 1,
               stage == 0 ? (struct spot){from->row, from->from} : spot);
}

static double link_of_z(const struct search *search, size_t stage, struct spot from,
                        struct spot to)
{
    const struct bp_record *record = &search->trace->record;
    const size_t layer = layer_of(search, stage);

    if (slot_of(search, stage)->joins)
        return bp_norm_join_slope(record, layer, from.unit, to.row, from.row);
    return bp_record_slope(record, from.row, layer, to.unit, from.unit);
}

static double link_between(const struct search *search, size_t stage, size_t place,
                           size_t next)
{
    const struct bp_record *record = &search->trace->record;
    const bp_connection *connection = search->connection;
    const struct spot from = spot_of(search, stage, place);
    const struct spot to = spot_of(search, stage + 1, next);

    if (stage == 0)
        return connection->kind == BP_CONNECTION_INPUT
                   ? bp_record_weight(record, 0, to.unit, connection->from)
                   : bp_trace_first_link(search->trace, connection);
    if (is_z(stage))
        return link_of_z(search, stage, from, to);
    return bp_record_weight(record, layer_of(search, stage) + 1, to.unit, from.unit);
}

/* ---- memory ---- */

/* How many ways lead from a unit of a stage to the cost: as many as from each that
 * follows it, times those. */
static double ways_of(const struct search *search, size_t stage)
{
    double ways = 1;

    for (; stage + 1 < search->count; stage++) {
        const struct range range = followers(search, stage, 0);

        ways *= (double)((range.end - range.first - 1) / range.step + 1);
    }
    return ways;
}

/* Rows and widths of a trace that is in memory do not overflow. */
static size_t units_in(const struct search *search, size_t stage)
{
    return rows_in(search, stage) * width_of(search, stage);
}

static size_t room(struct bp_plan *plan, size_t count, size_t size)
{
    size_t bytes = 0;

    if (!bp_mul(count, size, &bytes))
        plan->overflow = true;
    return bp_plan_matrix(plan, 1, bytes);
}

static void *take(unsigned char **next, size_t count, size_t size)
{
    void *taken = *next;

    *next += bp_padded(count * size);
    return taken;
}

/* As many ways as are wanted, or as there are. */
static size_t capacity_of(const struct search *search, size_t stage)
{
    const double ways = ways_of(search, stage);

    return ways < (double)search->wanted ? (size_t)ways : search->wanted;
}

static bool plan(const struct search *search, size_t *size)
{
    struct bp_plan plan = {.element_size = 1};
    size_t i;

    (void)room(&plan, search->count, sizeof(struct stage));
    for (i = 0; i < search->count; i++) {
        size_t places = 0;

        if (!bp_mul(units_in(search, i), capacity_of(search, i), &places))
            plan.overflow = true;
        (void)room(&plan, places, sizeof(struct way));
        (void)room(&plan, units_in(search, i), sizeof(size_t));
    }
    *size = plan.count;
    return !plan.overflow;
}

static bp_status reserve(struct search *search)
{
    const struct bp_host *host = &search->trace->network->host;
    unsigned char *next;
    size_t i;

    if (!plan(search, &search->size))
        return BP_ELIMIT;
    search->memory = bp_host_allocate(host, search->size);
    if (search->memory == NULL)
        return BP_ENOMEM;
    next = search->memory;
    search->stages = take(&next, search->count, sizeof(struct stage));
    for (i = 0; i < search->count; i++) {
        struct stage *stage = &search->stages[i];

        stage->width = units_in(search, i);
        stage->capacity = capacity_of(search, i);
        stage->ways = take(&next, stage->width * stage->capacity, sizeof *stage->ways);
        stage->counts = take(&next, stage->width, sizeof *stage->counts);
    }
    return BP_OK;
}

/* ---- the search ---- */

/* Put a way where its size belongs; of equal ones the first stays first.
 * @return false if it is weaker than all of a full list. */
static bool insert(struct stage *stage, size_t unit, const struct way *way)
{
    struct way *list = stage->ways + unit * stage->capacity;
    size_t *count = &stage->counts[unit];
    size_t at = *count;

    if (way->product == 0)
        return false;
    if (at == stage->capacity) {
        if (!(fabs(way->product) > fabs(list[at - 1].product)))
            return false;
        at--;
    } else {
        (*count)++;
    }
    for (; at > 0 && fabs(way->product) > fabs(list[at - 1].product); at--)
        list[at] = list[at - 1];
    list[at] = *way;
    return true;
}

static void fill_unit(const struct search *search, size_t at, size_t unit)
{
    const struct range range = followers(search, at, unit);
    const struct stage *next = &search->stages[at + 1];
    struct way way;

    for (way.unit = range.first; way.unit < range.end; way.unit += range.step) {
        const struct way *list = next->ways + way.unit * next->capacity;

        way.link = link_between(search, at, unit, way.unit);
        for (way.rank = 0; way.rank < next->counts[way.unit]; way.rank++) {
            way.product = way.link * list[way.rank].product;
            if (!insert(&search->stages[at], unit, &way))
                break;
        }
    }
}

static void fill_last(const struct search *search)
{
    struct stage *stage = &search->stages[search->count - 1];
    const struct bp_record *record = &search->trace->record;
    const size_t grads = record->slots[record->network->count - 1].a_grad;
    size_t i;

    for (i = 0; i < stage->width; i++) {
        const struct spot at = spot_of(search, search->count - 1, i);
        const double grad = bp_record_row(record, at.row)[grads + at.unit];

        (void)insert(stage, i, &(struct way){.product = grad, .link = grad});
    }
}

/* Of the first layer only the unit of a parameter's connection is on a path. */
static struct range starts(const struct search *search, size_t stage)
{
    if (stage == 1 && search->connection->kind != BP_CONNECTION_INPUT)
        return followers(search, 0, 0);
    return (struct range){0, search->stages[stage].width, 1};
}

static bp_status fill_stage(const struct search *search, size_t stage)
{
    const struct range range = starts(search, stage);
    bp_status status = BP_OK;
    size_t place;

    for (place = range.first; place < range.end && status == BP_OK; place++) {
        if (is_z(stage))
            status = bp_trace_prepare(search->trace, spot_of(search, stage, place).row,
                                      layer_of(search, stage));
        if (status == BP_OK)
            fill_unit(search, stage, place);
    }
    return status;
}

static bp_status fill(const struct search *search)
{
    bp_status status = BP_OK;
    size_t stage;

    fill_last(search);
    for (stage = search->count - 1; stage-- > 0 && status == BP_OK;)
        status = fill_stage(search, stage);
    return status;
}

/* ---- what is kept ---- */

void bp_trace_drop_paths(struct bp_trace *trace)
{
    bp_host_release(&trace->network->host, trace->paths.memory, trace->paths.size);
    trace->paths = (struct bp_trace_paths){.memory = NULL};
}

/** Where a path is written. */
struct path_place {
    double *factors;
    size_t *z_units, *a_units, *rows;
};

static void walk(const struct search *search, size_t rank, const struct path_place *to)
{
    size_t unit = 0;
    size_t i;

    for (i = 0; i < search->count; i++) {
        const struct stage *stage = &search->stages[i];
        const struct way *way = &stage->ways[unit * stage->capacity + rank];

        to->factors[i] = way->link;
        if (i > 0)
            (is_z(i) ? to->z_units : to->a_units)[(i - 1) / 2] =
                spot_of(search, i, unit).unit;
        if (i > 0 && !is_z(i))
            to->rows[(i - 1) / 2] = spot_of(search, i, unit).row;
        unit = way->unit;
        rank = way->rank;
    }
}

static bp_status keep(const struct search *search)
{
    const struct stage *start = &search->stages[0];
    const size_t found = start->counts[0];
    const size_t layers = search->layers;
    struct bp_trace_paths paths = {
        .found = found, .layer = search->first, .layers = layers};
    struct bp_plan plan = {.element_size = 1};
    unsigned char *next;
    double *products;
    double *factors;
    size_t *z_units;
    size_t *a_units;
    size_t *rows;
    size_t i;

    (void)room(&plan, found, sizeof(double));
    (void)room(&plan, found * search->count, sizeof(double));
    for (i = 0; i < 3; i++)
        (void)room(&plan, found * layers, sizeof(size_t));
    paths.size = plan.count;
    paths.memory = bp_host_allocate(&search->trace->network->host, plan.count);
    if (paths.memory == NULL)
        return BP_ENOMEM;
    next = paths.memory;
    paths.products = products = take(&next, found, sizeof(double));
    paths.factors = factors = take(&next, found * search->count, sizeof(double));
    paths.z_units = z_units = take(&next, found * layers, sizeof(size_t));
    paths.a_units = a_units = take(&next, found * layers, sizeof(size_t));
    paths.rows = rows = take(&next, found * layers, sizeof(size_t));
    for (i = 0; i < found; i++) {
        products[i] = start->ways[i].product;
        walk(search, i,
             &(struct path_place){factors + i * search->count, z_units + i * layers,
                                  a_units + i * layers, rows + i * layers});
    }
    bp_trace_drop_paths(search->trace);
    search->trace->paths = paths;
    return BP_OK;
}

static bp_status run(struct search *search)
{
    bp_status status = reserve(search);

    if (status == BP_OK)
        status = fill(search);
    if (status == BP_OK)
        status = keep(search);
    if (status == BP_ENOMEM || status == BP_ELIMIT)
        status = bp_fail(&search->trace->text, status, "no memory for count %zu of paths",
                         search->wanted);
    bp_host_release(&search->trace->network->host, search->memory, search->size);
    return status;
}

static void summarise(struct bp_trace *trace, const struct search *search,
                      bp_path_summary *summary)
{
    size_t i;

    trace->paths.gradient = bp_trace_gradient_of(trace, search->connection);
    summary->reserved = 0;
    summary->found = trace->paths.found;
    summary->paths = ways_of(search, 0);
    summary->gradient = trace->paths.gradient;
    summary->sum = 0;
    for (i = 0; i < trace->paths.found; i++)
        summary->sum += trace->paths.products[i];
}

bp_status bp_trace_find_paths(bp_trace *trace, const bp_connection *connection,
                              size_t count, bp_path_summary *summary)
{
    struct search search = {.trace = trace, .connection = connection, .wanted = count};
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    status = bp_trace_check_record(trace, "summary", summary, sizeof *summary);
    if (status == BP_OK && count == 0)
        status = bp_fail(&trace->text, BP_EINVAL, "count is 0, expected at least 1");
    if (status == BP_OK)
        status = bp_trace_check_connection(trace, connection);
    if (status != BP_OK)
        return status;
    search.first = connection->kind == BP_CONNECTION_INPUT ? 0 : connection->layer;
    search.layers = trace->record.network->count - search.first;
    search.count = 1 + 2 * search.layers;
    status = run(&search);
    if (status == BP_OK)
        summarise(trace, &search, summary);
    return status;
}

bp_status bp_trace_get_path(const bp_trace *trace, size_t index, bp_path *path)
{
    const struct bp_trace_paths *paths;
    double gradient;

    if (trace == NULL || path == NULL || path->struct_size != sizeof *path ||
        index >= trace->paths.found)
        return BP_EINVAL;
    paths = &trace->paths;
    gradient = paths->gradient;
    path->reserved = 0;
    path->product = paths->products[index];
    path->share = gradient != 0 ? path->product / gradient : 0;
    path->layer = paths->layer;
    path->layers = paths->layers;
    path->z_units = paths->z_units + index * paths->layers;
    path->a_units = paths->a_units + index * paths->layers;
    path->factors = paths->factors + index * (2 * paths->layers + 1);
    path->rows = paths->rows + index * paths->layers;
    return BP_OK;
}
