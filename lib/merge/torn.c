/*
 * torn: finds the base of the two versions, which the marks seldom have. If the history has commits with both
 * versions it is the version of their single best common ancestor; else none, so that no row counts as removed.
 */
#include "lib/merge/torn.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "lib/merge/conflict_list.h"
#include "lib/merge/tables.h"
#include "lib/names/damaged_pointer.h"
#include "lib/tables/dataset_import.h"
#include "repo/git/blob.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/pointer.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

typedef struct torn_path {
	char *path;
	vv_index_side sides[3];
	bool committed; /* else the index has the sides */
} torn_path;

typedef struct mender {
	vv_repository *repo;
	vv_dataset_writer *writer;
	vv_index *index;
	bool committed;
	torn_path *list;
	size_t count, cap;
	vv_torn_report *report;
} mender;

/* --- finding them ------------------------------------------------------------------------ */

/* Torn, with a version on either side: one may be plain text. */
static bool names_both(const vv_buf *text)
{
	vv_cid roots[3];
	bool has[3];

	return vv_pointer_is_torn(text->len > 0 ? text->data : "", text->len) &&
	       vv_pointer_torn_roots(roots, has, text->data, text->len);
}

static vv_status is_torn_blob(mender *m, const vv_oid *blob, vv_buf *text, bool *torn,
			      vv_error *err)
{
	uint64_t size = 0;
	vv_status rc = vv_blob_size(m->repo, blob, &size, err);

	vv_buf_reset(text);
	*torn = false;
	if (rc < 0 || size > VV_POINTER_MAX ||
	    (rc = vv_blob_read(m->repo, blob, VV_POINTER_MAX, text, err)) < 0) {
		return rc;
	}
	*torn = names_both(text);
	return VV_OK;
}

static vv_status append_path(mender *m, const vv_index_entry *e, torn_path **out, vv_error *err)
{
	if (!vv_array_room(m->list, m->count, m->cap)) return vv_fail_nomem(err);
	*out = &m->list[m->count];
	memset(*out, 0, sizeof(**out));
	if (!((*out)->path = vv_strdup(e->path))) return vv_fail_nomem(err);
	m->count++;
	return VV_OK;
}

/* Writes the pointer of a version again: its lines beside the root may be mixed from both sides. */
static vv_status write_pointer(mender *m, const vv_cid *root, vv_index_side *out, uint32_t mode,
			       vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_table) t = {0};
	vv_status rc = vv_dataset_open(&t, m->repo, root, err);

	if (rc < 0) return rc;
	if ((rc = vv_root_pointer(&text, root, &t.root, err)) == VV_OK &&
	    (rc = vv_blob_write(m->repo, vv_buf_cstr(&text), text.len, &out->id, err)) == VV_OK) {
		out->mode = mode;
	}
	return rc;
}

/* --- what both had before ---------------------------------------------------------------- */

static bool has_root(mender *m, const vv_oid *commit, const char *path, const vv_cid *root)
{
	vv_auto(vv_tree_entry) t = {0};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	bool pointer = false;

	return vv_tree_entry_at(m->repo, commit, path, &t, NULL) == VV_OK &&
	       vv_dataset_reader_find_pointer(vv_dataset_writer_reader(m->writer), &t.id, &arena,
					      &p, &pointer, NULL) == VV_OK &&
	       pointer && vv_cid_equal(&p.root, root);
}

/* The newest commits with ours and theirs, among those that changed the path. */
static vv_status find_commits(mender *m, const char *path, const vv_cid roots[3], vv_oid found[2],
			      bool has[2], vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT, errors = VV_BUF_INIT;
	const char *argv[] = {"git",         "log", "--all", "HEAD", "-1000",
			      "--format=%H", "--",  path,    NULL};
	vv_run run = {.argv = argv,
		      .env = vv_repository_env(m->repo),
		      .dir = vv_repository_workdir(m->repo),
		      .more = vv_git_literal,
		      .output = &out,
		      .errors = &errors};
	int code = 1;
	vv_status rc = vv_run_program(&run, &code, err);

	for (vv_line l = {.rest = vv_buf_cstr(&out)};
	     rc == VV_OK && code == 0 && !(has[0] && has[1]) && vv_line_next(&l);) {
		vv_oid commit;

		if (vv_oid_parse(&commit, l.text, l.len)) {
			for (int i = 0; i < 2; i++) {
				if (!has[i] && has_root(m, &commit, path, &roots[1 + i])) {
					found[i] = commit;
					has[i] = true;
				}
			}
		}
	}
	return rc;
}

static vv_status find_base(mender *m, torn_path *t, const vv_cid roots[3], vv_error *err)
{
	vv_auto_free vv_oid *bases = NULL;
	vv_oid commits[2];
	bool has[2] = {false, false};
	size_t count = 0;
	vv_auto(vv_tree_entry) e = {0};
	vv_status rc = find_commits(m, t->path, roots, commits, has, err);

	if (rc < 0 || !has[0] || !has[1] ||
	    (rc = vv_merge_bases(m->repo, &commits[0], &commits[1], &bases, &count, err)) < 0 ||
	    count != 1) {
		return rc;
	}
	rc = vv_tree_entry_at(m->repo, &bases[0], t->path, &e, err);
	if (rc == VV_OK && S_ISREG(e.mode)) {
		t->sides[VV_BASE] = (vv_index_side){e.mode, e.id};
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status sides_of_marks(mender *m, torn_path *t, uint32_t mode, const vv_buf *text,
				vv_error *err)
{
	vv_cid roots[3];
	bool has[3];
	vv_status rc = VV_OK;

	(void)vv_pointer_torn_roots(roots, has, text->data, text->len); /* names_both */
	for (int i = has[0] ? 0 : 1; i < 3 && rc == VV_OK; i++) {
		rc = write_pointer(m, &roots[i], &t->sides[i], mode, err);
	}
	return rc < 0 || has[0] ? rc : find_base(m, t, roots, err);
}

static vv_status find_torn(mender *m, const vv_index_entry *e, vv_buf *text, vv_error *err)
{
	torn_path *t = m->count > 0 ? &m->list[m->count - 1] : NULL;
	bool torn = false;
	vv_status rc;

	if (e->stage > 0) {
		bool known = t && strcmp(t->path, e->path) == 0;

		rc = known || !vv_work_is_torn(m->repo, e->path, NULL) ? VV_OK
								       : append_path(m, e, &t, err);
		if (rc == VV_OK && t && strcmp(t->path, e->path) == 0) {
			t->sides[e->stage - 1] = (vv_index_side){e->mode, e->id};
		}
		return rc;
	}
	if (!m->committed) return VV_OK;
	if ((rc = is_torn_blob(m, &e->id, text, &torn, err)) < 0) return rc;
	if (!torn) {
		vv_buf_reset(text);
		torn = vv_work_is_torn(m->repo, e->path, text) && names_both(text);
	}
	if (!torn || (rc = append_path(m, e, &t, err)) < 0) return rc;
	t->committed = true;
	return sides_of_marks(m, t, e->mode, text, err);
}

static vv_status find_paths(mender *m, vv_pathspec *paths, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	for (vv_index_entry e = {0}; vv_index_next(m->index, &e);) {
		if (S_ISREG(e.mode) && (!paths || vv_pathspec_match(paths, e.path, NULL))) {
			if ((rc = find_torn(m, &e, &text, err)) < 0) {
				return vv_prefix_name(err, e.path);
			}
		}
	}
	return VV_OK;
}

/* --- merging them ------------------------------------------------------------------------ */

/* Has the file the content of a version? */
static vv_status is_version(mender *m, const char *path, const vv_oid *blob, bool *is,
			    vv_error *err)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_dataset_found) found = {0};
	vv_pointer p;
	bool pointer = false;
	vv_status rc;

	if ((rc = vv_dataset_reader_find_pointer(vv_dataset_writer_reader(m->writer), blob, &arena,
						 &p, &pointer, err)) < 0) {
		return rc;
	}
	if (!pointer) {
		*is = vv_merge_file_is(m->repo, path, blob);
		return VV_OK;
	}
	opts.parent = &p;
	rc = vv_dataset_writer_file(m->writer, path, &opts, &found, &pointer, err);
	*is = rc == VV_OK && (pointer ? vv_oid_equal(&found.blob, blob)
				      : vv_cid_equal(&found.result.cid, &p.root));
	rc = rc == VV_EINPUT ? VV_OK : rc; /* no table */
	return rc;
}

/* May the file be overwritten: does the repository have its content? */
static vv_status may_write(mender *m, const torn_path *t, const vv_oid *merged, vv_error *err)
{
	const vv_oid *versions[] = {merged, &t->sides[VV_OURS].id, &t->sides[VV_THEIRS].id};
	vv_auto(char) *file = vv_repository_file(m->repo, t->path);
	bool is = vv_work_is_torn(m->repo, t->path, NULL);
	vv_stat st;
	vv_status rc = file ? VV_OK : vv_fail_nomem(err);

	is = is || (file && vv_lstat(&st, file, NULL) == VV_ENOTFOUND);
	for (size_t i = 0; i < 3 && !is && rc == VV_OK; i++) {
		rc = is_version(m, t->path, versions[i], &is, err);
	}
	if (rc < 0 || is) return rc;
	vv_fail(err, VV_EREFUSED, "%s: the file matches neither side", vv_text_shows(t->path));
	return vv_hint_code(err, VV_HINT_ADD_OR_FIX, t->path);
}

static void report_path(mender *m, const torn_path *t, const vv_dataset_merged *d, bool clean)
{
	vv_buf *b = &m->report->text;

	if (clean) {
		vv_buf_printf(b, "%s: merged by row and cell, nothing is in conflict\n",
			      vv_text_shows(t->path));
		m->report->merged++;
		return;
	}
	vv_conflict_record_report(b, &d->record, t->path, "", vv_repository_words(m->repo));
	m->report->conflicts++;
}

static vv_status mend_path(mender *m, const torn_path *t, bool dry, vv_error *err)
{
	vv_dataset_merge in = {.repo = m->repo,
			       .writer = m->writer,
			       .path = t->path,
			       .sides = {t->sides[0], t->sides[1], t->sides[2]},
			       .dry = dry};
	vv_auto(vv_dataset_merged) d = {0};
	vv_stat st;
	vv_status rc;

	if ((rc = vv_dataset_merge_run(&d, &in, err)) < 0) return rc;
	const bool clean = d.record.count == 0 && d.record.left_out == 0;
	if (dry) {
		report_path(m, t, &d, clean);
		return VV_OK;
	}
	if ((rc = vv_dataset_writer_commit(m->writer, err)) < 0 ||
	    (rc = may_write(m, t, &d.result.id, err)) < 0 ||
	    (!clean && t->committed &&
	     (rc = vv_index_set_conflict(m->index, t->path, t->sides, err)) < 0) ||
	    (!clean && (rc = vv_conflict_record_save(m->repo, &d.record, err)) < 0) ||
	    (rc = vv_dataset_merge_write(&in, &d.result.id, &st, err)) < 0 ||
	    (clean &&
	     ((rc = vv_index_set(m->index, t->path, d.result.mode, &d.result.id, &st, err)) < 0 ||
	      (rc = vv_conflict_drop(m->repo, t->path, err)) < 0))) {
		return rc;
	}
	report_path(m, t, &d, clean);
	return VV_OK;
}

vv_status vv_torn_mend(vv_torn_report *out, vv_repository *r, vv_dataset_writer *w, vv_index *x,
		       vv_pathspec *paths, bool committed, bool dry, vv_error *err)
{
	mender m = {.repo = r, .writer = w, .index = x, .committed = committed, .report = out};
	vv_error why;
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	bool stop = find_paths(&m, paths, &why) < 0;
	if (stop) {
		out->failure = why;
	}
	for (size_t i = 0; !stop && i < m.count; i++) {
		if (mend_path(&m, &m.list[i], dry, &why) < 0) {
			(void)vv_prefix_name(&why, m.list[i].path);
			if (out->failure.code < 0) {
				vv_notes_warn(vv_repository_notes(r), "%s", why.message);
			} else {
				out->failure = why;
			}
			stop = vv_conflict_stops(&why);
		}
	}
	/* merged paths are written, although another path failed */
	if (out->merged + out->conflicts > 0 && !dry) {
		rc = vv_index_write(x, err);
	}
	vv_array_clear(m.list, m.count, it, vv_free(it->path));
	return rc;
}

void vv_torn_report_clear(vv_torn_report *t)
{
	vv_buf_clear(&t->text);
}
