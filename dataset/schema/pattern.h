/*
 * pattern: matches the regular expressions of constraints, with PCRE2.
 *
 * Patterns have the meaning of XML Schema (xmlschema-2, appendix F): \d \w \s \i \c and their
 * opposites refer to Unicode, and "." does not match line ends. PCRE2's groups and anchors, and
 * \uXXXX, are also accepted. Syntax that has different meanings in XML Schema and PCRE2 is refused.
 *
 * A pattern must match the whole text, from beginning to end, as UTF-8. The number of matching
 * steps is limited, so that a check always ends. A text can use at most VV_PATTERN_STEPS steps.
 * Each text has some free steps, in proportion to its length; all other steps of a whole check
 * together are limited to VV_PATTERN_BUDGET. A text that needs more steps is reported as undecided.
 */
#ifndef VV_DATASET_SCHEMA_PATTERN_H
#define VV_DATASET_SCHEMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

#define VV_PATTERN_STEPS 200000u /* maximum number of steps for one text */
/* Maximum number of steps for a whole check, without free steps. They take some seconds. */
#define VV_PATTERN_BUDGET UINT64_C(1000000000)
#define VV_PATTERN_MAX 16384u /* maximum number of bytes of a pattern */

/* A compiled pattern. */
typedef struct vv_pattern vv_pattern;

/* Compiles a pattern. VV_EINPUT: the pattern is invalid; the message has the reason and the offset
 * in text. */
vv_status vv_pattern_new(vv_pattern **out, const char *text, size_t len, vv_error *err);
void vv_pattern_free(vv_pattern *p); /* accepts NULL */
VV_AUTO_FREE(vv_pattern, vv_pattern_free)

/* Working memory of one thread, for any pattern. */
typedef struct vv_pattern_scratch vv_pattern_scratch;
vv_pattern_scratch *vv_pattern_scratch_new(void);    /* returns NULL if out of memory */
void vv_pattern_scratch_free(vv_pattern_scratch *s); /* accepts NULL */
VV_AUTO_FREE(vv_pattern_scratch, vv_pattern_scratch_free)

/* The steps of a whole check, which all its threads count together. All members zero: no steps
 * yet. */
typedef struct vv_pattern_budget {
	uint64_t used; /* number of steps so far, without the free steps of each text */
} vv_pattern_budget;
/* Returns true if VV_PATTERN_BUDGET steps are used. b may be NULL: returns false. */
bool vv_pattern_spent(const vv_pattern_budget *b);

/* Matches the text s[0 .. len), which must be valid UTF-8. Returns 1 if the pattern matches, 0 if
 * not, VV_EREFUSED if the limit of steps for a text or for the check is exceeded, or VV_ENOMEM.
 * budget may be NULL: only the limit for a text applies. */
int vv_pattern_match(const vv_pattern *p, vv_pattern_scratch *scratch, const char *s, size_t len,
		     vv_pattern_budget *budget);

#endif
