/*
 * resolve: applies decisions: on whole files, on rows and cells, on columns.
 */
#include "lib/merge/resolve.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/type.h"
#include "dataset/table/table.h"
#include "lib/merge/conflict_columns.h"
#include "lib/merge/conflict_solve.h"
#include "lib/merge/resolve_internal.h"
#include "lib/merge/tables.h"
#include "lib/merge/tables_internal.h"
#include "lib/merge/torn.h"
#include "lib/merge/workbooks.h"
#include "lib/names/damaged_pointer.h"
#include "lib/rows/named_columns.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/attributes_edit.h"
#include "lib/worktree/way_back.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/conflict_state.h"

/* Deciding a column may bring a conflict of another one about; not for ever. */
enum { ROUNDS_MAX = 16 };

#define ATTRIBUTES ".gitattributes"

static bool is_part(const vv_resolving *r)
{
	return r->set_column || r->key || r->rows.count > 0 || r->columns.count > 0;
}

/* Does it decide about rows that both sides added, and nothing else? */
static bool is_of_added(const vv_resolving *r)
{
	return r->side == VV_ONCE || r->side == VV_BOTH;
}

/* --- which conflicts -------------------------------------------------------------------- */

static bool is_row(const vv_conflict_item *item, const char *word)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;

	vv_conflict_row_put(&name, item);
	bool is = (name.len > 0 || item->key) && strcmp(vv_buf_cstr(&name), word) == 0;
	return is || (item->key && strcmp(item->key, word) == 0);
}

static bool is_column(const vv_conflict_item *item, const char *word)
{
	return item->column && strcmp(item->column, word) == 0;
}

typedef bool (*item_is)(const vv_conflict_item *item, const char *word);

static bool is_any(const vv_conflict_item *item, const vv_strings *words, item_is is)
{
	return words->count == 0 ||
	       vv_array_find(words->items, words->count, it, is(item, *it)) != NULL;
}

static bool is_wanted(const vv_resolving *r, const vv_conflict_item *item)
{
	if (r->key) return item->kind == VV_CONFLICT_KEY;
	if (is_of_added(r) && !vv_conflict_can_take(item, r->side)) return false;
	if (r->set_column && (vv_conflict_is_of_columns(item) || !is_column(item, r->set_column))) {
		return false;
	}
	return is_any(item, &r->rows, is_row) && is_any(item, &r->columns, is_column);
}

/* The first word that no chosen conflict has; NULL: none. */
static const char *find_unused(const vv_conflict_record *c, const bool *chosen,
			       const vv_strings *words, item_is is)
{
	vv_array_each(words->items, words->count, word) {
		if (vv_find_place(k, c->count, chosen[k] && is(&c->items[k], *word)) == c->count) {
			return *word;
		}
	}
	return NULL;
}

/* *chosen is the caller's; *count of the path's conflicts. */
static vv_status choose_wanted(const vv_resolving *r, const vv_conflict_path *p, bool **chosen,
			       size_t *count, vv_error *err)
{
	const vv_conflict_record *c = &p->record;

	*count = 0;
	if (!(*chosen = vv_calloc(c->count + 1, sizeof(**chosen)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->count; i++) {
		(*chosen)[i] = is_wanted(r, &c->items[i]);
		*count += (*chosen)[i];
	}
	return VV_OK;
}

/* VV_ENOTFOUND: the merged table has no such column. */
static vv_status check_column(const vv_resolving *r, const vv_conflict_path *p, const char *name,
			      const char *what, vv_error *err)
{
	vv_auto(vv_table) t = {0};
	size_t at;
	vv_status rc = vv_dataset_writer_open_version(r->writer, &t, &p->record.root, err);

	return rc < 0 ? rc : vv_view_column(&t, name, strlen(name), what, &at, err);
}

/* *chosen is the caller's; *all: every conflict of the path. */
static vv_status choose_conflicts(const vv_resolving *r, const vv_conflict_path *p, bool **chosen,
				  bool *all, vv_error *err)
{
	const vv_conflict_record *c = &p->record;
	size_t count;
	vv_status rc = choose_wanted(r, p, chosen, &count, err);

	if (rc < 0) return rc;
	const bool part = is_part(r) || is_of_added(r);
	*all = !part || (count == c->count && c->left_out == 0);
	if (!part) return VV_OK;
	if (count == 0 && r->set_column &&
	    check_column(r, p, r->set_column, "--set", err) == VV_ENOTFOUND) {
		return VV_ENOTFOUND;
	}
	if (count == 0) {
		vv_fail(err, VV_ENOTFOUND, "%s has no such conflict", vv_text_shows(p->path));
		return vv_hint_code(err, VV_HINT_CONFLICTS);
	}
	const char *row = find_unused(c, *chosen, &r->rows, is_row);
	const char *unused = row ? row : find_unused(c, *chosen, &r->columns, is_column);
	if (unused) {
		vv_fail(err, VV_ENOTFOUND, "%s has no such conflict of %s '%s'",
			vv_text_shows(p->path), row ? "row" : "column", vv_text_shows(unused));
		return vv_hint_code(err, VV_HINT_CONFLICTS);
	}
	if (r->set_column && r->rows.count == 0 && count > 1) {
		return vv_fail(err, VV_EUSAGE,
			       "%s has %zu rows with a conflict in '%s'\n"
			       "name the row with --row KEY",
			       vv_text_shows(p->path), count, vv_text_shows(r->set_column));
	}
	return VV_OK;
}

vv_status vv_resolve_stage(vv_resolving *r, const vv_conflict_path *p, vv_dataset_found *out,
			   vv_error *err)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer merged;
	vv_long_rows rows;
	bool pointer = false;
	vv_status rc;

	if (vv_dataset_reader_find_pointer(r->reader, &p->record.merged, &arena, &merged, &pointer,
					   err) == VV_OK &&
	    pointer) {
		opts.parent = &merged;
	} else {
		opts.has_kind = true;
		opts.kind = VV_KIND_TABLE;
		rc = vv_merge_long_rows(&rows, r->repo, r->reader, p->record.sides, p->path, err);
		if (rc < 0) return rc;
		opts.hints.columns = rows.columns;
	}
	rc = vv_dataset_writer_file(r->writer, p->path, &opts, out, &pointer, err);
	return rc < 0 || !pointer
		       ? rc
		       : vv_fail(err, VV_EUSAGE,
				 "%s is only a pointer\nuse --ours or --theirs to take the whole table",
				 vv_text_shows(p->path));
}

/* Without remaining conflicts the work tree's file is the resolution, in the form of the result. staged NULL: it was not read
 * yet. */
static vv_status settle_path(vv_resolving *r, const vv_conflict_path *p,
			     const vv_dataset_found *staged, vv_error *err)
{
	const vv_index_side *s = p->sides;
	vv_auto(vv_dataset_found) own = {0};
	bool pointer = false;
	vv_status rc = vv_dataset_reader_is_pointer(r->reader, &p->record.merged, &pointer, err);

	if (rc < 0 || (pointer && !staged && (rc = vv_resolve_stage(r, p, &own, err)) < 0)) {
		return rc;
	}
	staged = staged ? staged : &own;
	if (!pointer) {
		rc = vv_index_add_file(r->index, p->path, err);
	} else if ((rc = vv_dataset_writer_commit(r->writer, err)) == VV_OK) {
		rc = vv_index_set(r->index, p->path,
				  vv_merge_mode(&s[VV_BASE], &s[VV_OURS], &s[VV_THEIRS]),
				  &staged->blob, &staged->st, err);
	}
	r->changed = r->changed || rc == VV_OK;
	return rc;
}

/* --- whole files --------------------------------------------------------------------------- */

static vv_status take_file(vv_resolving *r, const vv_conflict_path *p, uint32_t mode,
			   const vv_oid *id, vv_error *err)
{
	vv_status rc = mode ? vv_checkout_write(&r->checkout, p->path, mode, id, err)
			    : vv_checkout_remove(&r->checkout, p->path, err);

	r->changed = r->changed || rc == VV_OK;
	return rc;
}

/* A workbook that was merged by cell gets the side's values only at its conflicts. */
static vv_status take_workbook(vv_resolving *r, const vv_conflict_path *p, bool *taken,
			       vv_error *err)
{
	const vv_index_side *s = p->sides;
	const vv_workbook_merge how = {.repo = r->repo,
				       .reader = r->reader,
				       .path = p->path,
				       .sides = {&s[VV_BASE].id, &s[VV_OURS].id, &s[VV_THEIRS].id},
				       .prefer = r->side};
	const uint32_t mode = vv_merge_mode(&s[VV_BASE], &s[VV_OURS], &s[VV_THEIRS]);
	vv_auto(vv_workbook_merged) w = {0};
	vv_status rc;

	*taken = p->dataset &&
		 vv_array_find(p->record.items, p->record.count, it,
			       it->detail && strncmp(it->detail, VV_WORKBOOK_CONFLICT,
						     strlen(VV_WORKBOOK_CONFLICT)) == 0) != NULL;
	if (!*taken) return VV_OK;
	if (r->side == VV_OURS) return take_file(r, p, mode, &p->record.merged, err);
	if ((rc = vv_merge_workbook(&w, &how, err)) < 0) return rc;
	if (w.merged) return take_file(r, p, mode, &w.blob, err);
	vv_fail(err, VV_ENOSUPPORT, "%s was merged by cell, and now it cannot be: %s",
		vv_text_shows(p->path), vv_buf_cstr(&w.words));
	return vv_hint_code(err, VV_HINT_EDIT_AND_ADD, p->path);
}

static vv_status take_side(vv_resolving *r, const vv_conflict_path *p, vv_error *err)
{
	const vv_index_side *s = &p->sides[r->side];
	bool taken, settled;
	vv_status rc;

	if (is_part(r)) {
		return vv_fail(err, VV_EUSAGE,
			       "%s is in conflict as a whole: use --ours, --theirs or --base "
			       "without --row, --column or --key",
			       vv_text_shows(p->path));
	}
	if ((rc = take_workbook(r, p, &taken, err)) < 0 || taken) return rc;
	if ((rc = vv_resolve_check_form(r, p, &settled, err)) < 0 ||
	    (rc = take_file(r, p, s->mode, &s->id, err)) < 0 || settled) {
		return rc;
	}
	return settle_path(r, p, NULL, err);
}

/* A conflict about a column that one side dropped. While it is undecided, the values of the column do not
 * protect rows that this side removed, so that the merged table may lack rows that the other side
 * edited. */
static bool any_dropped_column(const vv_conflict_record *c)
{
	return vv_array_find(c->items, c->count, it, it->kind == VV_CONFLICT_COLUMN_REMOVED) !=
	       NULL;
}

/* With exchanged sides another row of such a key stays, and with it others may go that are in no conflict. */
static bool any_key_twice(const vv_conflict_record *c)
{
	return vv_array_find(c->items, c->count, it, it->kind == VV_CONFLICT_KEY_TWICE) != NULL;
}

/* The merge has the first side's values at all conflicts, with exchanged sides those of theirs. */
static vv_status take_merged(vv_resolving *r, const vv_conflict_path *p, vv_error *err)
{
	const vv_conflict_record *c = &p->record;
	const bool swapped = r->side == VV_THEIRS;
	const int first = swapped ? VV_THEIRS : VV_OURS, second = swapped ? VV_OURS : VV_THEIRS;
	vv_dataset_merge in = {.repo = r->repo,
			       .writer = r->writer,
			       .path = p->path,
			       .sides = {p->sides[VV_BASE], p->sides[first], p->sides[second]},
			       .commits = {{{0}}, c->commits[swapped], c->commits[!swapped]},
			       .how = c->how,
			       .swapped = swapped};
	vv_auto(vv_dataset_merged) out = {0};
	vv_status rc;

	if ((rc = vv_dataset_merge_run(&out, &in, err)) < 0 ||
	    (any_dropped_column(c) &&
	     (rc = vv_conflict_columns_take(&out, &in, VV_TAKE_OURS, err)) < 0) ||
	    (rc = vv_dataset_writer_commit(r->writer, err)) < 0) {
		return rc;
	}
	return take_file(r, p, out.result.mode, &out.result.id, err);
}

static vv_status copy_how(vv_conflict_record *c, const vv_strings *how, vv_error *err)
{
	const char **items = vv_arena_calloc(&c->arena, how->count + 1, sizeof(*items));

	if (!items) return vv_fail_nomem(err);
	c->how = (vv_strings){items, how->count};
	for (size_t i = 0; i < how->count; i++) {
		if (!(items[i] = vv_conflict_record_text(c, how->items[i]))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Merges again to find the conflicts that the record leaves out. */
static vv_status find_left_out(vv_resolving *r, vv_conflict_path *p, vv_error *err)
{
	const vv_conflict_record *c = &p->record;
	const vv_dataset_merge in = {
		.repo = r->repo,
		.writer = r->writer,
		.path = p->path,
		.sides = {p->sides[VV_BASE], p->sides[VV_OURS], p->sides[VV_THEIRS]},
		.commits = {{{0}}, c->commits[0], c->commits[1]},
		.names = {c->names[VV_BASE], c->names[VV_OURS], c->names[VV_THEIRS]},
		.decisions = c->decided,
		.decision_count = c->decided_count,
		.how = c->how,
		.unlimited = true};
	vv_auto(vv_dataset_merged) out = {0};
	vv_status rc;

	if ((rc = vv_dataset_merge_run(&out, &in, err)) < 0 ||
	    (rc = vv_dataset_writer_commit(r->writer, err)) < 0 ||
	    !vv_cid_equal(&out.record.root, &c->root) || /* with other settings */
	    (rc = copy_how(&out.record, &c->how, err)) < 0) {
		return rc;
	}
	const vv_conflict_record all = out.record;
	out.record = p->record;
	p->record = all;
	return VV_OK;
}

/* --- rows and cells --------------------------------------------------------------------------- */

/* A literal where the column's cells are: numbers in JSON. */
static void set_state(vv_cell *cell, const vv_conflict_item *item)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *v;
	bool literal = item->cells[VV_OURS].state == VV_CELL_LITERAL ||
		       item->cells[VV_THEIRS].state == VV_CELL_LITERAL;

	if (literal && vv_json_read(&v, &arena, cell->text, cell->len, "value", NULL) == VV_OK &&
	    v->type != VV_JSON_STRING) {
		cell->state = VV_CELL_LITERAL;
	}
}

/* Warns of a value that is not of its column's type, as add does. */
static vv_status check_value(const vv_resolving *r, const vv_conflict_path *p, const vv_table *t,
			     const vv_cell *cell, vv_error *err)
{
	const long at = vv_schema_find(&t->schema, r->set_column, strlen(r->set_column));
	const vv_field *f = at < 0 ? NULL : &t->schema.fields[at];

	if (f && !vv_field_missing(f, cell) && !vv_field_accepts(f, cell)) {
		vv_notes_warn(vv_repository_notes(r->repo),
			      "%s: '%s' is not a value of the column '%s' (%s)",
			      vv_text_shows(p->path), vv_text_show(cell->text, cell->len),
			      vv_text_shows(r->set_column), vv_type_name(f->type));
	}
	return f && !vv_form_is_typed(t->root.dialect.form) && !vv_field_missing(f, cell)
		       ? vv_decimal_check_groups(f, cell->text, cell->len, err)
		       : VV_OK;
}

static vv_status solve_into(vv_resolving *r, vv_conflict_path *p, const bool *chosen,
			    const vv_cid *root, vv_new_file *f, vv_error *err)
{
	vv_solution s = {.repo = r->repo,
			 .writer = r->writer,
			 .record = &p->record,
			 .chosen = chosen,
			 .side = r->side,
			 .quiet = r->quiet,
			 .renumbered = vv_resolve_note_key,
			 .payload = p,
			 .column = r->set_column};
	vv_auto(vv_table) t = {0};
	vv_status rc;

	if (r->set_column) {
		s.value = (vv_cell){.text = r->set_value,
				    .len = (uint32_t)strlen(r->set_value),
				    .state = VV_CELL_TEXT};
		for (size_t i = 0; i < p->record.count; i++) {
			if (chosen[i]) {
				set_state(&s.value, &p->record.items[i]);
			}
		}
	}
	if ((rc = vv_dataset_writer_open_version(r->writer, &t, root, err)) < 0 ||
	    (r->set_column && (rc = check_value(r, p, &t, &s.value, err)) < 0)) {
		return rc;
	}
	return vv_conflict_solve(&s, &t, vv_new_file_put, f, err);
}

/* The edited table takes the file's place at once. */
static vv_status rewrite_file(vv_resolving *r, vv_conflict_path *p, const bool *chosen,
			      const vv_cid *root, const vv_stat *st, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r->repo, p->path),
		      *dir = file ? vv_worktree_temp_dir(r->repo, file) : NULL;
	vv_auto(vv_new_file) f = {0};
	vv_status rc;

	if ((rc = vv_new_file_open(&f, dir, ".varve-", err)) < 0 ||
	    (rc = solve_into(r, p, chosen, root, &f, err)) < 0 ||
	    (rc = vv_new_file_mode(&f, st->mode, err)) < 0 ||
	    (rc = vv_new_file_end(&f, true, err)) < 0 || /* the old one is stored nowhere else */
	    (rc = vv_worktree_watch(r->repo, p->path, f.temp, err)) < 0) {
		return rc;
	}
	return vv_new_file_place(&f, file, err);
}

static void say_left(const vv_resolving *r, const vv_conflict_path *p)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (!r->quiet) {
		vv_conflict_record_describe(&text, &p->record);
		vv_notes_put(vv_repository_notes(r->repo), "%s: still in conflict: %s",
			     vv_text_shows(p->path), vv_buf_cstr(&text));
	}
}

static void say_resolved(const vv_resolving *r, vv_conflict_path *p)
{
	p->resolved = true;
	if (!r->quiet) {
		vv_notes_put(vv_repository_notes(r->repo), "%s: resolved", vv_text_shows(p->path));
	}
}

/* The conflicts that were not chosen stay in the record. */
static vv_status keep_rest(vv_resolving *r, vv_conflict_path *p, const bool *chosen, vv_error *err)
{
	vv_auto(vv_dataset_found) staged = {0};
	vv_conflict_record *c = &p->record;
	size_t left = 0;
	vv_status rc;

	for (size_t i = 0; i < c->count; i++) {
		if (!chosen[i]) {
			c->items[left++] = c->items[i];
		}
	}
	c->count = left;
	c->touched = true;
	if ((rc = vv_resolve_stage(r, p, &staged, err)) < 0) return rc;
	if (left == 0 && c->left_out == 0) {
		if ((rc = settle_path(r, p, &staged, err)) == VV_OK) {
			say_resolved(r, p);
		}
	} else {
		c->root = staged.result.cid;
		if ((rc = vv_conflict_record_save(r->repo, c, err)) == VV_OK) {
			say_left(r, p);
		}
	}
	return rc;
}

vv_status vv_resolve_write(vv_resolving *r, const vv_conflict_path *p, const vv_oid *blob,
			   vv_error *err)
{
	const vv_dataset_merge in = {.repo = r->repo,
				     .writer = r->writer,
				     .path = p->path,
				     .sides = {p->sides[0], p->sides[1], p->sides[2]}};
	vv_stat st;
	vv_status rc = vv_dataset_writer_commit(r->writer, err);

	return rc < 0 ? rc : vv_dataset_merge_write(&in, blob, &st, err);
}

/* Where git alone left ours, the merged table comes first: else what theirs changed
 * elsewhere would be lost without a word. */
static vv_status bring_merged(vv_resolving *r, const vv_conflict_path *p, vv_dataset_found *staged,
			      vv_error *err)
{
	const vv_conflict_record *c = &p->record;
	vv_status rc;

	if (!p->found_out || vv_cid_equal(&staged->result.cid, &c->root)) return VV_OK;
	if (!vv_oid_equal(&staged->blob, &c->sides[VV_OURS]) &&
	    !vv_merge_file_is(r->repo, p->path, &c->sides[VV_OURS])) {
		vv_fail(err, VV_EREFUSED, "%s differs from our version and from varve's merge",
			vv_text_shows(p->path));
		return vv_hint_code(err, VV_HINT_EDIT_AND_ADD, p->path);
	}
	if ((rc = vv_resolve_write(r, p, &c->merged, err)) == VV_OK) {
		vv_dataset_found_clear(staged);
		rc = vv_resolve_stage(r, p, staged, err);
	}
	return rc;
}

static bool any_of_columns(const vv_conflict_path *p, const bool *chosen)
{
	const size_t count = p->record.count;

	return vv_find_place(i, count,
			     chosen[i] && vv_conflict_is_of_columns(&p->record.items[i])) < count;
}

static vv_status refuse_many(const vv_conflict_path *p, bool edited, vv_error *err)
{
	if (edited) {
		vv_fail(err, VV_ENOSUPPORT,
			"%s was edited, and has too many conflicts to resolve one by one",
			vv_text_shows(p->path));
		return vv_hint_code(err, VV_HINT_EDIT_AND_ADD, p->path);
	}
	vv_fail(err, VV_ENOSUPPORT, "%s has too many conflicts to resolve one by one",
		vv_text_shows(p->path));
	return vv_hint_code(err, VV_HINT_WHOLE_OR_EDIT);
}

/* Conflicts of columns come first: deciding them can add conflicts of cells, or other columns.
 * *chosen is determined again. */
static vv_status decide_columns(vv_resolving *r, vv_conflict_path *p, bool **chosen,
				vv_dataset_found *staged, vv_error *err)
{
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && any_of_columns(p, *chosen); i++) {
		vv_columns_solution s = {.repo = r->repo,
					 .writer = r->writer,
					 .path = p,
					 .chosen = *chosen,
					 .side = r->side,
					 .work = staged};
		vv_oid blob;
		size_t count;

		if (i == ROUNDS_MAX) return refuse_many(p, false, err);
		if ((rc = vv_conflict_columns_solve(&s, &blob, err)) < 0 ||
		    (rc = vv_resolve_write(r, p, &blob, err)) < 0) {
			break;
		}
		vv_dataset_found_clear(staged);
		vv_free(*chosen);
		*chosen = NULL;
		if ((rc = vv_resolve_stage(r, p, staged, err)) == VV_OK &&
		    (rc = vv_conflict_record_save(r->repo, &p->record, err)) == VV_OK) {
			rc = choose_wanted(r, p, chosen, &count, err);
		}
	}
	return rc;
}

/* Is the file missing, or a pointer? It has no edits, so the merged table may take its place. */
static bool has_no_data(const vv_repository *r, const char *path)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_stat st;
	const vv_status rc = file ? vv_lstat(&st, file, VV_IGNORED) : VV_ENOMEM;

	return rc == VV_ENOTFOUND || (rc == VV_OK && vv_dataset_reader_holds_pointer(file, &st));
}

static vv_status resolve_table(vv_resolving *r, vv_conflict_path *p, vv_error *err)
{
	vv_auto_free bool *chosen = NULL;
	bool all = false;
	vv_auto(vv_dataset_found) staged = {0};
	vv_status rc;

	/* Newly determined tables must be readable as the previous version. */
	if ((p->found_out && (rc = vv_dataset_writer_commit(r->writer, err)) < 0) ||
	    (rc = choose_conflicts(r, p, &chosen, &all, err)) < 0 ||
	    (!p->record.touched && !is_part(r) && has_no_data(r->repo, p->path) &&
	     (rc = vv_resolve_write(r, p, &p->record.merged, err)) < 0) ||
	    (rc = vv_resolve_stage(r, p, &staged, err)) < 0 ||
	    (rc = bring_merged(r, p, &staged, err)) < 0) {
		return rc;
	}
	/* a text is read here without the key that the merge found, as another root */
	const bool untouched = !p->record.touched &&
			       (vv_cid_equal(&staged.result.cid, &p->record.root) ||
				vv_merge_file_is(r->repo, p->path, &p->record.merged));
	const bool by_row = r->side == VV_BASE || is_of_added(r) || any_key_twice(&p->record);
	if (p->record.left_out > 0 && !is_part(r) && untouched && by_row) {
		vv_free(chosen);
		chosen = NULL;
		if ((rc = find_left_out(r, p, err)) < 0 ||
		    (rc = choose_conflicts(r, p, &chosen, &all, err)) < 0) {
			return rc;
		}
	}
	const bool whole = all && !r->set_column && untouched;
	bool by_cell = false;
	if ((rc = vv_resolve_note_removed(r, p, chosen, err)) < 0) return rc;
	if (whole && !any_key_twice(&p->record) &&
	    (r->side == VV_THEIRS || (r->side == VV_OURS && any_dropped_column(&p->record)))) {
		rc = take_merged(r, p, err);
	} else if (whole && r->side == VV_OURS) {
		rc = settle_path(r, p, &staged, err);
	} else if (p->record.left_out > 0) {
		rc = refuse_many(p, !untouched, err);
	} else {
		if ((rc = decide_columns(r, p, &chosen, &staged, err)) == VV_OK &&
		    (rc = vv_resolve_follow(r, p, chosen, &staged.result.cid, err)) == VV_OK) {
			rc = rewrite_file(r, p, chosen, &staged.result.cid, &staged.st, err);
		}
		rc = rc < 0 ? rc : keep_rest(r, p, chosen, err);
		by_cell = true;
	}
	if (rc == VV_OK && !by_cell) {
		say_resolved(r, p);
	}
	if (rc == VV_OK && !r->quiet) {
		vv_resolve_say_removed(p, vv_repository_notes(r->repo));
	}
	return rc;
}

/* --- the command ------------------------------------------------------------------------------- */

static bool is_whole(const vv_conflict_path *p)
{
	return !p->dataset || vv_array_find(p->record.items, p->record.count, it,
					    it->kind == VV_CONFLICT_TABLE) != NULL;
}

static bool has_added(const vv_resolving *r, const vv_conflict_path *p)
{
	return vv_array_find(p->record.items, p->record.count, it,
			     vv_conflict_can_take(it, r->side)) != NULL;
}

static vv_status resolve_path(vv_resolving *r, vv_conflict_path *p, vv_error *err)
{
	vv_status rc;

	if (is_of_added(r) && !has_added(r, p)) {
		if (r->list.count > 1) return VV_OK;
		vv_fail(err, VV_ENOTFOUND, "%s has no conflict of rows that both sides added",
			vv_text_shows(p->path));
		return vv_hint_code(err, VV_HINT_CONFLICTS);
	}
	if (!is_whole(p)) return resolve_table(r, p, err);
	if ((rc = take_side(r, p, err)) == VV_OK) {
		say_resolved(r, p);
	}
	return rc;
}

/* The merge may have taken the line of a table that a side brings back: without one clones would have its pointer as
 * the file. */
static vv_status track_taken(const vv_resolving *r, const char *path, vv_attr_edit *edit,
			     vv_error *err)
{
	vv_index_entry e;
	bool pointer = false, tracked = true;
	vv_status rc = VV_OK;

	if (vv_index_get(r->index, path, &e) && S_ISREG(e.mode) &&
	    (rc = vv_dataset_reader_is_pointer(r->reader, &e.id, &pointer, err)) == VV_OK &&
	    pointer) {
		rc = vv_attr_tracked(r->repo, path, &tracked, err);
	}
	if (rc < 0 || tracked ||
	    (!edit->file && (rc = vv_attr_edit_begin(edit, r->repo, err)) < 0)) {
		return rc;
	}
	return vv_attr_edit_track(edit, path, true, err);
}

/* A .gitattributes in conflict gets the lines, and stays in conflict. */
static vv_status write_index(const vv_resolving *r, vv_error *err)
{
	vv_auto(vv_attr_edit) edit = {0};
	vv_index_entry e;
	vv_status rc = vv_dataset_writer_lock_index(r->writer, r->index, err);

	vv_attr_flush(r->repo);
	for (size_t i = 0; rc == VV_OK && i < r->list.count; i++) {
		rc = track_taken(r, r->list.paths[i].path, &edit, err);
	}
	if (rc == VV_OK && !vv_index_get_stage(r->index, ATTRIBUTES, 2, &e) &&
	    !vv_index_get_stage(r->index, ATTRIBUTES, 3, &e)) {
		rc = vv_attr_edit_stage(&edit, r->index, err);
	}
	return rc < 0 ? rc : vv_index_write(r->index, err);
}

/* Records of resolved conflicts are removed last: they are used only for existing ones. */
static vv_status finish_resolving(vv_resolving *r, vv_error *err)
{
	vv_status rc;

	if (!r->changed) return VV_OK;
	if ((rc = write_index(r, err)) < 0) return rc;
	vv_array_each(r->list.paths, r->list.count, it) {
		vv_index_entry e;

		if (vv_index_get(r->index, it->path, &e) &&
		    (rc = vv_conflict_drop(r->repo, it->path, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Where no conflict is left. */
static void tell_next(const vv_resolving *r)
{
	const char *state = vv_state_shown(r->repo);
	const bool git = strcmp(state, "rebase") == 0 || strcmp(state, "am") == 0;

	if (r->quiet || !r->changed || r->torn.code < 0 || vv_index_has_conflicts(r->index)) return;
	if (*state && strcmp(state, "bisect") != 0) {
		vv_notes_put(vv_repository_notes(r->repo),
			     "all conflicts are resolved; '%s %s --continue' %s the %s",
			     git ? "git" : "varve", state, git ? "continues" : "concludes", state);
	} else {
		vv_notes_put(vv_repository_notes(r->repo), "all conflicts are resolved");
	}
}

static vv_status note_path(vv_resolving *r, vv_way_back *back, const char *path, vv_error *err)
{
	vv_auto(char) *file = vv_conflict_file(r->repo, path);
	const char *name = file ? vv_path_below(vv_repository_gitdir(r->repo), file) : NULL;
	vv_status rc = name ? vv_way_back_file(back, name, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : vv_way_back_path(back, r->index, path, true, err);
}

/* Was the path noted for an earlier reference? */
static bool refers_before(const vv_references *children, size_t i, size_t k, const char *path)
{
	for (size_t at = 0; at <= i; at++) {
		const size_t end = at == i ? k : children[at].count;

		if (vv_find_place(n, end, strcmp(children[at].list[n].path, path) == 0) < end) {
			return true;
		}
	}
	return false;
}

/* Tables that refer to one in conflict, and are not in conflict, may change, too. children[i]: paths that refer to the
 * i-th, which comes first. */
static vv_status note_followers(vv_resolving *r, vv_way_back *back, vv_references *children,
				vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; r->side == VV_BOTH && rc == VV_OK && i < r->list.count; i++) {
		rc = vv_resolve_references(&children[i], r, &r->list.paths[i], err);
		for (size_t k = 0; rc == VV_OK && k < children[i].count; k++) {
			const char *path = children[i].list[k].path;

			if (!vv_array_find(r->list.paths, r->list.count, it,
					   strcmp(it->path, path) == 0) &&
			    !refers_before(children, i, k, path)) {
				rc = note_path(r, back, path, err);
			}
		}
	}
	return rc;
}

/* Records all changes in advance: files, the records of their conflicts, and .gitattributes. */
static vv_status note_way_back(vv_resolving *r, vv_way_back **out, vv_references *children,
			       vv_error *err)
{
	const size_t count = r->list.count;
	vv_status rc = vv_way_back_open(out, r->repo, "resolve", "resolving conflicts", err);

	for (size_t i = 0; rc == VV_OK && i <= count; i++) {
		const char *path = i < count ? r->list.paths[i].path : ATTRIBUTES;

		if (i == count || strcmp(path, ATTRIBUTES) != 0) {
			rc = note_path(r, *out, path, err);
		}
	}
	rc = rc < 0 ? rc : note_followers(r, *out, children, err);
	return rc < 0 ? rc : vv_way_back_ready(*out, err);
}

/* The next path, whose references follow no other path that is left; in a circle, the first one left. */
static size_t next_path(const vv_resolving *r, const vv_references *children, const bool *done)
{
	const size_t count = r->list.count;
	size_t first = count;

	for (size_t i = 0; i < count; i++) {
		const char *path = r->list.paths[i].path;
		size_t above = 0;

		for (size_t k = 0; !done[i] && k < count; k++) {
			above += k != i && !done[k] &&
				 vv_array_find(children[k].list, children[k].count, it,
					       strcmp(it->path, path) == 0) != NULL;
		}
		if (!done[i] && above == 0) return i;
		first = !done[i] && first == count ? i : first;
	}
	return first;
}

static void references_clear(vv_references *children, size_t count)
{
	for (size_t i = 0; children && i < count; i++) {
		vv_references_clear(&children[i]);
	}
	vv_free(children);
}

static vv_status resolve_all(vv_resolving *r, vv_error *err)
{
	vv_way_back *back = NULL;
	vv_error later;
	bool stop = false;
	vv_status rc = VV_OK;

	if (r->list.count == 0) {
		return vv_fail(err, VV_ENOTFOUND, "%s",
			       r->paths ? "none of these paths is in conflict"
					: "nothing is in conflict");
	}
	if (is_part(r) && r->list.count > 1) {
		return vv_fail(
			err, VV_EUSAGE,
			"%zu files are in conflict\n"
			"--row, --column, --key and --set apply to one of them: name it as PATH",
			r->list.count);
	}
	vv_auto_free bool *done = vv_calloc(r->list.count, sizeof(*done));
	vv_references *children = vv_calloc(r->list.count, sizeof(*children));
	rc = done && children ? note_way_back(r, &back, children, err) : vv_fail_nomem(err);
	if (rc < 0) {
		references_clear(children, r->list.count);
		return vv_way_back_close(back, rc, err);
	}
	r->checkout = (vv_checkout){r->repo, r->reader, r->index};
	for (size_t n = 0; !stop && n < r->list.count; n++) {
		const size_t i = next_path(r, children, done);
		vv_conflict_path *p = &r->list.paths[i];

		done[i] = true;
		if (p->resolved) {
			say_resolved(r, p);
		} else if (r->torn.code < 0 && vv_work_is_torn(r->repo, p->path, NULL)) {
			p->failure.code = VV_OK; /* merge_torn has the reason, or warned of it */
		} else if (p->failure.code == VV_OK && resolve_path(r, p, &later) < 0) {
			p->failure = later;
			stop = vv_conflict_stops(&later);
		}
	}
	references_clear(children, r->list.count);
	rc = vv_conflict_list_failure(&r->list, r->repo, err);
	/* Resolved paths are staged also if another path failed. */
	vv_status written = finish_resolving(r, rc < 0 ? VV_IGNORED : err);
	/* If nothing was resolved nothing is changed. */
	written = vv_way_back_close(back, rc < 0 && !r->changed ? rc : written,
				    rc < 0 ? VV_IGNORED : err);
	vv_dataset_writer_release(r->writer);
	if (written == VV_OK) {
		tell_next(r);
	}
	return rc < 0 ? rc : written;
}

/* If git merged pointers as text, merges by row and cell first: only its conflicts need decisions. */
static vv_status merge_torn(vv_resolving *r, vv_error *err)
{
	vv_auto(vv_torn_report) t = {0};
	vv_status rc = vv_torn_mend(&t, r->repo, r->writer, r->index, r->paths, r->paths != NULL,
				    false, err);

	if (!r->quiet && t.text.len > 0) {
		vv_notes_put(vv_repository_notes(r->repo), "%.*s", (int)t.text.len - 1,
			     vv_buf_cstr(&t.text));
	}
	r->torn = t.failure;
	r->merged = t.merged > 0;
	return rc;
}

static bool any_conflict(const vv_resolving *r)
{
	for (vv_index_entry e = {0}; vv_index_next(r->index, &e);) {
		if (e.stage != 0 && (!r->paths || vv_pathspec_match(r->paths, e.path, NULL))) {
			return true;
		}
	}
	return false;
}

vv_status vv_resolve(vv_resolving *r, vv_error *err)
{
	vv_status rc = r->paths ? vv_pathspec_in_index(r->paths, r->index, err) : VV_OK;

	if (rc == VV_ENOTFOUND) return vv_hint_code(err, VV_HINT_RESOLVE_ROW);
	if (rc < 0 || (rc = merge_torn(r, err)) < 0) return rc;
	const bool any = any_conflict(r);
	if (r->torn.code < 0 && (!any || vv_conflict_stops(&r->torn))) {
		return vv_error_copy(err, &r->torn);
	}
	if (r->merged && !any) return VV_OK;
	rc = vv_conflict_list_read(&r->list, r->repo, r->writer, r->index, r->paths, true,
				   !is_part(r), err);
	rc = rc < 0 ? rc : resolve_all(r, err);
	vv_conflict_list_clear(&r->followed);
	if (rc == VV_OK) return vv_error_copy(err, &r->torn);
	if (r->torn.code < 0) {
		vv_notes_warn(vv_repository_notes(r->repo), "%s", r->torn.message);
	}
	return rc;
}
