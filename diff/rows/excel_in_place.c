/*
 * excel_in_place: groups of rows are compared column by column; of columns that are stored alike nothing is unpacked.
 *
 * Rows are the same where the key's columns are; without a key, where fewer than half of their cells differ.
 */
#include "diff/rows/excel_in_place.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/group_compare.h"

typedef struct pass {
	const excel_in_place *o;
	vv_table_reader *old_reader, *reader;
	vv_batch old, now;
	uint8_t *marks;   /* of each row, for one column */
	uint32_t *differ; /* cells of each row */
	size_t marks_cap, differ_cap;
	vv_arena scratch;
} pass;

static void pass_clear(pass *p)
{
	vv_table_reader_close(p->old_reader);
	vv_table_reader_close(p->reader);
	vv_batch_clear(&p->old);
	vv_batch_clear(&p->now);
	vv_free(p->marks);
	vv_free(p->differ);
	vv_arena_clear(&p->scratch);
}
VV_AUTO_CLEAR(pass, pass_clear)

static bool are_groups_in_place(const vv_changed_groups *g)
{
	for (size_t i = 0; i < g->old_count && g->old_count == g->new_count; i++) {
		if (g->old_groups[i].row != g->new_groups[i].row ||
		    g->old_groups[i].rows != g->new_groups[i].rows) {
			return false;
		}
	}
	return g->old_count == g->new_count;
}

static bool is_key(const pass *p, size_t column)
{
	for (size_t k = 0; k < p->o->key_count; k++) {
		if (p->o->key[k] == column) return true;
	}
	return false;
}

/* One column of the groups at hand. */
static vv_status look_at(bool *clean, pass *p, size_t column, vv_error *err)
{
	const size_t was = (size_t)p->o->columns[column].old;
	vv_cell a, b;
	vv_status rc;

	memset(p->marks, 0, p->now.rows);
	vv_arena_reset(&p->scratch);
	rc = vv_group_compare_column(p->marks, &p->old.group, was, &p->now.group, column,
				     &p->scratch, err);
	for (size_t i = 0; i < p->now.rows && rc == VV_OK && *clean; i++) {
		if (!p->marks[i]) {
			continue;
		}
		*clean = !is_key(p, column) &&
			 (p->o->key_count > 0 || 2 * ++p->differ[i] <= p->o->table->columns);
		if (!*clean || (rc = vv_batch_cell(&p->old, i, was, &a, err)) < 0 ||
		    (rc = vv_batch_cell(&p->now, i, column, &b, err)) < 0) {
			break;
		}
		*clean = vv_excel_damage(p->o->excel, &a, &b) <= VV_EXCEL_STYLE;
	}
	return rc;
}

static vv_status look_at_group(bool *clean, pass *p, uint64_t row, vv_error *err)
{
	int more;
	vv_status rc = VV_OK;

	if ((rc = vv_table_seek_row(p->old_reader, row, err)) < 0 ||
	    (rc = vv_table_seek_row(p->reader, row, err)) < 0) {
		return rc;
	}
	if ((more = vv_table_read_rows(p->old_reader, &p->old, err)) < 0 ||
	    (more = vv_table_read_rows(p->reader, &p->now, err)) < 0) {
		return (vv_status)more;
	}
	*clean = p->old.rows == p->now.rows && p->old.by_row && p->now.by_row;
	if (!vv_array_room_for(p->marks, 0, p->marks_cap, p->now.rows) ||
	    !vv_array_room_for(p->differ, 0, p->differ_cap, p->now.rows)) {
		return vv_fail_nomem(err);
	}
	memset(p->differ, 0, p->now.rows * sizeof(*p->differ));
	for (size_t i = 0; i < p->o->table->columns && rc == VV_OK && *clean; i++) {
		rc = p->o->columns[i].old < 0 ? VV_OK : look_at(clean, p, i, err);
	}
	return rc;
}

vv_status excel_is_clean_in_place(bool *out, const excel_in_place *o, vv_error *err)
{
	const vv_changed_groups *g = o->changed;
	vv_auto(pass) p = {.o = o};
	vv_status rc;

	*out = false;
	vv_batch_init(&p.old);
	vv_batch_init(&p.now);
	if (!are_groups_in_place(g)) return VV_OK;
	if ((rc = vv_table_reader_open(&p.old_reader, o->base, NULL, 0, false, err)) < 0 ||
	    (rc = vv_table_reader_open(&p.reader, o->table, NULL, 0, false, err)) < 0) {
		return rc;
	}
	*out = true;
	for (size_t i = 0; i < g->new_count && i < o->groups && *out && rc == VV_OK; i++) {
		rc = look_at_group(out, &p, g->new_groups[i].row, err);
	}
	return rc < 0 ? rc : vv_buf_ok(&o->excel->text, err);
}
