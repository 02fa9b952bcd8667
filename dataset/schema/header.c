/*
 * header: finds names whose header bytes differ from the name, and those bytes.
 */
#include "dataset/schema/header.h"

#include <string.h>

#include "base/show.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/header_rows.h"

/* May the name have "\xDF" for bytes which no name can have? */
static bool is_incomplete(const vv_field *f)
{
	return strstr(f->name, "\\x") != NULL;
}

static bool is_name(const vv_cell *c)
{
	return !memchr(c->text, '\0', c->len) && vv_utf8_valid(c->text, c->len);
}

/* In cells, the header's own bytes where the names lack some. */
static vv_status read_header(vv_cell *cells, vv_arena *arena, const vv_dialect *d,
			     const vv_schema *schema, vv_error *err)
{
	vv_auto(vv_header_rows) h = VV_HEADER_ROWS_INIT;
	vv_status rc = vv_header_rows_read(&h, d, err);

	for (size_t i = 0; i < h.count && i < schema->count && rc == VV_OK; i++) {
		if (!is_incomplete(&schema->fields[i]) || is_name(&h.names[i])) {
			continue;
		}
		cells[i].text = vv_arena_strndup(arena, h.names[i].text, h.names[i].len);
		cells[i].len = h.names[i].len;
		rc = cells[i].text ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

vv_status vv_header_labels(const vv_cell **out, vv_arena *arena, const vv_dialect *d,
			   const vv_schema *schema, vv_error *err)
{
	vv_cell *cells = vv_arena_calloc(arena, schema->count + 1, sizeof(*cells));
	bool incomplete = false;

	*out = cells;
	if (!cells) return vv_fail_nomem(err);
	for (size_t i = 0; i < schema->count; i++) {
		const vv_field *f = &schema->fields[i];

		cells[i] = (vv_cell){
			.text = f->name, .len = (uint32_t)f->name_len, .state = VV_CELL_TEXT};
		incomplete |= is_incomplete(f);
	}
	return incomplete && !vv_form_is_typed(d->form) && d->header
		       ? read_header(cells, arena, d, schema, err)
		       : VV_OK;
}
