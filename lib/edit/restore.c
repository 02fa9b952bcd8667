/*
 * restore: rows and whole paths. For rows: pairs rows, and finds the place of a removed row.
 */
#include "lib/edit/restore.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/key_words.h"
#include "diff/rows/columns.h"
#include "lib/edit/row_file.h"
#include "lib/view/row_find.h"
#include "lib/worktree/attributes_lines.h"
#include "lib/worktree/by_git.h"
#include "repo/git/history/history.h"
#include "repo/git/run_git.h"
#include "repo/git/verb/runner.h"

typedef struct side {
	vv_table *table; /* of the file, or of its other version */
	vv_row_found at;
} side;

typedef struct job {
	const vv_row_restore *r;
	vv_row_file file;
	side now, then;
	vv_columns columns; /* of then and now */
	vv_row_edit *edits;
	size_t count;
	vv_cell *cells; /* of a row that comes back */
	size_t *from;   /* of file.more: places in the other version */
	const char **names;
} job;

static vv_status refuse_column(const job *j, const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND, "'%s': both versions must have the column '%s'",
		       vv_text_shows(j->r->path), vv_text_shows(name));
}

static bool is_asked(const job *j, const vv_field *f)
{
	const vv_strings *names = j->r->columns;

	return names->count == 0 ||
	       vv_array_find(names->items, names->count, it,
			     strlen(*it) == f->name_len && memcmp(*it, f->name, f->name_len) == 0);
}

static bool is_json(const job *j)
{
	return vv_form_is_typed(j->now.table->root.dialect.form);
}

/* The cell of a column of the file, or of one that only the other version has, as the row has it there. */
static vv_cell then_cell(const job *j, size_t column)
{
	const size_t n = j->now.table->columns;
	const long from = column < n ? vv_columns_to_old(&j->columns, column)
				     : (long)j->from[column - n];

	return from >= 0    ? j->then.at.cells[from]
	       : is_json(j) ? (vv_cell){.state = VV_CELL_ABSENT}
			    : (vv_cell){.text = "", .state = VV_CELL_TEXT};
}

/* What the file has no column for: JSON gets members that no row has any more, of CSV the values are named. */
static vv_status find_more(job *j, vv_error *err)
{
	const vv_table *then = j->then.table;
	vv_more_columns *more = &j->file.more;

	more->names = j->names = vv_calloc(then->columns + 1, sizeof(*j->names));
	j->from = vv_calloc(then->columns + 1, sizeof(*j->from));
	if (!j->names || !j->from) return vv_fail_nomem(err);
	for (size_t i = 0; i < then->columns; i++) {
		const vv_cell *was = &j->then.at.cells[i];
		const vv_field *f = &then->schema.fields[i];

		if (vv_columns_to_new(&j->columns, i) >= 0 || was->state == VV_CELL_ABSENT ||
		    !is_asked(j, f)) {
			continue;
		}
		if (is_json(j)) {
			j->from[more->count] = i;
			j->names[more->count++] = f->name;
		} else if (was->len > 0) {
			vv_notes_warn(
				vv_repository_notes(j->r->repo),
				"%s: the value '%s' of column '%s' is not restored: the file has no such column",
				vv_text_shows(j->r->path), vv_text_name(was->text, was->len),
				vv_text_name(f->name, f->name_len));
		}
	}
	return VV_OK;
}

/* CSV: cells that both versions have a column for. JSON: all, which come and go with their names. */
static vv_status set_cells(job *j, vv_error *err)
{
	const size_t n = j->now.table->columns;

	for (size_t i = 0; i < j->r->columns->count; i++) {
		const char *name = j->r->columns->items[i];
		const long at = vv_schema_find(&j->now.table->schema, name, strlen(name)),
			   was = vv_schema_find(&j->then.table->schema, name, strlen(name));

		if (is_json(j) ? at < 0 && (was < 0 ||
					    vv_columns_to_new(&j->columns, (size_t)was) >= 0)
			       : at < 0 || vv_columns_to_old(&j->columns, (size_t)at) < 0) {
			return refuse_column(j, name, err);
		}
	}
	for (size_t i = 0; i < n + j->file.more.count; i++) {
		const vv_cell cell = then_cell(j, i);

		if (i >= n || ((is_json(j) || vv_columns_to_old(&j->columns, i) >= 0) &&
			       is_asked(j, &j->now.table->schema.fields[i]) &&
			       !vv_cell_equal(&j->now.at.cells[i], &cell))) {
			j->edits[j->count++] = (vv_row_edit){.row = j->now.at.row,
							     .action = VV_ROW_SET,
							     .column = i,
							     .cell = cell};
		}
	}
	return VV_OK;
}

/* Behind the nearest row above it that is still there; else at the end, or where it was first in front. */
static vv_status find_place(job *j, uint64_t *out, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;

	vv_key_json_put(&key, j->then.at.cells, j->then.at.key, j->then.at.key_count);
	vv_row_wanted wanted = {.key = vv_buf_cstr(&key)};
	vv_status rc = vv_buf_ok(&key, err);

	/* No row was above the first; it is not looked for, since the versions may have other keys. */
	*out = 0;
	return rc < 0 || j->then.at.row == 0
		       ? rc
		       : vv_rows_find_places(out, j->now.table, j->then.table, &wanted, 1, err);
}

static vv_status put_back(job *j, vv_error *err)
{
	vv_row_edit edit = {.action = VV_ROW_INSERT, .cells = j->cells};
	vv_status rc = find_place(j, &edit.row, err);

	for (size_t i = 0; i < j->now.table->columns + j->file.more.count; i++) {
		j->cells[i] = then_cell(j, i);
	}
	j->edits[j->count++] = edit;
	return rc;
}

/* Finds the row; its key may be written otherwise in one of the versions. */
static vv_status find_row(const job *j, side *s, vv_error *err)
{
	vv_status rc = vv_row_file_find(&s->at, &j->file, s->table, j->r->row, false, err);

	if (rc < 0 || s->at.has || !s->at.all.alike) return rc;
	vv_auto(char) *alike = vv_take(&s->at.all.alike);
	vv_row_found_clear(&s->at);
	return vv_row_file_find(&s->at, &j->file, s->table, alike, false, err);
}

static const char *where_missing(const job *j)
{
	if (j->now.at.has) return " in the other version";
	return j->then.at.has ? " in the work tree; omit --column to restore the row"
			      : " in the work tree or in the other version";
}

/* Returns the key that may be meant: 7 for id=7, or the key of a similar row; NULL if there is none. */
static const char *meant_key(const job *j)
{
	const vv_root *root = &j->now.table->root;
	const char *name = root->key_count == 1 ? root->key[0] : NULL;
	const size_t len = name ? strlen(name) : 0;

	if (name && strncmp(j->r->row, name, len) == 0 && j->r->row[len] == '=') {
		return j->r->row + len + 1;
	}
	return j->now.at.all.near ? j->now.at.all.near : j->then.at.all.near;
}

static vv_status decide(job *j, vv_row_restored *out, vv_error *err)
{
	const vv_columns_options how = {0};
	bool whole = j->r->columns->count == 0;
	vv_status rc;

	if ((rc = find_row(j, &j->now, err)) < 0 || (rc = find_row(j, &j->then, err)) < 0) {
		return rc;
	}
	if ((!j->now.at.has || !j->then.at.has) &&
	    (!whole || (!j->now.at.has && !j->then.at.has))) {
		const char *meant = meant_key(j);

		vv_fail(err, VV_ENOTFOUND, "no row of '%s' has the key '%s'%s",
			vv_text_shows(j->r->path), vv_text_shows(j->r->row), where_missing(j));
		return meant ? vv_hint(err, "did you mean '%s'?", vv_text_shows(meant))
			     : VV_ENOTFOUND;
	}
	const size_t columns = j->now.table->columns + j->then.table->columns;
	j->edits = vv_calloc(columns + 1, sizeof(*j->edits));
	j->cells = vv_calloc(columns + 1, sizeof(*j->cells));
	if (!j->edits || !j->cells) return vv_fail_nomem(err);
	if (!j->now.at.has) {
		*out = VV_RESTORED_ROW;
	} else if (!j->then.at.has) {
		*out = VV_RESTORED_NO_ROW;
	} else {
		*out = VV_RESTORED_CELLS;
	}
	if (*out == VV_RESTORED_NO_ROW) {
		j->edits[j->count++] = (vv_row_edit){.row = j->now.at.row, .action = VV_ROW_REMOVE};
		return VV_OK;
	}
	if ((rc = vv_columns_match(&j->columns, j->then.table, j->now.table, &how, err)) < 0 ||
	    (rc = find_more(j, err)) < 0) {
		return rc;
	}
	if (*out == VV_RESTORED_ROW) return put_back(j, err);
	rc = set_cells(j, err);
	*out = j->count > 0 ? VV_RESTORED_CELLS : VV_RESTORED_NOTHING;
	return rc;
}

vv_status vv_row_restore_run(vv_row_restored *out, size_t *cells, const vv_row_restore *r,
			     vv_error *err)
{
	job j = {.r = r, .file = {.repo = r->repo, .reader = r->reader, .path = r->path}};

	j.now.table = &j.file.table;
	j.then.table = &j.file.then;
	*out = VV_RESTORED_NOTHING;
	vv_status rc = vv_row_file_open(&j.file, err);
	rc = rc < 0 ? rc : vv_row_file_then(&j.file, r->source, err);
	rc = rc < 0 ? rc : decide(&j, out, err);
	if (rc == VV_OK && j.count > 0) {
		rc = vv_row_file_write(&j.file, j.edits, j.count, err);
	}
	*cells = *out == VV_RESTORED_CELLS ? j.count : 0;
	vv_columns_clear(&j.columns);
	vv_free_all(j.edits, j.cells, j.from, j.names);
	vv_row_found_clear(&j.then.at);
	vv_row_found_clear(&j.now.at);
	vv_row_file_close(&j.file);
	return rc;
}

/* ---- restore: paths as an earlier version (or the index) has them ---- */

/* The target state of a selected path. */
typedef struct target {
	char *path;
	uint32_t mode; /* 0: the source does not have it: remove */
	vv_oid id;
	bool there; /* the file is it already */
} target;

typedef struct restore {
	const vv_restore *o;
	vv_by_git by_git;
	vv_buf paths;    /* for git, each ended by a NUL */
	vv_oid commit;   /* of the source; null: the index */
	target *targets; /* sorted by path */
	size_t count, cap;
	vv_attr_list lines; /* what may concern varve */
	bool anew;          /* that changes, too */
	int top;            /* the work tree's folder */
} restore;

static vv_status add_target(restore *r, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err)
{
	const target t = {.path = vv_strdup(path), .mode = mode, .id = id ? *id : (vv_oid){{0}}};

	return vv_array_own(r->targets, r->count, r->cap, t.path, t) ? VV_OK : vv_fail_nomem(err);
}

static vv_status from_tree(void *payload, const vv_tree_entry *e, vv_error *err)
{
	restore *r = payload;

	return vv_pathspec_match(r->o->paths, e->path, NULL)
		       ? add_target(r, e->path, e->mode, &e->id, err)
		       : VV_OK;
}

/* The index's paths: all of them when it is the source; else those that the source
 * does not have, which are to go. */
static vv_status from_index(restore *r, bool is_source, vv_error *err)
{
	size_t known = r->count;
	vv_status rc;

	for (vv_index_entry e = {0}; vv_index_next(r->o->index, &e);) {
		bool literal = false;

		/* git ignores files outside of a sparse checkout, unless they are named. */
		if (!vv_pathspec_match(r->o->paths, e.path, &literal) ||
		    (e.skip_worktree && !literal)) {
			continue;
		}
		if (e.stage != 0 && !r->o->staged) {
			vv_fail(err, VV_EUSAGE, "'%s' is in conflict", vv_text_shows(e.path));
			return vv_hint_code(err, VV_HINT_RESOLVE);
		}
		if (is_source) {
			if ((rc = add_target(r, e.path, e.mode, &e.id, err)) < 0) return rc;
		} else if (known == 0 ||
			   !bsearch(&e.path, r->targets, known, sizeof(target), vv_text_order)) {
			if (r->count > known &&
			    strcmp(r->targets[r->count - 1].path, e.path) == 0) {
				continue; /* a further stage of the same conflict */
			}
			if ((rc = add_target(r, e.path, 0, NULL, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status collect(restore *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(r->o->repo, &head, err);

	if (rc < 0) return rc;
	r->by_git.git.from = head.commit;
	if (r->o->source) {
		rc = vv_rev_commit(r->o->repo, r->o->source, &r->commit, err);
	} else if (r->o->staged) {
		r->commit = head.commit;
	} else {
		return from_index(r, true, err);
	}
	if (rc < 0 || (rc = vv_tree_each(r->o->repo, &r->commit, "", from_tree, r, err)) < 0) {
		return rc;
	}
	if (r->count > 1) {
		qsort(r->targets, r->count, sizeof(target), vv_text_order);
	}
	return from_index(r, false, err);
}

/* Only the index, by git. Without commits, removes the entries. */
static vv_status unstage(const vv_restore *o, vv_error *err)
{
	const char *args[] = {
		"restore", "--staged", "--pathspec-from-file=-", "--pathspec-file-nul", NULL, NULL};
	vv_auto(vv_head) head = {0};
	vv_auto(vv_buf) words = VV_BUF_INIT;
	vv_auto(char) *source = NULL;
	vv_oid commit;
	vv_status rc = vv_head_read(o->repo, &head, err);

	if (rc < 0 || (o->source && (rc = vv_rev_commit(o->repo, o->source, &commit, err)) < 0)) {
		return rc;
	}
	if (o->source) {
		args[4] = source = vv_asprintf("--source=%s", vv_oid_shows(&commit));
	} else if (head.unborn) {
		args[0] = "rm";
		args[1] = "--cached";
		args[4] = "-rfq";
	}
	vv_array_each(o->paths->items, o->paths->count, item) {
		vv_buf_put(&words, item->given, strlen(item->given) + 1);
	}
	if ((rc = vv_buf_ok(&words, err)) < 0) return rc;
	vv_auto(vv_runner) git = {.repo = o->repo,
				  .args = args,
				  .dir = ".",
				  .input = words.data,
				  .len = words.len,
				  .what = "restoring the index",
				  .from = head.commit,
				  .locks = true};
	return vv_runner_run_whole(&git, "not restored", err);
}

/* Is the file certainly the index entry already, so that it need not be written? Checks only
 * without reading it: writing is quicker than comparing. */
static vv_status is_there(restore *r, const target *t, bool *out, vv_error *err)
{
	vv_index_entry e;
	vv_stat st;
	vv_oid known;

	*out = false;
	if (!vv_index_get(r->o->index, t->path, &e) || e.mode != t->mode ||
	    !vv_oid_equal(&e.id, &t->id) || vv_lstat_at(&st, r->top, t->path, NULL, NULL) < 0) {
		return VV_OK;
	}
	if (vv_stat_cache_get(vv_dataset_reader_parts(r->o->reader)->stats, t->path, &st, &known)) {
		*out = vv_oid_equal(&known, &t->id);
	} else if (vv_index_stat_clean(r->o->index, &e, &st)) {
		*out = !S_ISREG(t->mode) ||
		       (!r->anew && !vv_attr_list_concerns(&r->lines, t->path));
		if (*out) return VV_OK;
		/* The index may also have the stat of a pointer in its table's place. */
		vv_auto(char) *file = vv_repository_file(r->o->repo, t->path);
		if (!file) return vv_fail_nomem(err);
		*out = !vv_dataset_reader_holds_pointer(file, &st);
	}
	return VV_OK;
}

/* Which lines of .gitattributes apply, and are they among the restored files? */
static vv_status see_attributes(restore *r, vv_error *err)
{
	vv_status rc = vv_attr_list_read(&r->lines, r->o->repo, NULL, VV_ATTR_FILTER_LINES, err);

	for (size_t i = 0; rc == VV_OK && i < r->count && !r->anew; i++) {
		const target *t = &r->targets[i];
		bool there = false;

		if (strcmp(vv_path_base(t->path), ".gitattributes") == 0) {
			rc = t->mode ? is_there(r, t, &there, err) : VV_OK;
			r->anew = !there;
		}
	}
	return rc;
}

/* Is it outside of a sparse checkout, unchanged and not named? git then ignores it. */
static bool is_outside(const restore *r, const target *t)
{
	vv_index_entry e;
	bool literal = false;

	return vv_index_get(r->o->index, t->path, &e) && e.skip_worktree && e.mode == t->mode &&
	       vv_oid_equal(&e.id, &t->id) && vv_pathspec_match(r->o->paths, t->path, &literal) &&
	       !literal;
}

/* The paths that will change, for git and for the files that it does not write. */
static vv_status expect(restore *r, vv_error *err)
{
	vv_status rc = see_attributes(r, err);
	size_t outside = 0;

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		target *t = &r->targets[i];

		if (t->mode && (rc = is_there(r, t, &t->there, err)) < 0) return rc;
		const bool out = !t->there && is_outside(r, t);
		outside += out;
		if (t->there || out) {
			continue;
		}
		rc = vv_by_git_expect(&r->by_git, t->path, t->mode, &t->id, err);
		vv_buf_put(&r->paths, t->path, strlen(t->path) + 1);
	}
	if (rc == VV_OK && outside > 0 && outside == r->count) {
		return vv_fail(err, VV_EUSAGE,
			       "nothing was restored: all these files are outside the sparse "
			       "checkout\n'git sparse-checkout disable' restores every file");
	}
	return rc < 0 ? rc : vv_buf_ok(&r->paths, err);
}

static vv_status restore_all(restore *r, vv_error *err)
{
	const char *args[] = {
		"restore", "--worktree", "--pathspec-from-file=-", "--pathspec-file-nul", NULL,
		NULL,      NULL};
	vv_auto(char) *source = NULL;
	size_t n = 4;

	if ((r->top = vv_repository_open_top(r->o->repo, err)) < 0) return (vv_status)r->top;
	vv_status rc = expect(r, err);
	(void)vv_close(r->top, NULL, VV_IGNORED);
	vv_attr_list_clear(&r->lines);
	if (rc < 0 || r->paths.len == 0) return rc;
	if (r->o->staged) {
		args[n++] = "--staged";
	}
	if (!vv_oid_is_null(&r->commit)) {
		args[n++] = source = vv_asprintf("--source=%s", vv_oid_shows(&r->commit));
	}
	r->by_git.git.args = args;
	r->by_git.git.more = vv_git_literal;
	r->by_git.git.input = r->paths.data;
	r->by_git.git.len = r->paths.len;
	return vv_by_git_run(&r->by_git, "not restored", err);
}

/* A version among the paths, where other programs have it. */
static bool hint_version(const vv_restore *o, vv_error *err)
{
	vv_oid commit;

	vv_array_each(o->paths->items, o->paths->count, item) {
		if (!item->matched && !vv_exists(item->given) &&
		    vv_rev_commit(o->repo, item->given, &commit, VV_IGNORED) == VV_OK) {
			vv_hint(err, "did you mean '--source %s'?", vv_text_shows(item->given));
			return true;
		}
	}
	return false;
}

vv_status vv_restore_run(vv_restored *out, const vv_restore *o, vv_error *err)
{
	restore r = {.o = o};
	vv_status rc;

	*out = (vv_restored){0};
	if (o->staged && !o->worktree) return unstage(o, err);
	r.by_git = (vv_by_git){
		.git = {.repo = o->repo, .what = "restoring files", .command = "restore"},
		.reader = o->reader,
		.must = true};
	if ((rc = collect(&r, err)) == VV_OK &&
	    (rc = vv_pathspec_all_matched(o->paths, o->index, err)) == VV_OK) {
		rc = restore_all(&r, err);
	}
	if (rc == VV_ENOTFOUND && !o->source && !hint_version(o, err)) {
		(void)vv_hint_code(err, VV_HINT_RESTORE_SOURCE);
	}
	*out = (vv_restored){.datasets = r.by_git.tables,
			     .files = r.by_git.count - r.by_git.tables};
	vv_by_git_clear(&r.by_git);
	vv_buf_clear(&r.paths);
	vv_array_clear(r.targets, r.count, it, vv_free(it->path));
	return rc;
}
