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
 * wanted, nor than there are.
 */
#include "explain/trace.h"

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

/** The units of the next stage that a unit leads to. */
struct range {
    size_t first, end;
};

static const struct bp_trace_slot *slot_of(const struct search *search, size_t stage)
{
    return &search->trace->record.slots[layer_of(search, stage)];
}

static struct range one(size_t unit)
{
    return (struct range){unit, unit + 1};
}

/* All of them from a coupled z, or through weights; else only the same unit. */
static struct range followers(const struct search *search, size_t stage, size_t unit)
{
    const struct bp_network *network = search->trace->record.network;
    const bool from_input = search->connection->kind == BP_CONNECTION_INPUT;
    size_t next;

    if (stage == 0 && !from_input)
        return one(search->connection->to);
    if (stage == 0)
        unit = search->connection->from;
    if (stage > 0 && is_z(stage))
        return slot_of(search, stage)->coupled
                   ? (struct range){0, slot_of(search, stage)->a_count}
                   : one(unit);
    next = layer_of(search, stage + 1);
    return network->nodes[next].spec.kind == BP_LAYER_KIND_DENSE
               ? (struct range){0, slot_of(search, stage + 1)->z_count}
               : one(unit);
}

static double link_between(const struct search *search, size_t stage, size_t unit,
                           size_t next)
{
    const struct bp_record *record = &search->trace->record;
    const bp_connection *connection = search->connection;

    if (stage == 0)
        return connection->kind == BP_CONNECTION_INPUT
                   ? bp_record_weight(record, 0, next, connection->from)
                   : bp_trace_first_link(search->trace, connection);
    if (is_z(stage))
        return bp_record_slope(record, connection->row, layer_of(search, stage), next,
                               unit);
    return bp_record_weight(record, layer_of(search, stage) + 1, next, unit);
}

/* ---- memory ---- */

/* How many ways lead from a unit of a stage to the cost: as many as from each that
 * follows it, times those. */
static double ways_of(const struct search *search, size_t stage)
{
    double ways = 1;

    for (; stage + 1 < search->count; stage++) {
        const struct range range = followers(search, stage, 0);

        ways *= (double)(range.end - range.first);
    }
    return ways;
}

static size_t width_of(const struct search *search, size_t stage)
{
    if (stage == 0)
        return 1;
    return is_z(stage) ? slot_of(search, stage)->z_count
                       : slot_of(search, stage)->a_count;
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

        if (!bp_mul(width_of(search, i), capacity_of(search, i), &places))
            plan.overflow = true;
        (void)room(&plan, places, sizeof(struct way));
        (void)room(&plan, width_of(search, i), sizeof(size_t));
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

        stage->width = width_of(search, i);
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

    for (way.unit = range.first; way.unit < range.end; way.unit++) {
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
    const double *grad = bp_record_row(record, search->connection->row) +
                         record->slots[record->network->count - 1].a_grad;
    size_t i;

    for (i = 0; i < stage->width; i++)
        (void)insert(stage, i, &(struct way){.product = grad[i], .link = grad[i]});
}

static bp_status fill(const struct search *search)
{
    bp_status status = BP_OK;
    size_t stage;
    size_t unit;

    fill_last(search);
    for (stage = search->count - 1; stage-- > 0 && status == BP_OK;) {
        /* Of the first layer only the unit of the connection is on a path. */
        const bool single = stage == 1 && search->connection->kind != BP_CONNECTION_INPUT;
        const size_t first = single ? search->connection->to : 0;

        if (is_z(stage))
            status = bp_trace_prepare(search->trace, search->connection->row,
                                      layer_of(search, stage));
        for (unit = first;
             unit < (single ? first + 1 : search->stages[stage].width) && status == BP_OK;
             unit++)
            fill_unit(search, stage, unit);
    }
    return status;
}

/* ---- what is kept ---- */

void bp_trace_drop_paths(struct bp_trace *trace)
{
    bp_host_release(&trace->network->host, trace->paths.memory, trace->paths.size);
    trace->paths = (struct bp_trace_paths){.memory = NULL};
}

static void walk(const struct search *search, size_t rank, double *factors,
                 size_t *z_units, size_t *a_units)
{
    size_t unit = 0;
    size_t i;

    for (i = 0; i < search->count; i++) {
        const struct stage *stage = &search->stages[i];
        const struct way *way = &stage->ways[unit * stage->capacity + rank];

        factors[i] = way->link;
        if (i > 0)
            (is_z(i) ? z_units : a_units)[(i - 1) / 2] = unit;
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
    size_t i;

    (void)room(&plan, found, sizeof(double));
    (void)room(&plan, found * search->count, sizeof(double));
    (void)room(&plan, found * layers, sizeof(size_t));
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
    for (i = 0; i < found; i++) {
        products[i] = start->ways[i].product;
        walk(search, i, factors + i * search->count, z_units + i * layers,
             a_units + i * layers);
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
    return BP_OK;
}
