/*
 * row_file: the new file is made beside the old one, and takes its place once it is on disk.
 */
#include "lib/edit/row_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "diff/rows/descent.h"
#include "repo/git/history/history.h"
#include "repo/git/index/worktree.h"
#include "repo/git/write_turn.h"

static vv_status check_table(const vv_row_file *f, vv_error *err)
{
	const vv_root *root = &f->table.root;

	if (root->kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "'%s' is kept as a file, and has no rows",
			       vv_text_shows(f->path));
	}
	if (root->key_count == 0 && !f->keyless) {
		vv_fail(err, VV_EUSAGE, "'%s' has no key, so a row cannot be selected",
			vv_text_shows(f->path));
		return vv_hint_code(err, VV_HINT_ADD_KEY, f->path);
	}
	return VV_OK;
}

vv_status vv_row_file_open(vv_row_file *f, vv_error *err)
{
	const vv_subject_options opts = {.find_key = true, .writes = true};
	vv_subject *s = &f->subject;
	vv_status rc;

	if ((rc = vv_write_turn_take(f->repo, err)) < 0 ||
	    (rc = vv_subject_find(s, f->repo, f->reader, &(vv_version_name){.word = f->path},
				  err)) < 0 ||
	    (rc = vv_subject_settle(s, err)) < 0) {
		return rc;
	}
	if (s->from != VV_FROM_WORK || (s->is_dataset && !s->on_disk)) {
		vv_fail(err, VV_EUSAGE, "'%s' is %s", vv_text_shows(f->path),
			s->from == VV_FROM_WORK ? "only a pointer, not the data"
						: "not a file of the work tree");
		return s->from == VV_FROM_WORK ? vv_hint_code(err, VV_HINT_RESTORE_DATA, f->path)
					       : err->code;
	}
	if ((rc = vv_lstat(&f->before, s->file, err)) < 0) return rc;
	if (S_ISLNK(f->before
			    .mode)) { /* Git has the link, and may not have the file that it leads to */
		return vv_fail(err, VV_EUSAGE, "'%s' is a symbolic link\nname its target instead",
			       vv_text_shows(f->path));
	}
	rc = vv_subject_open(s, &f->table, &opts, err);
	return rc < 0 ? rc : check_table(f, err);
}

vv_status vv_row_file_then(vv_row_file *f, const char *source, vv_error *err)
{
	const vv_subject_options opts = {
		.find_key = true, .before = &f->table.root, .writes = true};
	vv_oid commit;
	vv_status rc;

	vv_table_at_close(&f->then);
	if ((source && (rc = vv_rev_commit(f->repo, source, &commit, err)) < 0) ||
	    (rc = vv_table_at_open(&f->then, f->repo, f->reader,
				   &(vv_version_name){.path = f->subject.path,
						      .commit = source ? &commit : NULL,
						      .shown = f->subject.path},
				   &opts, err)) < 0) {
		if (rc != VV_EINPUT) return rc;
		/* the file itself may be right in that line */
		return vv_prefix(err, "%s", vv_text_shows(source ? source : "index"));
	}
	return f->then.table.root.kind == VV_KIND_TABLE &&
			       vv_form_is_typed(f->then.table.root.dialect.form) ==
				       vv_form_is_typed(f->table.root.dialect.form)
		       ? VV_OK
		       : vv_fail(err, VV_ENOSUPPORT,
				 "'%s': one version is a CSV table, and the other one is not",
				 vv_text_shows(f->path));
}

vv_status vv_row_file_find(vv_row_found *out, const vv_row_file *f, vv_table *t, const char *text,
			   bool several, vv_error *err)
{
	const vv_root *root = &f->table.root;
	bool whole;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (root->key_count > VV_ROW_KEY_MAX) {
		return vv_fail(err, VV_ENOSUPPORT, "the key of '%s' has more than %u columns",
			       vv_text_shows(f->path), VV_ROW_KEY_MAX);
	}
	if (!vv_descent_key(t, (const char *const *)root->key, out->key, &out->key_count)) {
		return vv_fail(err, VV_ENOTFOUND,
			       "the other version of '%s' does not have the columns of the key",
			       vv_text_shows(f->path));
	}
	const vv_key_place p = {.table = t,
				.key = out->key,
				.key_count = out->key_count,
				.text = text,
				.all = &out->all};
	if ((rc = vv_key_place_find(&p, &out->row, &out->has, &whole, err)) < 0 || !out->has) {
		return rc;
	}
	if (out->all.count > 1 && !several) {
		return vv_fail(
			err, VV_ECONFLICT, "'%s' has %zu rows with the key '%s': %llu, %llu%s",
			vv_text_shows(f->path), out->all.count, vv_text_shows(text),
			(unsigned long long)out->all.rows[0] + 1,
			(unsigned long long)out->all.rows[1] + 1, out->all.count > 2 ? " ..." : "");
	}
	vv_row_by_number_init(&out->rows, t, 1, false);
	return vv_row_by_number_get(&out->rows, out->row, &out->cells, err);
}

void vv_row_found_clear(vv_row_found *r)
{
	vv_row_by_number_close(&r->rows);
	vv_free_all(r->all.rows, r->all.alike, r->all.near);
}

static vv_status put_in_place(const vv_row_file *f, vv_new_file *n, vv_error *err)
{
	const vv_subject *s = &f->subject;
	vv_stat now;
	vv_status rc = vv_lstat(&now, s->file, err);

	if (rc < 0) return rc;
	if (!vv_stat_equal(&now, &f->before)) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' changed in the meantime; nothing was done\ntry again",
			       vv_text_shows(f->path));
	}
	if ((rc = vv_worktree_watch(f->repo, s->path, n->temp, err)) < 0) return rc;
	return vv_new_file_place(n, s->file, err);
}

vv_status vv_row_file_write(vv_row_file *f, const vv_row_edit *edits, size_t count, vv_error *err)
{
	vv_auto(char) *folder = vv_worktree_temp_dir(f->repo, f->subject.file);
	vv_auto(vv_new_file) n = {0};
	vv_status rc;

	if (!folder) return vv_fail_nomem(err);
	vv_temp_sweep(folder, VV_WRITE_TEMP); /* of processes that were killed */
	if ((rc = vv_new_file_open(&n, folder, VV_WRITE_TEMP, err)) < 0 ||
	    (rc = vv_rows_edit(f->over ? f->over : &f->table, &f->more, edits, count,
			       vv_new_file_put, &n, err)) < 0 ||
	    (rc = vv_new_file_mode(&n, f->before.mode, err)) < 0 ||
	    (rc = vv_new_file_end(&n, true, err)) < 0) { /* the replaced content may exist only
							  * here */
		return rc;
	}
	if (f->made) return vv_hand_over(f->made, &n.temp);
	return put_in_place(f, &n, err);
}

void vv_row_file_close(vv_row_file *f)
{
	vv_table_at_close(&f->then);
	vv_table_close(&f->table);
	vv_subject_clear(&f->subject);
}
