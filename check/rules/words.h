/*
 * words: what is said of a cell that is wrong. For this room alone.
 */
#ifndef VV_CHECK_RULES_WORDS_H
#define VV_CHECK_RULES_WORDS_H

#include "base/buf.h"
#include "check/rules/plan.h"

/* What is wrong with a cell, by the number of its CHECK_ bit. */
const char *check_message(const check_column *c, unsigned kind);
/* What was expected, by the bit. */
void check_put_expected(vv_buf *out, const check_column *c, unsigned kind);

#endif
