/*
 * tables: what of a pointer is shown.
 */
#include "cmd/varve/print/tables.h"

#include <string.h>

#include "base/arena.h"
#include "base/json/json.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/print/aligned.h"
#include "lib/check/list.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/pointer.h"

/* One dataset; not stored: what Git has is the text itself, of which the size alone is known. */
typedef struct listed {
	const char *path;
	bool stored;
	vv_pointer p;
} listed;

static vv_status read_one(listed *out, vv_arena *arena, vv_repository *r, const vv_check_path *path,
			  vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	*out = (listed){.path = path->path};
	if ((rc = vv_blob_size(r, &path->blob, &out->p.bytes, err)) < 0) return rc;
	if (out->p.bytes > VV_POINTER_MAX) return VV_OK;
	if ((rc = vv_blob_read(r, &path->blob, VV_POINTER_MAX, &text, err)) < 0) return rc;
	if (!vv_pointer_looks_like(text.data, text.len)) return VV_OK;
	rc = vv_pointer_read(&out->p, arena, text.data, text.len, err);
	out->stored = rc == VV_OK;
	return rc < 0 ? vv_prefix(err, "%s", vv_text_shows(path->path)) : rc;
}

static bool is_table(const listed *l)
{
	return l->stored && strcmp(l->p.kind, "table") == 0;
}

static void put_line(vv_aligned *lines, const listed *l)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, path = VV_BUF_INIT;

	vv_text_put_words(&path, l->path, strlen(l->path), 0);
	for (size_t i = 0; i < l->p.key_count; i++) {
		vv_buf_puts(&key, i > 0 ? ", " : "");
		vv_text_put_words(&key, l->p.key[i], strlen(l->p.key[i]), 0);
	}
	vv_aligned_cell(lines, vv_buf_cstr(&path));
	vv_aligned_cell(lines, is_table(l) ? vv_text_count(l->p.rows) : "");
	vv_aligned_cell(lines, is_table(l) ? vv_text_count(l->p.column_count) : "");
	vv_aligned_cell(lines, vv_text_bytes(l->p.bytes));
	vv_aligned_cell(lines, !l->stored     ? "(plain text)"
			       : !is_table(l) ? "(file)"
					      : vv_buf_cstr(&key));
	lines->failed = lines->failed || key.failed || path.failed;
}

static void put_json(vv_json_out *w, const listed *l)
{
	char root[VV_CID_TEXT + 1];

	vv_json_open_object(w);
	vv_json_add_string(w, "path", l->path);
	vv_json_add_string(w, "kind", l->stored ? l->p.kind : "table");
	vv_json_add_bool(w, "stored", l->stored);
	vv_json_add_u64(w, "bytes", l->p.bytes);
	if (is_table(l)) {
		vv_json_add_u64(w, "rows", l->p.rows);
		vv_json_add_u64(w, "columns", l->p.column_count);
		vv_json_add_array(w, "key");
		for (size_t i = 0; i < l->p.key_count; i++) {
			vv_json_string(w, l->p.key[i]);
		}
		vv_json_close_array(w);
	}
	if (l->stored) {
		vv_cid_text(root, &l->p.root);
		vv_json_add_string(w, "root", root);
	}
	vv_json_close_object(w);
}

/* What can be listed: the index, or HEAD of a bare repository. *any false: there is nothing yet. */
static vv_status find_side(vv_diff_side *out, vv_repository *r, bool *any, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*out = (vv_diff_side){.kind = VV_SIDE_INDEX};
	*any = true;
	if (!vv_repository_is_bare(r)) return VV_OK;
	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	*any = !head.unborn;
	return *any ? vv_diff_side_commit(out, r, &head.commit, NULL, err) : VV_OK;
}

vv_status vv_tables_print(vv_dataset_reader *s, bool json, vv_error *err)
{
	static const char *const names[] = {"dataset", "rows", "columns", "bytes", "key"};
	vv_repository *r = vv_dataset_reader_repository(s);
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_check_list) list = {0};
	vv_auto(vv_diff_side) side = {0};
	vv_auto(vv_aligned) lines = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_json_out w;
	bool any;
	vv_status rc = find_side(&side, r, &any, err);

	if (rc < 0 ||
	    (any && (rc = vv_check_list_read(&list, r, s, &side, 0, NULL, false, err)) < 0)) {
		return rc;
	}
	vv_json_out_init(&w, &out, 1);
	vv_aligned_init(&lines, vv_out_limit(), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_aligned_column(&lines, names[i], strlen(names[i]), "", i > 0 && i < 4, i < 4);
	}
	if (json) {
		vv_json_open_array(&w);
	}
	for (size_t i = 0; i < list.count; i++) {
		listed l;

		if (list.items[i].absent || list.items[i].not_added) {
			continue;
		}
		if ((rc = read_one(&l, &arena, r, &list.items[i], err)) < 0) return rc;
		if (json) {
			put_json(&w, &l);
		} else {
			put_line(&lines, &l);
		}
	}
	if (json) {
		vv_json_close_array(&w);
		vv_buf_putc(&out, '\n');
	} else if (vv_aligned_lines(&lines) == 0) {
		vv_note("no datasets yet: 'varve add FILE' makes one");
	} else if ((rc = vv_aligned_put(&lines, &out, err)) < 0) {
		return rc;
	}
	if ((rc = vv_buf_ok(&out, err)) == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&out), out.len);
	}
	return rc;
}
