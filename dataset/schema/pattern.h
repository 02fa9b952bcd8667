/*
 * pattern: regular expressions of constraints (PCRE2 behind it).
 *
 * What XML Schema's patterns (xmlschema-2, appendix F) say means what it says there: \d \w \s \i \c
 * and their opposites by Unicode, "." without line ends. Beyond it PCRE2's groups and anchors are
 * taken, and \uXXXX. What XML Schema would read in another way than PCRE2 is refused.
 *
 * A pattern must match a text from its beginning to its end, as UTF-8. It has a budget of
 * steps: what it cannot decide within it is reported, and nothing hangs.
 */
#ifndef VV_DATASET_SCHEMA_PATTERN_H
#define VV_DATASET_SCHEMA_PATTERN_H

#include <stddef.h>

#include "base/error.h"

#define VV_PATTERN_STEPS 200000u
#define VV_PATTERN_MAX 16384u /* bytes of a pattern */

typedef struct vv_pattern vv_pattern;

/* VV_EINPUT: what is wrong, at which byte of text. */
vv_status vv_pattern_new(vv_pattern **out, const char *text, size_t len, vv_error *err);
void vv_pattern_free(vv_pattern *p); /* accepts NULL */

/* Working memory of one thread, for any pattern. */
typedef struct vv_pattern_scratch vv_pattern_scratch;
vv_pattern_scratch *vv_pattern_scratch_new(void);    /* NULL when out of memory */
void vv_pattern_scratch_free(vv_pattern_scratch *s); /* accepts NULL */

/* s must be valid UTF-8. 1: it matches; 0: it does not; VV_EREFUSED: over the budget;
 * VV_ENOMEM. */
int vv_pattern_match(const vv_pattern *p, vv_pattern_scratch *scratch, const char *s, size_t len);

#endif
