/*
 * incoming_json: nested values of Arrow as JSON. For this room alone.
 */
#ifndef VV_LIB_ARROW_IN_INCOMING_JSON_H
#define VV_LIB_ARROW_IN_INCOMING_JSON_H

#include "lib/arrow/in/arrow_value.h"

/* Types nest no deeper than this. */
#define INCOMING_DEPTH 64u

/* Has a value of the type a JSON form? */
bool incoming_json_fits(const struct ArrowSchema *type, unsigned depth);
/* Appends the value at a place of the array. */
vv_status incoming_json_put(vv_buf *out, const struct ArrowSchema *type, const struct ArrowArray *a,
			    int64_t at, vv_error *err);

#endif
