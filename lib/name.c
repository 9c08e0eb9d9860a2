/* SPDX-License-Identifier: MIT */
#include "name.h"

#include <string.h>

bool bp_name_copy(char *to, const char *name)
{
    size_t length = 0;

    if (name == NULL)
        return false;
    while (length < BP_NAME_SIZE && name[length] != '\0')
        length++;
    if (length == 0 || length == BP_NAME_SIZE)
        return false;
    memcpy(to, name, length + 1);
    return true;
}
