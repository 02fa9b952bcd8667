/*
 * likely: finds the probable meaning of a text that is not a value of its field, and the change
 * with which the field accepts the text.
 *
 * These functions are called only for reported findings. A table in likely.c has all rules for the
 * guesses.
 */
#ifndef VV_CHECK_RULES_LIKELY_H
#define VV_CHECK_RULES_LIKELY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hint.h"
#include "dataset/schema/schema.h"

/* Returns true if the text has no control characters, so that a command can contain it. */
bool vv_likely_one_line(const char *s, size_t len);

/* Returns true if a cell with this text would be valid. */
typedef bool (*vv_likely_right_fn)(void *payload, const char *s, size_t len);

/* A guess. All members zero: no guess. */
typedef struct vv_likely {
	/* the meaning, such as "2024-01-01 as Excel's number", with data escaped; empty: no
	 * guess */
	vv_buf what;
	/* member of the field's descriptor that makes the field accept the text: "\"decimalChar\":
	 * \",\""; may be empty */
	vv_buf member;
	bool has_hint;   /* a command makes the field accept the text, too; hint and arg are set */
	vv_hint_id hint; /* SCHEMA_MISSING, SCHEMA_NUMBER or SCHEMA_TYPE */
	const char *arg; /* the command's argument, a type; NULL: the text itself */
} vv_likely;
void vv_likely_clear(vv_likely *l);
VV_AUTO_CLEAR(vv_likely, vv_likely_clear)

/* Sets *out to the probable meaning of a text that does not have the type of the field f. *out must
 * be cleared or zeroed. json: the cell is a string of NDJSON or a JSON array. */
void vv_likely_of_type(vv_likely *out, const vv_field *f, const char *s, size_t len, bool json);
/* Sets *out to the probable meaning of a text that has the type of its field, but does not match
 * the pattern or is not one of the allowed values. The probable meaning is a valid text that
 * differs from the text only in spaces around it, or in case. values: the allowed values, may be
 * NULL; right: tests a text, may be NULL. */
void vv_likely_of_value(vv_likely *out, const char *s, size_t len, const vv_json *values,
			vv_likely_right_fn right, void *payload);

/* Appends the command that makes the field f accept the text, such as "varve schema --missing
 * price=NULL prices.csv", or else l->member. Appends nothing if l has neither. path: the table's
 * path; words: writes the command; NULL: only members are appended. */
void vv_likely_put_accept(vv_buf *out, const vv_likely *l, const vv_field *f, const char *s,
			  size_t len, const char *path, vv_hint_words_fn words);

#endif
