/* SPDX-License-Identifier: MIT */
#include "base.h"

#define TEXT_OF(x) #x
#define VERSION_TEXT(major, minor, patch) \
    TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

uint32_t bp_version(void)
{
    return BP_VERSION_MAJOR * 10000 + BP_VERSION_MINOR * 100 + BP_VERSION_PATCH;
}

const char *bp_version_text(void)
{
    return VERSION_TEXT(BP_VERSION_MAJOR, BP_VERSION_MINOR, BP_VERSION_PATCH);
}

static const char *const texts[] = {
    [-BP_OK] = "done",
    [-BP_EINVAL] = "an argument is NULL, out of range or unknown",
    [-BP_ENOMEM] = "out of memory",
    [-BP_ESHAPE] = "lengths or widths do not fit each other",
    [-BP_ESTATE] = "not possible at this point",
    [-BP_EDATA] = "the data hold something that cannot be",
    [-BP_EIO] = "a file could not be opened or read",
    [-BP_EDOMAIN] = "the last layer does not put out what the cost takes",
    [-BP_EUNSUPPORTED] = "not available in this build or for this use",
    [-BP_EBUSY] = "the object is at work",
    [-BP_ESTOPPED] = "stopped by a callback",
    [-BP_ELIMIT] = "larger than a stated limit",
};

const char *bp_status_text(bp_status status)
{
    const bp_status count = (bp_status)(sizeof texts / sizeof texts[0]);

    return status <= 0 && status > -count ? texts[-status] : "unknown status";
}
