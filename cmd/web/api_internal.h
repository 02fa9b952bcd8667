/*
 * api_internal: an answer of the JSON API under way, and what all answers are written with.
 */
#ifndef VV_CMD_WEB_API_INTERNAL_H
#define VV_CMD_WEB_API_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json/json_list.h"
#include "cmd/web/api.h"

typedef struct api {
	vv_json_out w; /* first, so that what writes an item finds the rest */
	const vv_web_asked *asked;
	vv_web_visit *v;
	const vv_web_address *a;
	vv_web_reply *reply;
	vv_error *err;
} api;

/* Members of answers; left out if the text is NULL or empty, or the name NULL. */
#define API_SAID(n, s) JSON_TEXT_WHEN((s) && *(s), n, s)
#define API_COMMIT(n, c) JSON_BY(api_put_commit, n, c)
/* "a text", null; or, if that is not enough, {"text": "NA", "mark": "missing"}. */
#define API_CELL(n, c) JSON_BY(api_put_cell, n, c)
#define API_DOUBLE(n, d) JSON_BY(api_put_double, n, d)
/* Another page of the answer. */
#define API_LINK_WHEN(there, n, to) JSON_BY(api_put_link, (there) ? (n) : NULL, to)

/* A vv_web_commit, a vv_web_cell, a double, a vv_web_address. */
void api_put_commit(vv_json_out *w, const void *commit);
void api_put_cell(vv_json_out *w, const void *cell);
void api_put_double(vv_json_out *w, const void *number);
void api_put_link(vv_json_out *w, const void *to);

#endif
