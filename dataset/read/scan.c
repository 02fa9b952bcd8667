/*
 * scan: fills the window, and calls the form's scanner.
 */
#include "dataset/read/scan.h"

#include <assert.h>

#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_internal.h"

#define CUT(CONSTANT, name, words, typed, document, delimited, functions)                          \
	[VV_FORM_##CONSTANT] = vv_scan_##functions##_row,
static vv_form_cut *const cuts[] = {VV_FORM_KINDS(CUT)};

vv_status vv_scan_new(vv_scan **out, const vv_dialect *d, size_t columns, const char *const *names,
		      const size_t *name_lens, vv_error *err)
{
	vv_auto(vv_scan) *s = NULL;

	*out = NULL;
	if (columns > VV_COLUMNS_MAX) {
		return vv_fail(err, VV_EINPUT, "the table has %zu columns, and the limit is %u",
			       columns, VV_COLUMNS_MAX);
	}
	s = vv_calloc(1, sizeof *s);
	if (!s) return vv_fail_nomem(err);
	const vv_form_work *own = vv_form_kind_of(d->form)->work;
	*s = (vv_scan){.form = d->form, .columns = columns, .cut = own ? own->cut : cuts[d->form]};
	vv_status rc = VV_OK;
	if (own) {
		rc = own->init(s, d, err);
	} else if (vv_form_is_delimited(d->form)) {
		rc = vv_scan_csv_init(s, d, err);
	}
	if (rc == VV_OK && (vv_form_is_typed(d->form) || names)) {
		rc = vv_scan_json_init(s, d, columns, names, name_lens, err);
	}
	if (rc < 0) return rc;
	vv_scan_window(s, "", 0, false, 0);
	return vv_hand_over(out, &s);
}

void vv_scan_free(vv_scan *s)
{
	if (!s) return;
	vv_scan_json_clear(s);
	vv_arena_clear(&s->arena);
	vv_free_all(s->own, s);
}

void vv_scan_window(vv_scan *s, const char *bytes, size_t len, bool at_end, uint64_t origin)
{
	assert((bytes || len == 0) && len <= UINT32_MAX);
	s->bytes = bytes ? bytes : "";
	s->end = s->bytes + len;
	s->at_end = at_end;
	s->origin = origin;
	s->offset = 0;
	s->fault = 0;
	s->marks_ready = false;
	if (vv_form_is_typed(s->form)) {
		vv_scan_json_window(s);
	}
}

int vv_scan_row(vv_scan *s, vv_cell *cells, size_t stride, vv_row *row, vv_error *err)
{
	return s->cut(s, cells, stride, NULL, row, err);
}

int vv_scan_places(vv_scan *s, vv_scan_place *places, vv_cell *cells, vv_row *row, vv_error *err)
{
	const vv_scan_where where = {.places = places};

	assert(!vv_form_is_typed(s->form) && places);
	return s->cut(s, cells, s->columns, &where, row, err);
}

int vv_scan_ragged(vv_scan *s, vv_scan_place *places, vv_cell *cells, vv_row *row,
		   vv_scan_faults *faults)
{
	const vv_scan_where where = {.places = places, .faults = faults};

	assert(vv_form_is_delimited(s->form) && places && faults);
	*faults = (vv_scan_faults){.stray = SIZE_MAX, .unclosed = SIZE_MAX};
	return vv_scan_csv_row(s, cells, s->columns + 1, &where, row, VV_IGNORED);
}

size_t vv_scan_offset(const vv_scan *s)
{
	return s->offset;
}

bool vv_scan_body_end(const vv_scan *s, size_t *offset)
{
	if (!vv_form_is_document(s->form) || !vv_scan_json_ended(s)) return false;
	*offset = s->offset;
	return true;
}

size_t vv_scan_fault(const vv_scan *s)
{
	return s->fault;
}

size_t vv_scan_columns(const vv_scan *s)
{
	return s->columns;
}

const char *vv_scan_column_name(const vv_scan *s, size_t i, size_t *len)
{
	*len = 0;
	return i < s->columns && s->json ? vv_scan_json_name(s, i, len) : NULL;
}

void vv_scan_detach_arena(vv_scan *s, vv_arena *out)
{
	*out = s->arena;
	s->arena = (vv_arena){0};
	s->spare = NULL;
	s->spare_len = 0;
}
