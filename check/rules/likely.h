/*
 * likely: finds the probable meaning of a text that is not a value of its field, and the change to the
 * field that makes the field accept the text.
 *
 * These functions are called only for reported findings, so they may be slow. A table in likely.c has
 * all rules for the guesses.
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

/* Returns true if the text is valid UTF-8 without ASCII control characters, so that a command can
 * contain it. */
bool vv_likely_one_line(const char *s, size_t len);

/* A function that returns true if a cell with this text would be valid. */
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
	vv_hint_id hint; /* VV_HINT_SCHEMA_MISSING, VV_HINT_SCHEMA_NUMBER or VV_HINT_SCHEMA_TYPE */
	const char *arg; /* the command's argument, a type; NULL: the text itself */
} vv_likely;
void vv_likely_clear(vv_likely *l);
VV_AUTO_CLEAR(vv_likely, vv_likely_clear)

/* Sets *out to the probable meaning of a text that does not have the type of the field f. *out must
 * be cleared or zeroed. json: the cell is a string of NDJSON or a JSON array. */
void vv_likely_of_type(vv_likely *out, const vv_field *f, const char *s, size_t len, bool json);
/* Sets *out to the probable meaning of a text that has the type of its field, but does not match the
 * pattern or is not one of the allowed values. *out must be cleared or zeroed. The probable meaning is
 * the text without the white space around it, if `right` accepts that; otherwise, it is the allowed
 * value that is most similar (vv_nearest). values: the allowed values, a JSON array; may be NULL.
 * right must not be NULL. */
void vv_likely_of_value(vv_likely *out, const char *s, size_t len, const vv_json *values,
			vv_likely_right_fn right, void *payload);

/* Appends the command that makes the field f accept the text, such as "varve schema --missing
 * price=NULL prices.csv". If there is no such command, appends l->member and " in datapackage.json".
 * Appends nothing if l has neither. path: the table's path. words: writes the command; if words is
 * NULL, only members are appended. */
void vv_likely_put_accept(vv_buf *out, const vv_likely *l, const vv_field *f, const char *s,
			  size_t len, const char *path, vv_hint_words_fn words);

#endif
