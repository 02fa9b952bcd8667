/*
 * import_again: makes every part again from its stored form and compares it with the input before it is
 * stored: each new row group while its block is in memory, and the bytes around the rows. import_sorted.c
 * does this for key order; an encoding is undone while the file is read (dataset/read/file_text.h).
 *
 * Groups are made by the code that restores them (table.h), so that anything that code would refuse or
 * change is found here.
 */
#include "dataset/table/import_state.h"

#include <string.h>

#include "base/hint_text.h"
#include "base/sys.h"
#include "dataset/format/chunk.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/table/import_options.h"
#include "dataset/table/table.h"

typedef struct at_hand {
	const vv_sink *sink;
	const vv_cid *cid;
	const vv_buf *block;
} at_hand;

/* The group's block is not read from the store again. */
static vv_status get_at_hand(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const at_hand *h = payload;

	if (!vv_cid_equal(cid, h->cid)) return h->sink->get(h->sink->payload, cid, out, err);
	vv_buf_set(out, h->block->data, h->block->len);
	return vv_buf_ok(out, err);
}

/* JSON: the names of a job's columns, as a schema has them. */
static vv_status set_names(vv_table *t, const group_job *j, vv_error *err)
{
	t->columns = j->columns;
	if (!vv_form_is_typed(j->im->dialect.form)) return VV_OK;
	if (!(t->schema.fields = vv_calloc(j->columns + 1, sizeof(*t->schema.fields)))) {
		return vv_fail_nomem(err);
	}
	t->schema.count = j->columns;
	for (size_t i = 0; i < j->columns; i++) {
		t->schema.fields[i].name = j->im->names[i];
		t->schema.fields[i].name_len = j->im->name_lens[i];
	}
	return VV_OK;
}

/* Where in raw the first row that differs begins, where the first `same` bytes are as expected. */
static size_t first_other_row(const group_job *j, size_t same)
{
	size_t row = 0;

	while (row + 1 < j->row_count && j->rows[row].end <= same) {
		row++;
	}
	return j->rows[row].text_start;
}

/* Makes the group's lines. VV_ECORRUPT: they cannot be made, or are not those that came in; j->lost_at is the first such. */
static vv_status make_lines(import_worker *w, group_job *j, vv_error *err)
{
	at_hand h = {j->im->sink, &j->cid, &w->block};
	vv_table t = {.source = {.get = get_at_hand, .payload = &h},
		      .root = {.kind = VV_KIND_TABLE, .dialect = j->im->dialect}}; /* borrows */
	vv_expected e = {.bytes = j->raw, .len = j->raw_len};
	vv_status rc = set_names(&t, j, err);

	t.root.dialect.final_newline = j->rows[j->row_count - 1].newline != VV_NO_NEWLINE;
	vv_buf_reset(&w->lines);
	w->batch.expected = &e;
	w->batch.long_cells = w->outs;
	w->batch.long_end = w->outs + w->out_count;
	if (rc == VV_OK &&
	    (rc = table_load_layout(&t, &w->batch, j->layout_item.data, j->layout_item.len, err)) ==
		    VV_OK &&
	    (rc = table_group_bytes(&w->lines, &t, &w->writer, &w->batch, j->data_item.data,
				    j->data_item.len, j->last, err)) == VV_OK &&
	    !vv_expected_met(&e)) {
		rc = VV_ECORRUPT;
	}
	w->batch.expected = NULL;
	j->lost.at = first_other_row(j, e.taken);
	if (rc == VV_OK && j->irregular.count > 0) {
		size_t row = 0;

		vv_buf_set(&w->lines, j->raw, j->raw_len);
		rc = table_check_lines(&t, &w->batch, &w->lines, 0, j->last, &row, err);
		j->lost.at = j->rows[row].text_start;
	}
	vv_free(t.schema.fields);
	return rc;
}

bool import_makes_again(const import *im)
{
	return im->sink->put && !im->sink->passing && !im->in_file;
}

vv_status import_group_again(import_worker *w, group_job *j, vv_error *err)
{
	vv_error why = {0};

	j->lost.count = 0;

	if (!import_makes_again(j->im)) return VV_OK;
	vv_status rc = make_lines(w, j, &why);
	if (rc == VV_ECORRUPT) {
		import_found_set(&j->lost, j, (size_t)j->lost.at);

		return VV_OK;
	}
	return rc < 0 ? vv_error_copy(err, &why) : rc;
}

/* Refuses: the stored form would not reproduce the file. */
static vv_status refuse_file(import *im, const char *what, uint64_t line, vv_error *err)
{
	vv_auto(vv_buf) at = VV_BUF_INIT;

	im->out->only_bytes = true;
	if (line > 0) {
		vv_buf_printf(&at, "line %llu", (unsigned long long)line);
	}
	vv_fail(err, VV_EREFUSED, "%s: %s cannot be restored byte for byte; this is a bug of varve",
		im->source->name, line > 0 ? vv_buf_cstr(&at) : what);
	return vv_hint_code(err, VV_HINT_AS_FILE, im->source->name);
}

vv_status import_refuse_lost(import *im, const group_job *j, vv_error *err)
{
	return refuse_file(im, "a row", import_found_line(im, &j->lost, j->offset), err);
}

vv_status import_head_again(import *im, size_t head, vv_error *err)
{
	vv_auto(vv_buf) made = VV_BUF_INIT;
	const vv_table t = {.root = {.kind = VV_KIND_TABLE, .dialect = im->dialect}}; /* borrows */
	vv_status rc = VV_OK;

	if (!im->window || (rc = table_head(&made, &t, err)) < 0) return rc;
	return made.len == head &&
			       memcmp(vv_buf_cstr(&made), vv_window_bytes(im->window), head) == 0
		       ? VV_OK
		       : refuse_file(im, "the header", 0, err);
}

vv_status import_whole_again(import *im, vv_error *err)
{
	const vv_dialect *d = &im->dialect;
	uint64_t bytes = (d->bom ? 3u : 0u) + d->prologue.len + im->raw_bytes + d->epilogue.len;

	return bytes == im->out->root.bytes ? VV_OK : refuse_file(im, "the file", 0, err);
}

vv_status import_chunk_again(const import *im, const vv_buf *block, const char *bytes, size_t len,
			     vv_error *err)
{
	const uint8_t *made;
	size_t made_len;

	if (!im->sink->put || im->sink->passing ||
	    (vv_chunk_decode(&made, &made_len, block->data, block->len, VV_IGNORED) == VV_OK &&
	     made_len == len && memcmp(made, bytes, len) == 0)) {
		return VV_OK;
	}
	return vv_fail(
		err, VV_EREFUSED,
		"%s: the bytes from %llu on cannot be restored unchanged; this is a bug of varve",
		im->source->name, (unsigned long long)vv_window_origin(im->window));
}
