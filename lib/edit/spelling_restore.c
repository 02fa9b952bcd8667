/*
 * spelling_restore: the edits that make of the base what the file says, without what Excel did.
 */
#include "lib/edit/spelling_restore.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "diff/rows/excel_rows.h"
#include "lib/edit/row_file.h"
#include "repo/git/history/history.h"

typedef struct job {
	const vv_spelling_restore *r;
	vv_spelling_restored *done;
	vv_row_file file;
	vv_subject subject; /* of the base */
	vv_table base;
	vv_excel_rows *rows;
	size_t *from; /* of each column of the base: the file's */
	char mark; /* what numbers have in the file before the fraction, and not in the base; 0: none */
	vv_row_edit *edits;
	size_t count, cap;
	vv_arena arena;
} job;

static void job_clear(job *j)
{
	vv_excel_rows_close(j->rows);
	vv_table_close(&j->base);
	vv_subject_clear(&j->subject);
	vv_row_file_close(&j->file);
	vv_free(j->from);
	vv_free(j->edits);
	vv_arena_clear(&j->arena);
}
VV_AUTO_CLEAR(job, job_clear)

static vv_status open_both(job *j, vv_error *err)
{
	const vv_spelling_restore *r = j->r;
	const vv_subject_options opts = {.find_key = true, .writes = true};
	vv_oid commit;
	vv_status rc;

	if ((rc = vv_row_file_open(&j->file, err)) < 0 ||
	    (rc = vv_rev_commit(r->repo, r->source, &commit, err)) < 0 ||
	    (rc = vv_subject_find_at(&j->subject, r->repo, r->reader, &commit, j->file.subject.path,
				     err)) < 0 ||
	    (rc = vv_subject_open(&j->subject, &j->base, &opts, err)) < 0) {
		return rc;
	}
	if (j->base.root.kind != VV_KIND_TABLE || j->base.root.dialect.form != VV_FORM_CSV ||
	    j->file.table.root.dialect.form != VV_FORM_CSV) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a CSV file in both versions",
			       vv_text_shows(r->path));
	}
	return vv_excel_rows_open(&j->rows, &j->base, &j->file.table, 0, err);
}

static vv_status refuse_column(const job *j, const vv_field *f, const char *what, vv_error *err)
{
	vv_fail(err, VV_ENOSUPPORT, "'%s': the column '%s' is %s", vv_text_shows(j->r->path),
		vv_text_name(f->name, f->name_len), what);
	return vv_hint(err, "the spelling is restored where both versions have the same columns");
}

static vv_status find_columns(job *j, vv_error *err)
{
	const vv_table *t = &j->file.table;

	j->from = vv_malloc((j->base.columns + 1) * sizeof(*j->from));
	if (!j->from) return vv_fail_nomem(err);
	memset(j->from, 0xff, (j->base.columns + 1) * sizeof(*j->from));
	for (size_t i = 0; i < t->columns; i++) {
		const vv_excel_column *c = &j->rows->columns[i];

		if (c->old < 0) return refuse_column(j, &t->schema.fields[i], "new", err);
		j->from[c->old] = i;
		if (vv_excel_column_is(c, VV_EXCEL_COMMA) && c->is[VV_EXCEL_COMMA].len > 0) {
			j->mark = memchr(c->is[VV_EXCEL_COMMA].data, ',', c->is[VV_EXCEL_COMMA].len)
					  ? ','
					  : '.';
		}
	}
	for (size_t i = 0; i < j->base.columns; i++) {
		if (j->from[i] == SIZE_MAX) {
			return refuse_column(j, &j->base.schema.fields[i], "gone", err);
		}
	}
	return VV_OK;
}

static vv_status check_pairs(const job *j, vv_error *err)
{
	const vv_excel_rows *r = j->rows;
	uint64_t old = 0, now = 0;

	for (size_t i = 0; i < r->count; i++) {
		old += r->pairs[i].old != VV_EXCEL_NO_ROW;
		now += r->pairs[i].row != VV_EXCEL_NO_ROW;
	}
	if (r->paired >= (old < now ? old : now) / 2) return VV_OK;
	vv_fail(err, VV_EREFUSED, "'%s': most rows have no partner in %s",
		vv_text_shows(j->r->path), vv_text_shows(j->r->source));
	return r->keyed ? err->code : vv_hint_code(err, VV_HINT_ADD_KEY, j->r->path);
}

static bool is_number(const char *s, size_t len, char mark)
{
	size_t marks = 0, i = len > 0 && *s == '-';

	for (; i < len && ((s[i] >= '0' && s[i] <= '9') || (s[i] == mark && marks == 0)); i++) {
		marks += s[i] == mark;
	}
	return i == len && marks == 1;
}

/* A cell of the file as the base has it: a copy, with the base's decimal mark. */
static bool take_cell(job *j, vv_cell *out, const vv_cell *cell)
{
	char *text = vv_arena_alloc(&j->arena, (size_t)cell->len + 1);
	char *mark;

	*out = *cell;
	out->flags = 0;
	if (!text) return false;
	memcpy(text, cell->text ? cell->text : "", cell->len);
	if (j->mark && is_number(text, cell->len, j->mark) &&
	    (mark = memchr(text, j->mark, cell->len)) != NULL) {
		*mark = j->mark == ',' ? '.' : ',';
	}
	out->text = text;
	return true;
}

static vv_row_edit *put_edit(job *j, uint64_t row, vv_row_action action)
{
	if (!vv_array_room(j->edits, j->count, j->cap)) return NULL;
	j->edits[j->count] = (vv_row_edit){.row = row, .action = action};
	return &j->edits[j->count++];
}

static vv_status edit_cells(job *j, const vv_excel_pair *p, vv_error *err)
{
	vv_excel_rows *r = j->rows;
	const vv_cell *was, *is;
	vv_status rc;

	if ((rc = vv_row_by_number_get(&r->old_rows, p->old, &was, err)) < 0 ||
	    (rc = vv_row_by_number_get(&r->rows, p->row, &is, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < j->base.columns; i++) {
		const vv_cell *cell = &is[j->from[i]];
		const vv_excel_kind k = vv_excel_damage(&r->excel, &was[i], cell);
		vv_row_edit *e;

		if (vv_cell_equal(&was[i], cell)) {
			continue;
		}
		if (k != VV_EXCEL_NONE && vv_excel_column_is(&r->columns[j->from[i]], k)) {
			j->done->cells++;
			continue;
		}
		if (!(e = put_edit(j, p->old, VV_ROW_SET)) || !take_cell(j, &e->cell, cell)) {
			return vv_fail_nomem(err);
		}
		e->column = i;
		j->done->edited++;
	}
	return vv_buf_ok(&r->excel.text, err);
}

static vv_status add_row(job *j, uint64_t row, uint64_t place, vv_error *err)
{
	vv_cell *cells = vv_arena_alloc(&j->arena, (j->base.columns + 1) * sizeof(*cells));
	vv_row_edit *e = put_edit(j, place, VV_ROW_INSERT);
	const vv_cell *is;
	vv_status rc;

	if (!cells || !e) return vv_fail_nomem(err);
	if ((rc = vv_row_by_number_get(&j->rows->rows, row, &is, err)) < 0) return rc;
	for (size_t i = 0; i < j->base.columns; i++) {
		if (!take_cell(j, &cells[i], &is[j->from[i]])) return vv_fail_nomem(err);
	}
	e->cells = cells;
	j->done->added++;
	return VV_OK;
}

/* The place in the base after the row of the file that both have as it is. */
static uint64_t behind(const vv_changed_groups *g, uint64_t row)
{
	for (size_t i = 0; i < g->segment_count; i++) {
		const vv_segment *s = &g->segments[i];

		if (row >= s->new_row && row - s->new_row < s->rows) {
			return s->old_row + (row - s->new_row) + 1;
		}
	}
	return 0;
}

static vv_status make_edits(job *j, vv_error *err)
{
	const vv_excel_rows *r = j->rows;
	uint64_t place = 0, last = VV_EXCEL_NO_ROW; /* after the row of the file that came last */
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->count && rc == VV_OK; i++) {
		const vv_excel_pair *p = &r->pairs[i];

		if (p->row == VV_EXCEL_NO_ROW) {
			rc = put_edit(j, p->old, VV_ROW_REMOVE) ? VV_OK : vv_fail_nomem(err);
			j->done->removed++;
			continue;
		}
		if (p->row == 0) {
			place = 0;
		} else if (p->row - 1 != last) {
			place = behind(&r->changed, p->row - 1);
		}
		last = p->row;
		if (p->old == VV_EXCEL_NO_ROW) {
			rc = add_row(j, p->row, place, err);
		} else {
			place = p->old + 1;
			rc = edit_cells(j, p, err);
		}
	}
	vv_row_edits_sort(j->edits, j->count);
	return rc;
}

vv_status vv_spelling_restore_run(vv_spelling_restored *out, const vv_spelling_restore *r,
				  vv_error *err)
{
	vv_auto(job) j = {.r = r,
			  .done = out,
			  .file = {.repo = r->repo,
				   .reader = r->reader,
				   .path = r->path,
				   .keyless = true,
				   .over = &j.base},
			  .arena = VV_ARENA_INIT};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	vv_subject_init(&j.subject);
	if ((rc = open_both(&j, err)) < 0 || (rc = find_columns(&j, err)) < 0 ||
	    (rc = check_pairs(&j, err)) < 0 || (rc = make_edits(&j, err)) < 0) {
		return rc;
	}
	return vv_row_file_write(&j.file, j.edits, j.count, err);
}
