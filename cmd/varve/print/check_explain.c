/*
 * check_explain: a line for each rule, under the table that it is about.
 */
#include "cmd/varve/print/check_explain.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"

void vv_explained_init(vv_explained *x, bool json)
{
	static const char *const names[] = {"scope", "reads", "groups kept", "rule"};

	*x = (vv_explained){.json = json};
	vv_aligned_init(&x->lines, vv_out_limit(), 2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_aligned_column(&x->lines, names[i], strlen(names[i]), "", i == 2,
				  i == 0 || i == 2);
	}
	vv_json_out_init(&x->out, &x->text, 1);
	vv_json_open_array(&x->out);
}

static void add_json(vv_json_out *w, const char *path, const vv_check_explained *e)
{
	vv_json_open_object(w);
	vv_json_add_string(w, "path", path);
	vv_json_add_string(w, "rule", e->rule);
	if (e->name) {
		vv_json_add_string(w, "name", e->name);
	}
	vv_json_add_string(w, "scope", e->scope);
	vv_json_add_string(w, "reads", e->reads);
	if (e->groups > 0) {
		vv_json_add_u64(w, "groupsKept", e->kept);
		vv_json_add_u64(w, "groups", e->groups);
	}
	vv_json_close_object(w);
}

static void add_cell(vv_explained *x, const char *s)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_text_put_words(&b, s, strlen(s), 0);
	vv_aligned_cell(&x->lines, vv_buf_cstr(&b));
	x->lines.failed |= b.failed;
}

vv_status vv_explained_add(void *payload, const char *path, const vv_check_explained *e,
			   vv_error *err)
{
	vv_explained *x = payload;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (x->json) {
		add_json(&x->out, path, e);
		return vv_buf_ok(&x->text, err);
	}
	if (strcmp(vv_buf_cstr(&x->path), path) != 0) {
		vv_buf_reset(&x->path);
		vv_buf_puts(&x->path, path);
		vv_aligned_title(&x->lines, vv_text_shows(path));
	}
	add_cell(x, e->scope);
	add_cell(x, e->reads);
	if (e->groups > 0) {
		vv_buf_printf(&b, "%s of %s", vv_text_count(e->kept), vv_text_count(e->groups));
	}
	vv_aligned_cell(&x->lines, vv_buf_cstr(&b));
	vv_buf_reset(&b);
	vv_buf_printf(&b, "%s%s%s", e->name ? e->name : "", e->name ? ": " : "", e->rule);
	add_cell(x, vv_buf_cstr(&b));
	return b.failed ? vv_fail_nomem(err) : vv_buf_ok(&x->path, err);
}

vv_status vv_explained_print(vv_explained *x, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (x->json) {
		vv_json_close_array(&x->out);
		vv_buf_putc(&x->text, '\n');
		vv_out_bytes(vv_buf_cstr(&x->text), x->text.len);
	} else if (x->path.len > 0 && (rc = vv_aligned_put(&x->lines, &out, err)) == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&out), out.len);
	}
	return rc;
}

void vv_explained_clear(vv_explained *x)
{
	vv_aligned_clear(&x->lines);
	vv_buf_clear(&x->path);
	vv_buf_clear(&x->text);
}
