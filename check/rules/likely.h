/*
 * likely: the likely meaning of a text that is not a value of its field, and the change that makes the field accept it.
 *
 * Called only for reported findings. One table, in likely.c, has all rules for it.
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

/* Has the text no control characters, so that a command can contain it? */
bool vv_likely_one_line(const char *s, size_t len);

/* Would the cell be valid with this text? */
typedef bool (*vv_likely_right_fn)(void *payload, const char *s, size_t len);

typedef struct vv_likely {
	vv_buf what; /* "2024-01-01 as Excel's number"; empty: nothing is likely. Data in it is escaped */
	/* member of the field's descriptor that accepts the text: "\"decimalChar\": \",\""; may be
	 * empty */
	vv_buf member;
	bool has_hint;   /* a command accepts the text, too: hint and arg are set */
	vv_hint_id hint; /* SCHEMA_MISSING, SCHEMA_NUMBER or SCHEMA_TYPE */
	const char *arg; /* the command's argument: a type; NULL: the text itself */
} vv_likely;
void vv_likely_clear(vv_likely *l);
VV_AUTO_CLEAR(vv_likely, vv_likely_clear)

/* Sets *out, which is cleared storage, for a text that is not of the field's type. json: the cell
 * is a string of NDJSON or JSON. */
void vv_likely_of_type(vv_likely *out, const vv_field *f, const char *s, size_t len, bool json);
/* Sets *out for a text of the type that does not match the pattern, or is not in the list of
 * values: spaces around the text, or different case. right may be NULL. */
void vv_likely_of_value(vv_likely *out, const char *s, size_t len, const vv_json *values,
			vv_likely_right_fn right, void *payload);

/* Appends what accepts the text: "varve schema --missing price=NULL prices.csv", or the member;
 * appends nothing if neither exists. words: the program's suggestions; NULL: only members. */
void vv_likely_put_accept(vv_buf *out, const vv_likely *l, const vv_field *f, const char *s,
			  size_t len, const char *path, vv_hint_words_fn words);

#endif
