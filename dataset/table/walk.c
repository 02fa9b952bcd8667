/*
 * walk: the loops over groups and entries.
 */
#include "dataset/table/walk.h"

vv_group_walk vv_group_walk_open(vv_table *t, const size_t *wanted, size_t wanted_count,
				 vv_error *err)
{
	vv_group_walk w = {.err = err};

	w.rc = vv_table_reader_open(&w.reader, t, wanted, wanted_count, false, err);
	return w;
}

/* Keeps the error of a reader's result; is there something to look at? */
static bool has_more(vv_status *rc, int more)
{
	*rc = more < 0 ? (vv_status)more : *rc;
	return more > 0;
}

bool vv_group_walk_next(vv_group_walk *w)
{
	return w->rc == VV_OK && has_more(&w->rc, vv_table_read(w->reader, &w->batch, w->err));
}

bool vv_group_walk_to(vv_group_walk *w, uint64_t row)
{
	if (w->rc == VV_OK && row != w->batch.first_row + w->batch.rows) {
		w->rc = vv_table_seek_row(w->reader, row, w->err);
	}
	const bool found = vv_group_walk_next(w);
	if (!found && w->rc == VV_OK) {
		w->rc = vv_fail(w->err, VV_ECORRUPT, "row %llu is missing",
				(unsigned long long)row + 1);
	}
	return found;
}

void vv_group_walk_close(vv_group_walk *w)
{
	vv_table_reader_close(w->reader);
	vv_batch_clear(&w->batch);
}

vv_list_walk vv_list_walk_open(const vv_table *t, vv_list_kind kind, vv_error *err)
{
	vv_list_walk w = {.err = err};
	const vv_buf *top;

	if (kind == VV_LIST_LAYOUT) {
		top = &t->root.layout;
	} else if (kind == VV_LIST_FACTS) {
		top = &t->root.facts;
	} else {
		top = &t->root.data;
	}

	w.rc = vv_list_reader_open(&w.reader, kind, &t->source, top->data, top->len, err);
	return w;
}

bool vv_list_walk_next(vv_list_walk *w)
{
	return w->rc == VV_OK && has_more(&w->rc, vv_list_next(w->reader, &w->item, w->err));
}

void vv_list_walk_seek(vv_list_walk *w, uint64_t at)
{
	w->rc = w->rc < 0 ? w->rc : vv_list_seek(w->reader, at, w->err);
}

bool vv_list_walk_beside(vv_list_walk *w, const vv_list_walk *of)
{
	bool found = vv_list_walk_next(w) && w->item.index == of->item.index;

	if (!found && w->rc == VV_OK) {
		w->rc = vv_fail(w->err, VV_ECORRUPT,
				"the lists of data and layout differ in length");
	}
	return found;
}

void vv_list_walk_close(vv_list_walk *w)
{
	vv_list_reader_close(w->reader);
}
