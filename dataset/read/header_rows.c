/*
 * header_rows: how the lines of a header are joined.
 */
#include "dataset/read/header_rows.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/read/scan.h"

void vv_header_rows_clear(vv_header_rows *h)
{
	vv_arena_clear(&h->arena);
	vv_free_all(h->names, h->above);
	memset(h, 0, sizeof(*h));
}

static vv_status grow_names(vv_header_rows *h, size_t count, vv_error *err)
{
	vv_cell *names, *above;

	if (count > h->room) {
		if (!(names = vv_realloc_array(h->names, count, sizeof(*names)))) {
			return vv_fail_nomem(err);
		}
		h->names = names;
		if (!(above = vv_realloc_array(h->above, count, sizeof(*above)))) {
			return vv_fail_nomem(err);
		}
		h->above = above;
		h->room = count;
	}
	for (; h->count < count; h->count++) {
		h->names[h->count] = h->above[h->count] = (vv_cell){.text = "",
								    .state = VV_CELL_TEXT};
	}
	return VV_OK;
}

vv_status vv_header_rows_add(vv_header_rows *h, const char *join, const vv_cell *cells,
			     size_t count, vv_error *err)
{
	const size_t between = strlen(join);
	vv_status rc = grow_names(h, count, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		vv_cell *name = &h->names[i], *above = &h->above[i];
		const size_t before = name->len > 0 ? name->len + between : 0;
		char *text;

		if (cells[i].len == 0 || vv_cell_equal(&cells[i], above)) {
			continue;
		}
		if (!(text = vv_arena_alloc(&h->arena, before + cells[i].len + 1))) {
			return vv_fail_nomem(err);
		}
		if (before > 0) {
			memcpy(text, name->text, name->len);
			memcpy(text + name->len, join, between);
		}
		memcpy(text + before, cells[i].text, cells[i].len);
		text[before + cells[i].len] = '\0';
		*name = (vv_cell){.text = text,
				  .len = (uint32_t)(before + cells[i].len),
				  .state = VV_CELL_TEXT};
		*above = (vv_cell){
			.text = text + before, .len = cells[i].len, .state = VV_CELL_TEXT};
	}
	return VV_OK;
}

vv_status vv_header_rows_read(vv_header_rows *h, const vv_dialect *d, vv_error *err)
{
	vv_auto(vv_scan) *scan = NULL;
	vv_row row;
	size_t len;
	const char *line = vv_dialect_header(d, &len);
	/* a byte delimits at most two cells */
	const size_t most = len < VV_COLUMNS_MAX ? len + 1 : VV_COLUMNS_MAX;
	vv_auto_free vv_cell *cells = vv_calloc(most, sizeof(*cells));
	vv_status rc = cells ? vv_scan_new(&scan, d, most, NULL, NULL, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	h->first = d->lead;
	h->end = d->prologue.len;
	vv_scan_window(scan, line, len, true, 0);
	for (unsigned i = 0;
	     i <= d->header_more && vv_scan_row(scan, cells, most, &row, VV_IGNORED) == 1; i++) {
		h->last = d->lead + row.text_start;
		h->first = i == 0 ? h->last : h->first;
		h->end = d->lead + row.text_end +
			 (row.newline == VV_NO_NEWLINE ? 0
			  : row.newline == VV_CRLF     ? 2
						       : 1);
		if ((rc = vv_header_rows_add(h, d->header_join, cells, row.cells, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_header_rows_split(vv_header_parts *out, const vv_dialect *d, vv_error *err)
{
	vv_auto(vv_header_rows) h = VV_HEADER_ROWS_INIT;
	vv_status rc = d->header ? vv_header_rows_read(&h, d, err) : VV_OK;
	char *s = d->prologue.data;

	*out = (vv_header_parts){.above = {NULL, 0}};
	if (rc < 0 || !d->header || d->prologue.len == d->lead) return rc;
	*out = (vv_header_parts){.above = {s + d->lead, h.first - d->lead},
				 .header = {s + h.first, h.end - h.first},
				 .below = {s + h.end, d->prologue.len - h.end}};
	return VV_OK;
}
