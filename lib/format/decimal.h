/* SPDX-License-Identifier: MIT */
/* Numbers from text, the same on every machine and in every locale. */
#ifndef BP_FORMAT_DECIMAL_H
#define BP_FORMAT_DECIMAL_H

#include "base.h"

enum bp_decimal {
    BP_DECIMAL_OK,
    BP_DECIMAL_MALFORMED, /**< Not [+-]digits[.digits][e[+-]digits]. */
    BP_DECIMAL_OVERFLOW   /**< Beyond the largest float. */
};

/** Read all of @p text as a number; @p value is the nearest float, of two equally near
 * ones the even one. */
enum bp_decimal bp_decimal_read(const unsigned char *text, size_t length, float *value);

#endif
