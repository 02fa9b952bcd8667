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
	const vv_web_asked *asked;
	vv_web_visit *v;
	const vv_web_address *a;
	vv_web_reply *reply;
	vv_json_out w;
	vv_error *err;
} api;

/* Members; name NULL: an element of an array. */
#define api_put_text(x, name, s) vv_json_add_string(&(x)->w, name, s)
#define api_put_u64(x, name, n) vv_json_add_u64(&(x)->w, name, n)
#define api_put_bool(x, name, b) vv_json_add_bool(&(x)->w, name, b)
#define api_open_array(x, name) vv_json_add_array(&(x)->w, name)
#define api_open_object(x, name) vv_json_add_object(&(x)->w, name)
#define api_open_element(x) vv_json_open_object(&(x)->w)
#define api_close_object(x) vv_json_close_object(&(x)->w)
#define api_close_array(x) vv_json_close_array(&(x)->w)
/* An array: put(x, &items[i]) for each. */
#define api_put_each(x, name, items, count, put)                                                   \
	{                                                                                          \
		api_open_array(x, name);                                                           \
		for (size_t each_ = 0; each_ < (count); each_++) {                                 \
			put(x, &(items)[each_]);                                                   \
		}                                                                                  \
		api_close_array(x);                                                                \
	}
/* In a list of members: not there if s is NULL or empty. */
#define API_SAID(name, s) JSON_TEXT_WHEN((s) && *(s), name, s)
void api_put_double(api *x, const char *name, double d);
void api_put_commit(api *x, const char *name, const vv_web_commit *c);
/* A link to another page of the answer. */
void api_put_link(api *x, const char *name, const vv_web_address *to);
/* "a text", null; or, if that is not enough, {"text": "NA", "mark": "missing"}. */
void api_put_cell(api *x, const vv_web_cell *c);

#endif
