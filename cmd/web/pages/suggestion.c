/*
 * suggestion: the form's title and body.
 */
#include "cmd/web/pages/suggestion.h"

#include <stdbool.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "cmd/web/model/issue.h"

#define ADDRESS_MAX 6000u /* hosts take 8 KB */

/* Appends the address of the empty form: from the setting, else from homepage or origin. */
static bool find_form(vv_buf *out, vv_page *p)
{
	vv_repository *r = p->asked->visit->repo;
	const vv_json *package = vv_page_package(p);
	const char *page = package ? vv_json_get_string(package, "homepage") : NULL;
	vv_auto(char) *set = NULL, *url = NULL, *kind = NULL;
	vv_auto(vv_buf) home = VV_BUF_INIT;

	if (vv_config_string(r, "varve.issues", &set, VV_IGNORED) == VV_OK) {
		vv_buf_puts(out, set);
		return vv_issue_is_form(set);
	}
	(void)vv_config_string(r, "remote.origin.url", &url, VV_IGNORED);
	(void)vv_config_string(r, "remote.origin.varvekind", &kind, VV_IGNORED);
	if (!(page && vv_issue_home(&home, page, NULL)) &&
	    !(url && vv_issue_home(&home, url, kind))) {
		return false;
	}
	vv_issue_put_form(out, vv_buf_cstr(&home));
	return true;
}

/* A member with the cells that are whole, and no part of the key. */
static size_t put_cells(vv_json_out *w, const char *name, const vv_web_table *t,
			const vv_web_row *r, const size_t *columns, size_t count)
{
	size_t written = 0;

	vv_json_put_members(w, {JSON_OBJECT(name)});
	for (size_t i = 0; i < count; i++) {
		const vv_web_column *column = &t->columns[columns[i]];
		const vv_web_cell *cell = &r->cells[i];

		if (column->key || cell->skipped > 0 || cell->len < cell->whole) {
			continue;
		}
		vv_json_put_members(w, {JSON_TEXT_LEN(column->name, cell->text, cell->len)});
		written++;
	}
	vv_json_close_object(w);
	return written;
}

const char *vv_page_suggestion(vv_page *p, const vv_web_table *t, const vv_web_row *r,
			       const size_t *columns, size_t count)
{
	vv_auto(vv_buf) form = VV_BUF_INIT, block = VV_BUF_INIT, at = VV_BUF_INIT;

	if (t->commit.work || !r->key || !vv_web_table_is_edited(t) || !find_form(&form, p)) {
		return NULL;
	}
	vv_json_out w = vv_json_begin_object(&block, 2);
	vv_json_put_members(&w, {JSON_TEXT("varve", "suggest 1")}, {JSON_TEXT("file", t->path)},
			    {JSON_TEXT("key", r->key)});
	const size_t written = put_cells(&w, "old", t, r, columns, count);
	(void)put_cells(&w, "new", t, r, columns, count);
	vv_json_put_members(&w, {JSON_TEXT("version", t->commit.hex)});
	vv_json_close_object(&w);
	if (written == 0 || vv_buf_ok(&block, VV_IGNORED) < 0) return NULL;
	const char *title = vv_page_text(p, "Correction: row %s of %s", r->key, t->path);
	const char *body = vv_page_text(p,
					"Write the right values below \"new\", and why:\n\n\n"
					"```json\n%s\n```\n",
					block.data);
	if (!title || !body) return NULL;
	vv_issue_put(&at, vv_buf_cstr(&form), title, body);
	return at.failed || at.len > ADDRESS_MAX ? NULL : vv_page_keep(p, at.data);
}
