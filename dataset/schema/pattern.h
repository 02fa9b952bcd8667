/*
 * pattern: regular expressions of constraints (PCRE2 behind it).
 *
 * Patterns of XML Schema (xmlschema-2, appendix F) have their meaning there: \d \w \s \i \c and
 * their opposites by Unicode, "." without line ends. In addition PCRE2's groups and anchors are
 * accepted, and \uXXXX. Syntax with different meanings in XML Schema and PCRE2 is refused.
 *
 * A pattern must match a text from its beginning to its end, as UTF-8. A text has a budget of
 * steps, and a whole check has one for steps beyond the texts' lengths: texts not decided within
 * both are reported, and nothing hangs.
 */
#ifndef VV_DATASET_SCHEMA_PATTERN_H
#define VV_DATASET_SCHEMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

#define VV_PATTERN_STEPS 200000u               /* for one text */
#define VV_PATTERN_BUDGET UINT64_C(1000000000) /* for a whole check: takes seconds */
#define VV_PATTERN_MAX 16384u                  /* bytes of a pattern */

typedef struct vv_pattern vv_pattern;

/* VV_EINPUT: err names the fault and its offset in text. */
vv_status vv_pattern_new(vv_pattern **out, const char *text, size_t len, vv_error *err);
void vv_pattern_free(vv_pattern *p); /* accepts NULL */
VV_AUTO_FREE(vv_pattern, vv_pattern_free)

/* Working memory of one thread, for any pattern. */
typedef struct vv_pattern_scratch vv_pattern_scratch;
vv_pattern_scratch *vv_pattern_scratch_new(void);    /* NULL when out of memory */
void vv_pattern_scratch_free(vv_pattern_scratch *s); /* accepts NULL */
VV_AUTO_FREE(vv_pattern_scratch, vv_pattern_scratch_free)

/* The steps of a whole check: for each text, the steps beyond those that its length allows. Zeroed at
 * first; shared by all threads. */
typedef struct vv_pattern_budget {
	uint64_t used;
} vv_pattern_budget;
bool vv_pattern_spent(const vv_pattern_budget *b); /* false for NULL */

/* s must be valid UTF-8. 1: it matches; 0: it does not; VV_EREFUSED: the budget of the text or of the
 * check is exceeded; VV_ENOMEM. budget NULL: the check has no budget. */
int vv_pattern_match(const vv_pattern *p, vv_pattern_scratch *scratch, const char *s, size_t len,
		     vv_pattern_budget *budget);

#endif
