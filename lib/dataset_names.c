/* SPDX-License-Identifier: MIT */
/*
 * A crit-bit tree (Bernstein; Langley): an inner node names the first bit in which the
 * texts below it differ, those with 0 lie to the left, those with 1 to the right. So
 * finding a name looks at each of its bits at most once, whatever a hostile file holds
 * (a hash table has no such bound), and walking from left to right gives the order of
 * bytes. A text ends with NUL, which sorts before all that may come in its place.
 */
#include "dataset_names.h"

#include <string.h>

/* A child is an inner node, or a leaf: a name. */
#define LEAF 0x80000000u

struct node {
    size_t byte;  /* Of the text, */
    uint32_t bit; /* the mask of the bit in it. */
    uint32_t child[2];
};

enum { LEAST_ROOM = 4096 };

void bp_name_set_begin(struct bp_name_set *set, const struct bp_host *host)
{
    *set = (struct bp_name_set){.host = host};
}

void bp_name_set_release(struct bp_name_set *set)
{
    bp_host_release(set->host, set->texts.data, set->texts.size);
    bp_host_release(set->host, set->begins.data, set->begins.size);
    bp_host_release(set->host, set->nodes.data, set->nodes.size);
    bp_name_set_begin(set, set->host);
}

static struct node *nodes_of(const struct bp_name_set *set)
{
    return (struct node *)(void *)set->nodes.data;
}

static size_t *begins_of(const struct bp_name_set *set)
{
    return (size_t *)(void *)set->begins.data;
}

/* Make room for @p size bytes in all, at least doubling. */
static bool reserve(const struct bp_host *host, struct bp_bytes *bytes, size_t size)
{
    unsigned char *data;
    size_t room = bytes->size;

    if (size <= room)
        return true;
    if (!bp_mul(room, 2, &room) || room < size)
        room = size;
    room = room > LEAST_ROOM ? room : LEAST_ROOM;
    data = bp_host_allocate(host, room);
    if (data == NULL)
        return false;
    if (bytes->size > 0)
        memcpy(data, bytes->data, bytes->size);
    bp_host_release(host, bytes->data, bytes->size);
    *bytes = (struct bp_bytes){data, room};
    return true;
}

/* Room for one more of all. */
static bool reserve_name(struct bp_name_set *set, size_t length)
{
    size_t texts;
    size_t begins;
    size_t nodes;

    return bp_add(set->used, length, &texts) && bp_add(texts, 1, &texts) &&
           bp_mul(set->count + 1, sizeof(size_t), &begins) &&
           bp_mul(set->count + 1, sizeof(struct node), &nodes) &&
           reserve(set->host, &set->texts, texts) &&
           reserve(set->host, &set->begins, begins) &&
           reserve(set->host, &set->nodes, nodes);
}

static const unsigned char *text_of(const struct bp_name_set *set, uint32_t index)
{
    return set->texts.data + begins_of(set)[index];
}

/* Which way @p name goes at a node. */
static int side(const struct node *node, const char *name, size_t length)
{
    const unsigned char c = node->byte < length ? (unsigned char)name[node->byte] : 0;

    return (c & node->bit) != 0;
}

/* The one name in the set that may be equal. */
static uint32_t candidate(const struct bp_name_set *set, const char *name, size_t length)
{
    uint32_t at = set->root;

    while ((at & LEAF) == 0)
        at = nodes_of(set)[at].child[side(&nodes_of(set)[at], name, length)];
    return at & ~LEAF;
}

/* The first bit in which two texts differ; false if there is none. */
static bool differ(const unsigned char *text, const char *name, size_t length,
                   struct node *node)
{
    unsigned int bits;
    size_t i = 0;

    while (i < length && text[i] == (unsigned char)name[i])
        i++;
    bits = text[i] ^ (i < length ? (unsigned char)name[i] : 0u);
    if (bits == 0)
        return false;
    node->byte = i;
    node->bit = 0x80;
    while ((bits & node->bit) == 0)
        node->bit >>= 1;
    return true;
}

static void append(struct bp_name_set *set, const char *name, size_t length)
{
    begins_of(set)[set->count] = set->used;
    memcpy(set->texts.data + set->used, name, length);
    set->texts.data[set->used + length] = '\0';
    set->used += length + 1;
    set->count++;
}

static bool before(const struct node *a, const struct node *b)
{
    return a->byte < b->byte || (a->byte == b->byte && a->bit > b->bit);
}

/* Hang the newest name into the tree, above the first node with a later bit. */
static void hang(struct bp_name_set *set, const struct node *found, const char *name,
                 size_t length)
{
    const uint32_t leaf = (uint32_t)(set->count - 1) | LEAF;
    const uint32_t index = (uint32_t)set->count - 2; /* one node fewer than leaves */
    struct node *nodes = nodes_of(set);
    uint32_t *link = &set->root;
    const int way = side(found, name, length);

    while ((*link & LEAF) == 0 && before(&nodes[*link], found))
        link = &nodes[*link].child[side(&nodes[*link], name, length)];
    nodes[index] = *found;
    nodes[index].child[way] = leaf;
    nodes[index].child[1 - way] = *link;
    *link = index;
}

bool bp_name_set_add(struct bp_name_set *set, const char *name, size_t length,
                     uint32_t *index)
{
    struct node node = {0};

    if (set->count > 0) {
        *index = candidate(set, name, length);
        if (!differ(text_of(set, *index), name, length, &node))
            return true;
    }
    if (!reserve_name(set, length))
        return false;
    *index = (uint32_t)set->count;
    append(set, name, length);
    if (set->count == 1)
        set->root = LEAF;
    else
        hang(set, &node, name, length);
    return true;
}

bool bp_name_set_find(const struct bp_name_set *set, const char *name, size_t length,
                      uint32_t *index)
{
    struct node node = {0};

    if (set->count == 0)
        return false;
    *index = candidate(set, name, length);
    return !differ(text_of(set, *index), name, length, &node);
}

const char *bp_name_set_text(const struct bp_name_set *set, uint32_t index)
{
    return (const char *)text_of(set, index);
}

bool bp_name_set_rank(const struct bp_name_set *set, uint32_t *ranks)
{
    const size_t size = set->count * sizeof(uint32_t); /* less than of the nodes */
    uint32_t *stack = bp_host_allocate(set->host, size);
    size_t depth = 0;
    uint32_t rank = 0;

    if (stack == NULL)
        return false;
    stack[depth++] = set->root;
    while (depth > 0) {
        const uint32_t at = stack[--depth];

        if ((at & LEAF) != 0) {
            ranks[at & ~LEAF] = rank++;
        } else {
            stack[depth++] = nodes_of(set)[at].child[1];
            stack[depth++] = nodes_of(set)[at].child[0];
        }
    }
    bp_host_release(set->host, stack, size);
    return true;
}

bool bp_name_set_names(const struct bp_name_set *set, const uint32_t *ranks,
                       struct bp_names *names)
{
    const size_t table = set->count * sizeof(size_t); /* the size of the begins */
    struct bp_block *block;
    size_t *offsets;
    size_t size;

    block = bp_add(table, set->used, &size) ? bp_block_create(set->host, size) : NULL;
    if (block == NULL)
        return false;
    offsets = (size_t *)(void *)bp_block_data(block);
    for (size_t i = 0; i < set->count; i++)
        offsets[ranks[i]] = table + begins_of(set)[i];
    memcpy(bp_block_data(block) + table, set->texts.data, set->used);
    *names = (struct bp_names){set->count, block};
    return true;
}
