/*
 * api_write: members, commits and cells of answers.
 *
 * Numbers that are doubles are written with the fewest digits that read back as the same one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
#include "cmd/web/api_internal.h"

void api_put_double(vv_json_out *w, const void *number)
{
	const double d = *(const double *)number;
	char text[40];

	if (!isfinite(d)) {
		vv_json_null(w);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) >= d && strtod(text, NULL) <= d) {
			break;
		}
	}
	vv_json_raw(w, text, strlen(text));
}

static void put_id(vv_json_out *w, const void *id)
{
	vv_json_string(w, vv_oid_shows(id));
}

void api_put_commit(vv_json_out *w, const void *commit)
{
	const vv_web_commit *c = commit;

	if (c->none) {
		vv_json_null(w);
		return;
	}
	vv_json_put_object(w, {JSON_TEXT("id", c->hex)}, {JSON_TEXT("subject", c->subject)},
			   {API_SAID("body", c->body)}, {JSON_TEXT("author", c->author)},
			   {JSON_TEXT("date", vv_text_zoned(c->time, c->offset_min))},
			   {JSON_EACH(put_id, "parents", c->parents, c->parent_count)});
}

void api_put_link(vv_json_out *w, const void *to)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_web_address_put(&b, to);
	vv_json_string(w, vv_buf_cstr(&b));
}

void api_put_cell(vv_json_out *w, const void *cell)
{
	const vv_web_cell *c = cell;
	const bool none = c->kind == VV_WEB_NULL || c->kind == VV_WEB_ABSENT,
		   cut = c->len != c->whole;
	const char *mark = NULL;

	if (c->kind == VV_WEB_MISSING) {
		mark = "missing";
	} else if (c->kind == VV_WEB_ABSENT) {
		mark = "absent";
	} else if (c->literal) {
		mark = "literal";
	}
	const char *text = none ? NULL : c->text;

	if (mark || cut) {
		vv_json_put_object(w, {JSON_TEXT_LEN("text", text, c->len)},
				   {JSON_TEXT_WHEN(mark, "mark", mark)},
				   {JSON_NUMBER_WHEN(cut, "bytes", c->whole)},
				   {JSON_NUMBER_WHEN(c->skipped > 0, "from", c->skipped)});
	} else if (none) {
		vv_json_null(w);
	} else {
		vv_json_string_len(w, text, c->len);
	}
}
