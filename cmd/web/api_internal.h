/*
 * api_internal: an answer of the JSON API under way, and what all answers are written with.
 */
#ifndef VV_CMD_WEB_API_INTERNAL_H
#define VV_CMD_WEB_API_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json/json.h"
#include "cmd/web/api.h"

typedef struct api {
	const vv_web_asked *asked;
	vv_web_visit *v;
	const vv_web_address *a;
	vv_web_reply *reply;
	vv_json_out w;
	vv_error *err;
} api;

/* Members; name NULL: an element of an array. */
void api_put_text(api *x, const char *name, const char *s);
/* Where there is something to say. */
void api_put_said(api *x, const char *name, const char *s);
void api_put_u64(api *x, const char *name, uint64_t n);
void api_put_bool(api *x, const char *name, bool b);
void api_put_double(api *x, const char *name, double d);
void api_open_object(api *x, const char *name);
void api_open_array(api *x, const char *name);
void api_close_object(api *x);
void api_close_array(api *x);
void api_put_texts(api *x, const char *name, const char *const *texts, size_t count);
void api_put_commit(api *x, const char *name, const vv_web_commit *c);
/* A link to another page of the answer. */
void api_put_link(api *x, const char *name, const vv_web_address *to);
/* "a text", null; or, where that does not tell all, {"text": "NA", "mark": "missing"}. */
void api_put_cell(api *x, const vv_web_cell *c);

#endif
