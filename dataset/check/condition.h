/*
 * condition: what varve.json demands of each row: "price >= 0 and end >= start".
 *
 * The language stands in docs/check.md: columns by name, literals, comparison, arithmetic
 * that is exact, and / or / not, in (...), is null, length(x). A text is compiled once
 * against a schema and evaluated for many rows (condition_run.h). It can neither loop nor fail
 * at run time.
 *
 * As in SQL's CHECK an answer may be unknown (a missing value, a value that is not of its
 * column's type, a division by zero): then the row is not found wrong.
 */
#ifndef VV_DATASET_CHECK_CONDITION_H
#define VV_DATASET_CHECK_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/schema/schema.h"

#define VV_CONDITION_MAX 16384u /* bytes of its text */

typedef struct vv_condition vv_condition;

/* Compiles text. The schema is borrowed: it must outlive the condition. json: the table's
 * cells come from NDJSON or a JSON array (vv_field_accepts_json). VV_EINPUT says what is
 * wrong and at which character of text; the hint has the nearest known word. */
vv_status vv_condition_new(vv_condition **out, const char *text, size_t len,
			   const vv_schema *schema, bool json, vv_error *err);
/* Is text well-formed, whatever the columns? Else as above. */
vv_status vv_condition_check(const char *text, size_t len, vv_error *err);
void vv_condition_free(vv_condition *c); /* accepts NULL */
VV_AUTO_FREE(vv_condition, vv_condition_free)

/* The places of the columns that it reads, each once, ascending; borrowed. */
const size_t *vv_condition_columns(const vv_condition *c, size_t *count);
const char *vv_condition_text(const vv_condition *c); /* as given; borrowed */

#endif
