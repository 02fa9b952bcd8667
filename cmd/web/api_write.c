/*
 * api_write: members, commits and cells of answers.
 *
 * Numbers that are doubles are written with the fewest digits that read back as the same one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/web/api_internal.h"

void api_put_double(api *x, const char *name, double d)
{
	char text[40];

	vv_json_name(&x->w, name);
	if (!isfinite(d)) {
		vv_json_null(&x->w);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) >= d && strtod(text, NULL) <= d) {
			break;
		}
	}
	vv_json_raw(&x->w, text, strlen(text));
}

static void api_put_time(api *x, const vv_web_commit *c)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_web_time_put(&b, c);
	api_put_text(x, "date", vv_buf_cstr(&b));
}

void api_put_commit(api *x, const char *name, const vv_web_commit *c)
{
	if (c->none) {
		vv_json_name(&x->w, name);
		vv_json_null(&x->w);
		return;
	}
	api_open_object(x, name);
	vv_json_put_members(&x->w, {JSON_TEXT("id", c->hex)}, {JSON_TEXT("subject", c->subject)},
			    {API_SAID("body", c->body)}, {JSON_TEXT("author", c->author)});
	api_put_time(x, c);
	api_open_array(x, "parents");
	for (size_t i = 0; i < c->parent_count; i++) {
		vv_json_string(&x->w, vv_oid_shows(&c->parents[i]));
	}
	api_close_array(x);
	api_close_object(x);
}

void api_put_link(api *x, const char *name, const vv_web_address *to)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_web_address_put(&b, to);
	api_put_text(x, name, vv_buf_cstr(&b));
}

static const char *mark_of(const vv_web_cell *c)
{
	switch (c->kind) {
	case VV_WEB_MISSING:
		return "missing";
	case VV_WEB_ABSENT:
		return "absent";
	default:
		return c->literal ? "literal" : NULL;
	}
}

static void api_put_cell_value(api *x, const vv_web_cell *c)
{
	if (c->kind == VV_WEB_NULL || c->kind == VV_WEB_ABSENT) {
		vv_json_null(&x->w);
	} else {
		vv_json_string_len(&x->w, c->text, c->len);
	}
}

void api_put_cell(api *x, const vv_web_cell *c)
{
	const char *mark = mark_of(c);

	if (!mark && c->len == c->whole) {
		api_put_cell_value(x, c);
		return;
	}
	vv_json_open_object(&x->w);
	vv_json_name(&x->w, "text");
	api_put_cell_value(x, c);
	vv_json_put_members(&x->w, {API_SAID("mark", mark)},
			    {JSON_NUMBER_WHEN(c->len != c->whole, "bytes", c->whole)},
			    {JSON_NUMBER_WHEN(c->skipped > 0, "from", c->skipped)});
	api_close_object(x);
}
