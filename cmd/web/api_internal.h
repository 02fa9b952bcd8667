/*
 * api_internal: the state of an answer of the JSON API that is being written, and helpers to write
 * it.
 */
#ifndef VV_CMD_WEB_API_INTERNAL_H
#define VV_CMD_WEB_API_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json/json_list.h"
#include "cmd/web/api.h"

/* An answer that is being written. */
typedef struct api {
	/* writes the body of reply; the first member, so that functions that receive w can convert
	 * the pointer to an api */
	vv_json_out w;
	const vv_web_asked *asked; /* the request */
	vv_web_visit *v;           /* asked->visit */
	const vv_web_address *a;   /* asked->address */
	vv_web_reply *reply;
	vv_error *err;       /* receives the error of a function that fails */
	bool said_time_over; /* the answer has the member timeOver */
	bool trusts;         /* the repository trusts a signed head */
} api;

/* Descriptions of members with the name n, for vv_json_put_members. If n is NULL, the member is
 * left out. */

/* The text s; left out if s is NULL or empty. */
#define API_SAID(n, s) JSON_TEXT_WHEN((s) && *(s), n, s)
/* The commit c, as an object. */
#define API_COMMIT(n, c) JSON_BY(api_put_commit, n, c)
/* The cell c: a text or null; or an object such as {"text": "NA", "mark": "missing"} if the cell is
 * missing, absent or a JSON literal, or was cut. */
#define API_CELL(n, c) JSON_BY(api_put_cell, n, c)
/* The double at d; null if it is infinite or NaN. */
#define API_DOUBLE(n, d) JSON_BY(api_put_double, n, d)
/* A link to the address `to`, such as that of the next page; left out if `there` is false. */
#define API_LINK_WHEN(there, n, to) JSON_BY(api_put_link, (there) ? (n) : NULL, to)

/* The functions that write the values of these members. */
void api_put_commit(vv_json_out *w, const void *commit); /* commit: a vv_web_commit */
void api_put_cell(vv_json_out *w, const void *cell);     /* cell: a vv_web_cell */
void api_put_double(vv_json_out *w, const void *number); /* number: a double */
void api_put_link(vv_json_out *w, const void *to);       /* to: a vv_web_address */

#endif
