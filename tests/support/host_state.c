/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "host_state.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fenv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__unix__) || defined(__APPLE__)
#define HAVE_POSIX 1
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
extern char **environ;
#endif

/* Exception flags rise with ordinary arithmetic: only the control bits are a promise. */
static uint32_t float_control(void)
{
#if defined(__x86_64__) || defined(__SSE__)
    return (uint32_t)__builtin_ia32_stmxcsr() & 0xFFC0u;
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return (uint32_t)control;
#else
    return 0;
#endif
}

static uint32_t x87_control(void)
{
#if defined(__x86_64__) || defined(__i386__)
    uint16_t control;
    __asm__ volatile("fnstcw %0" : "=m"(control));
    return control;
#else
    return 0;
#endif
}

#ifdef HAVE_POSIX

static uint64_t digest_environment(void)
{
    uint64_t digest = 14695981039346656037u;

    for (char **variable = environ; variable != NULL && *variable != NULL; ++variable)
        for (const char *c = *variable;; ++c) {
            digest = (digest ^ (unsigned char)*c) * 1099511628211u;
            if (*c == '\0')
                break;
        }
    return digest;
}

static uint64_t handler_of(int number)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    if (sigaction(number, NULL, &action) != 0)
        return 0;
    return (uint64_t)(uintptr_t)action.sa_handler ^ ((uint64_t)action.sa_flags << 40);
}

static void take_signals(struct host_state *state)
{
    sigset_t blocked;

    sigemptyset(&blocked);
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (int number = 1; number < HOST_SIGNALS; ++number) {
        state->handler[number] = handler_of(number);
        if (number < 64 && sigismember(&blocked, number) == 1)
            state->blocked |= (uint64_t)1 << number;
    }
}

static void take_posix(struct host_state *state)
{
    const mode_t mask = umask(0);

    umask(mask);
    state->file_mode_mask = (uint32_t)mask;
    if (getcwd(state->directory, sizeof state->directory) == NULL)
        state->directory[0] = '\0';
    state->environment = digest_environment();
    take_signals(state);
    for (int file = 0; file < HOST_FILES; ++file)
        state->file_open[file] = fcntl(file, F_GETFD) >= 0;
}

static bool make_locale(void)
{
    char folder[] = "decimal-comma-XXXXXX"; /* where the test runs */
    char command[256];
    bool made;

    if (mkdtemp(folder) == NULL)
        return false;
    snprintf(command, sizeof command,
             "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >%s/log 2>&1", folder, folder);
    setenv("LOCPATH", folder, 1);
    made = system(command) == 0 && setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
    unsetenv("LOCPATH");
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && made;
}

size_t host_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t count = 0;

    if (tasks == NULL)
        return 0;
    for (const struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks))
        count += task->d_name[0] != '.';
    closedir(tasks);
    return count;
}

#else

static void take_posix(struct host_state *state)
{
    (void)state;
}

static bool make_locale(void)
{
    return false;
}

size_t host_threads(void)
{
    return 0;
}

#endif

void host_state_take(struct host_state *state)
{
    const char *locale = setlocale(LC_ALL, NULL);

    memset(state, 0, sizeof *state);
    state->rounding = fegetround();
    state->float_control = float_control();
    state->x87_control = x87_control();
    snprintf(state->locale, sizeof state->locale, "%s", locale != NULL ? locale : "");
    take_posix(state);
    state->threads = host_threads();
}

bool host_decimal_comma(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i)
        if (setlocale(LC_ALL, names[i]) != NULL)
            return true;
    return make_locale();
}

static bool same_number(const char *what, uint64_t before, uint64_t after, char *why,
                        size_t size)
{
    if (before != after)
        snprintf(why, size, "%s was %#llx and is %#llx", what, (unsigned long long)before,
                 (unsigned long long)after);
    return before == after;
}

static bool same_text(const char *what, const char *before, const char *after, char *why,
                      size_t size)
{
    if (strcmp(before, after) == 0)
        return true;
    snprintf(why, size, "%s was \"%s\" and is \"%s\"", what, before, after);
    return false;
}

static bool same_tables(const struct host_state *before, const struct host_state *after,
                        char *why, size_t size)
{
    char what[32];

    for (int i = 0; i < HOST_SIGNALS; ++i) {
        snprintf(what, sizeof what, "handler of signal %d", i);
        if (!same_number(what, before->handler[i], after->handler[i], why, size))
            return false;
    }
    for (int i = 0; i < HOST_FILES; ++i) {
        snprintf(what, sizeof what, "file descriptor %d", i);
        if (!same_number(what, before->file_open[i], after->file_open[i], why, size))
            return false;
    }
    return true;
}

bool host_state_same(const struct host_state *before, const struct host_state *after,
                     char *why, size_t size)
{
    const struct host_state *b = before;
    const struct host_state *a = after;

    return same_number("rounding mode", (uint64_t)b->rounding, (uint64_t)a->rounding, why,
                       size) &&
           same_number("floating-point control", b->float_control, a->float_control, why,
                       size) &&
           same_number("x87 control", b->x87_control, a->x87_control, why, size) &&
           same_text("locale", b->locale, a->locale, why, size) &&
           same_text("directory", b->directory, a->directory, why, size) &&
           same_number("umask", b->file_mode_mask, a->file_mode_mask, why, size) &&
           same_number("environment", b->environment, a->environment, why, size) &&
           same_number("signal mask", b->blocked, a->blocked, why, size) &&
           same_number("number of threads", b->threads, a->threads, why, size) &&
           same_tables(b, a, why, size);
}

void require_host_unchanged(const struct host_state *before, const char *file, int line)
{
    struct host_state after;
    char why[2 * HOST_PATH + 64];

    host_state_take(&after);
    if (host_state_same(before, &after, why, sizeof why))
        return;
    print_error("%s\n", why);
    _fail(file, line);
}
