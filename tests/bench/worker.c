/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Requests --------------------------------------------------------------------- */

static void parse(struct request *request)
{
    char *word = strtok(request->line, " \n");

    request->verb = word != NULL ? word : "";
    request->count = 0;
    while ((word = strtok(NULL, " \n")) != NULL) {
        char *const equals = strchr(word, '=');

        if (equals == NULL || request->count == WORKER_FIELDS)
            worker_die("'%s' is no field of a request", word);
        *equals = '\0';
        request->keys[request->count] = word;
        request->values[request->count++] = equals + 1;
    }
}

int worker_run(const struct verb *verbs)
{
    static struct request request;

    while (fgets(request.line, sizeof request.line, stdin) != NULL) {
        const struct verb *verb = verbs;

        parse(&request);
        while (verb->name != NULL && strcmp(verb->name, request.verb) != 0)
            verb++;
        if (verb->name == NULL)
            answer_missing("%s", request.verb);
        else
            verb->answer(&request);
    }
    return 0;
}

static const char *find(const struct request *request, const char *key)
{
    size_t i;

    for (i = 0; i < request->count; i++)
        if (strcmp(request->keys[i], key) == 0)
            return request->values[i];
    return NULL;
}

const char *request_text(const struct request *request, const char *key)
{
    const char *const value = find(request, key);

    if (value == NULL)
        worker_die("the request %s has no field %s", request->verb, key);
    return value;
}

double request_number(const struct request *request, const char *key)
{
    const char *const value = request_text(request, key);
    char *end;
    const double number = strtod(value, &end);

    if (end == value || *end != '\0')
        worker_die("%s=%s is no number", key, value);
    return number;
}

size_t request_count(const struct request *request, const char *key)
{
    return (size_t)request_number(request, key);
}

int request_is(const struct request *request, const char *key, const char *value)
{
    return strcmp(request_text(request, key), value) == 0;
}

struct shape request_shape(const struct request *request)
{
    const char *at = request_text(request, "layers");
    struct shape shape = {{0}, 0};
    size_t count = 0;

    for (;;) {
        char *end;

        if (count > WORKER_LAYERS)
            worker_die("more than %d layers", WORKER_LAYERS);
        shape.widths[count++] = strtoul(at, &end, 10);
        if (*end != ',')
            break;
        at = end + 1;
    }
    shape.layers = count - 1;
    return shape;
}

/* --- Answers ---------------------------------------------------------------------- */

static void print_text(const char *kind, const char *format, va_list values)
{
    char text[WORKER_LINE];
    const char *c;

    vsnprintf(text, sizeof text, format, values);
    printf("{\"%s\": \"", kind);
    for (c = text; *c != '\0'; c++)
        if (*c >= ' ' && *c != '"' && *c != '\\')
            putchar(*c);
    puts("\"}");
    fflush(stdout);
}

void answer(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    putchar('\n');
    fflush(stdout);
}

void answer_missing(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    print_text("missing", format, values);
    va_end(values);
}

void answer_error(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    print_text("error", format, values);
    va_end(values);
}

void worker_die(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

/* --- Small things ----------------------------------------------------------------- */

void *worker_memory(size_t count, size_t size)
{
    void *const memory = calloc(count, size);

    if (memory == NULL)
        worker_die("no memory");
    return memory;
}

size_t largest(const float *outputs, size_t count)
{
    size_t best = 0, i;

    for (i = 1; i < count; i++)
        if (outputs[i] > outputs[best])
            best = i;
    return best;
}

unsigned worker_threads(void)
{
    DIR *const tasks = opendir("/proc/self/task");
    const struct dirent *entry;
    unsigned count = 0;

    if (tasks == NULL)
        return 0;
    while ((entry = readdir(tasks)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}
