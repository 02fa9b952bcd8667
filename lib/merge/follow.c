/*
 * follow: compares theirs of the other table with base, and edits the cells of the reference.
 */
#include "lib/merge/follow.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/rows/row_edit.h"
#include "dataset/table/walk.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "diff/rows/value.h"
#include "lib/names/table_at.h"
#include "lib/names/version.h"
#include "lib/tables/dataset_import.h"
#include "repo/git/blob.h"
#include "repo/git/history/history.h"
#include "repo/git/tree.h"

typedef struct vv_followed_key {
	vv_cell cells[VV_KEY_COLUMNS_MAX], next;
} followed_key;

void vv_follow_clear(vv_follow *f)
{
	vv_free(f->keys);
	vv_arena_clear(&f->arena);
}

/* --- the commits ------------------------------------------------------------------------------- */

static bool has_blob(vv_repository *r, const vv_oid *commit, const char *path,
		     const vv_index_side *side)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	const vv_status rc = vv_tree_entry_at(r, commit, path, &e, VV_IGNORED);

	return side->mode == 0 ? rc == VV_ENOTFOUND : rc == VV_OK && vv_oid_equal(&e.id, &side->id);
}

static bool find_base(vv_repository *r, const vv_oid *theirs, vv_oid *base)
{
	vv_auto_free vv_oid *bases = NULL;
	size_t count = 0;
	vv_oid head;
	const bool found = vv_rev_commit(r, "HEAD", &head, VV_IGNORED) == VV_OK &&
			   vv_merge_bases(r, &head, theirs, &bases, &count, VV_IGNORED) == VV_OK &&
			   count == 1;

	if (found) {
		*base = bases[0];
	}
	return found;
}

vv_status vv_follow_commits_find(vv_follow_commits *out, vv_repository *r, const char *path,
				 const vv_index_side sides[3], vv_error *err VV_UNUSED)
{
	static const char *const picked[][2] = {{"CHERRY_PICK_HEAD^", "CHERRY_PICK_HEAD"},
						{"REBASE_HEAD^", "REBASE_HEAD"},
						{"REVERT_HEAD", "REVERT_HEAD^"}};
	vv_follow_commits c = {.known = false};

	*out = c;
	if (vv_rev_commit(r, "MERGE_HEAD", &c.theirs, VV_IGNORED) == VV_OK) {
		c.known = find_base(r, &c.theirs, &c.base);
	}
	for (size_t i = 0; i < 3 && !c.known; i++) {
		c.known = vv_rev_commit(r, picked[i][0], &c.base, VV_IGNORED) == VV_OK &&
			  vv_rev_commit(r, picked[i][1], &c.theirs, VV_IGNORED) == VV_OK;
	}
	c.known = c.known && has_blob(r, &c.base, path, &sides[0]) &&
		  has_blob(r, &c.theirs, path, &sides[2]);
	*out = c;
	return VV_OK;
}

/* --- the keys ---------------------------------------------------------------------------------- */

static bool copy_cell(vv_follow *f, vv_cell *out, const vv_cell *cell)
{
	*out = *cell;
	out->text = vv_arena_strndup(&f->arena, cell->len > 0 ? cell->text : "", cell->len);
	return out->text != NULL;
}

vv_status vv_follow_add(void *payload, const vv_renumbered *row, vv_error *err)
{
	vv_follow *f = payload;
	followed_key k = {.next = {.len = 0}};
	bool fine = copy_cell(f, &k.next, row->next);

	f->count = row->count;
	for (size_t i = 0; fine && i < row->count; i++) {
		f->names[i] = vv_arena_strndup(&f->arena, row->names[i], strlen(row->names[i]));
		fine = f->names[i] && copy_cell(f, &k.cells[i], row->key[i]);
	}
	return fine && vv_array_add(f->keys, f->key_count, f->key_cap, k) ? VV_OK
									  : vv_fail_nomem(err);
}

/* --- the rows ---------------------------------------------------------------------------------- */

/* A table under way: its versions, and the columns of the reference. */
typedef struct referring {
	vv_follow *f;
	vv_table_at versions[2];            /* base, theirs */
	long places[2][VV_KEY_COLUMNS_MAX]; /* of each column of the key; -1: not referred to */
	vv_row_edit *edits;
	size_t count, cap;
	vv_buf scratch;
} referring;

static void referring_clear(referring *r)
{
	vv_table_at_close(&r->versions[0]);
	vv_table_at_close(&r->versions[1]);
	vv_free(r->edits);
	vv_buf_clear(&r->scratch);
}
VV_AUTO_CLEAR(referring, referring_clear)

static vv_status open_version(referring *r, size_t i, const vv_oid *blob, const char *path,
			      vv_error *err)
{
	const vv_root *base = r->versions[0].open ? &r->versions[0].table.root : NULL;
	const vv_subject_options how = {
		.find_key = true, .writes = true, .before = i > 0 ? base : NULL};

	return vv_table_at_open(&r->versions[i], r->f->repo, vv_dataset_writer_reader(r->f->writer),
				&(vv_version_name){.path = path, .blob = blob}, &how, err);
}

/* The columns that refer to the key. false: the column with the number is not referred to. */
static bool find_places(referring *r, size_t i, const vv_reference *ref)
{
	for (size_t k = 0; k < r->f->count; k++) {
		r->places[i][k] = -1;
		for (size_t c = 0; c < ref->count; c++) {
			if (strcmp(ref->targets[c], r->f->names[k]) == 0) {
				r->places[i][k] = vv_schema_find(&r->versions[i].table.schema,
								 ref->columns[c],
								 strlen(ref->columns[c]));
			}
		}
	}
	return r->places[i][r->f->count - 1] >= 0;
}

/* The key to which the row refers; NULL: another one. */
static const followed_key *find_key(referring *r, size_t i, const vv_cell *cells)
{
	const vv_schema *s = &r->versions[i].table.schema;

	vv_array_each(r->f->keys, r->f->key_count, key) {
		bool same = true;

		for (size_t k = 0; k < r->f->count && same; k++) {
			const long at = r->places[i][k];
			const vv_field *field = at >= 0 ? &s->fields[at] : NULL;

			same = at < 0 || vv_value_compare(&r->scratch, field, &cells[at], field,
							  &key->cells[k]) != VV_OTHER;
		}
		if (same) return key;
	}
	return NULL;
}

static vv_status follow_row(referring *r, const vv_cell *old_cells, const vv_cell *cells,
			    uint64_t row, vv_error *err)
{
	const followed_key *key = find_key(r, 1, cells);

	if (!key || (old_cells && find_key(r, 0, old_cells) == key)) return VV_OK;
	const long at = r->places[1][r->f->count - 1];
	vv_row_edit edit = {
		.row = row, .action = VV_ROW_SET, .column = (size_t)at, .cell = key->next};
	edit.cell.state = cells[at].state;
	return vv_array_add(r->edits, r->count, r->cap, edit) ? VV_OK : vv_fail_nomem(err);
}

static vv_status compare_versions(referring *r, vv_error *err)
{
	vv_auto(vv_columns) columns = {0};
	const vv_columns_options copts = {0};
	vv_auto(vv_rowdiff) *d = NULL;
	vv_row_change c;
	vv_status rc = vv_columns_match(&columns, &r->versions[0].table, &r->versions[1].table,
					&copts, err);
	const vv_rowdiff_options opts = {.columns = &columns, .rekeyed = true};

	if (rc < 0 || (rc = vv_rowdiff_open(&d, &r->versions[0].table, &r->versions[1].table, &opts,
					    err)) < 0) {
		return rc;
	}
	while (vv_rowdiff_next(d, &c, &rc, err)) {
		if (c.new_cells) {
			rc = follow_row(r, c.old_cells, c.new_cells, c.new_row, err);
		}
	}
	return rc;
}

static vv_status read_all(referring *r, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(&r->versions[1].table, NULL, 0, err);
	vv_status rc = VV_OK;

	while (rc == VV_OK && vv_group_walk_next(&w)) {
		for (size_t i = 0; rc == VV_OK && i < w.batch.rows; i++) {
			rc = follow_row(r, NULL, &w.batch.cells[i * w.batch.columns],
					w.batch.first_row + i, err);
		}
	}
	return rc < 0 ? rc : w.rc;
}

/* Stores the edited version in the form of theirs. */
static vv_status write_version(referring *r, const vv_reference *ref, vv_oid *blob, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_dataset_found) staged = {0};
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_dataset_writer *writer = r->f->writer;
	vv_mem_source memory;
	vv_source source;
	vv_pointer parent;
	vv_status rc;

	vv_row_edits_sort(r->edits, r->count);
	if ((rc = vv_rows_edit(&r->versions[1].table, NULL, r->edits, r->count, vv_buf_write,
			       &bytes, err)) < 0) {
		return rc;
	}
	if (!r->versions[1].subject.is_dataset) {
		return vv_blob_write(r->f->repo, vv_buf_cstr(&bytes), bytes.len, blob, err);
	}
	if ((rc = vv_dataset_reader_pointer(vv_dataset_writer_reader(writer),
					    &r->versions[1].subject.blob, &arena, &parent, err)) <
	    0) {
		return rc;
	}
	opts.parent = &parent;
	vv_source_mem(&source, &memory, vv_buf_cstr(&bytes), bytes.len, ref->path);
	if ((rc = vv_dataset_writer_stream(writer, ref->path, &source, &opts, &staged, err)) < 0 ||
	    (rc = vv_dataset_writer_commit(writer, err)) < 0) {
		return rc;
	}
	return vv_blob_write(r->f->repo, staged.pointer.data, staged.pointer.len, blob, err);
}

vv_status vv_follow_reference(vv_oid *blob, uint64_t *rows, vv_follow *f, const vv_reference *ref,
			      const vv_oid *base, const vv_oid *theirs, vv_error *err)
{
	vv_auto(referring) r = {.f = f};
	vv_status rc;

	*rows = 0;
	if (!vv_oid_is_null(base) && (rc = open_version(&r, 0, base, ref->path, err)) < 0) {
		return rc;
	}
	if ((rc = open_version(&r, 1, theirs, ref->path, err)) < 0) return rc;
	if (!find_places(&r, 1, ref)) return VV_OK;
	const bool compares = r.versions[0].open && find_places(&r, 0, ref);
	rc = compares ? compare_versions(&r, err) : read_all(&r, err);
	if (rc < 0 || r.scratch.failed) return rc < 0 ? rc : vv_fail_nomem(err);
	*rows = r.count;
	return r.count > 0 ? write_version(&r, ref, blob, err) : VV_OK;
}
