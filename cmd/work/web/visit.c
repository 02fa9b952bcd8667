/*
 * visit: knows when work is over, and what of a cell is kept.
 */
#include "cmd/work/web/visit.h"

#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "dataset/schema/type.h"

struct vv_web_last {
	void (*fn)(void *payload);
	void *payload;
	struct vv_web_last *next;
};

vv_status vv_web_visit_begin(vv_web_visit *v, const char *repository, vv_error *err)
{
	vv_status rc;

	vv_arena_init(&v->arena);
	if ((rc = vv_repository_open(&v->repo, repository, err)) < 0) {
		return rc;
	}
	return vv_dataset_reader_open(&v->reader, v->repo, NULL, err);
}

void vv_web_visit_end(vv_web_visit *v)
{
	for (; v->last; v->last = v->last->next) {
		v->last->fn(v->last->payload);
	}
	vv_dataset_reader_close(v->reader);
	vv_repository_close(v->repo);
	vv_arena_clear(&v->arena);
	memset(v, 0, sizeof(*v));
}

vv_status vv_web_visit_last(vv_web_visit *v, void (*fn)(void *payload), void *payload,
			    vv_error *err)
{
	struct vv_web_last *last = vv_arena_alloc(&v->arena, sizeof(*last));

	if (!last) {
		return vv_fail_nomem(err);
	}
	*last = (struct vv_web_last){fn, payload, v->last};
	v->last = last;
	return VV_OK;
}

vv_status vv_web_over(const vv_web_visit *v, bool *over, vv_error *err)
{
	*over = v->until_ms != 0 && vv_monotonic_ms() >= v->until_ms;
	if (v->gone && v->gone(v->payload)) {
		return vv_fail(err, VV_EIO, "the browser has gone away");
	}
	return VV_OK;
}

const char *vv_web_keep(vv_web_visit *v, const char *text, size_t len)
{
	return vv_arena_strndup(&v->arena, text ? text : "", len);
}

const char *vv_web_keep_text(vv_web_visit *v, const char *text)
{
	return text ? vv_web_keep(v, text, strlen(text)) : NULL;
}

/* No character is cut in two. */
static size_t whole_characters(const char *s, size_t len, size_t whole)
{
	size_t n = len, back = 0;

	while (n > 0 && n < whole && back < 4 && ((unsigned char)s[n] & 0xc0) == 0x80) {
		n--;
		back++;
	}
	return back < 4 ? n : len;
}

static vv_web_cell_kind kind_of(const vv_field *field, const vv_cell *c)
{
	switch (c->state) {
	case VV_CELL_ABSENT:
		return VV_WEB_ABSENT;
	case VV_CELL_NULL:
		return VV_WEB_NULL;
	default:
		return c->len == 0                           ? VV_WEB_EMPTY
		       : field && vv_field_missing(field, c) ? VV_WEB_MISSING
							     : VV_WEB_VALUE;
	}
}

vv_status vv_web_cell_keep(vv_web_visit *v, vv_web_cell *out, const vv_field *field,
			   const vv_cell *cell, uint32_t max, vv_error *err)
{
	bool text = cell->state == VV_CELL_TEXT || cell->state == VV_CELL_LITERAL;
	size_t len = text ? cell->len : 0;

	*out = (vv_web_cell){.kind = kind_of(field, cell),
			     .literal = cell->state == VV_CELL_LITERAL,
			     .text = "",
			     .whole = (uint32_t)len};
	if (len > max) {
		len = whole_characters(cell->text, max, cell->len);
	}
	out->len = (uint32_t)len;
	v->held += len + sizeof(*out);
	if (len > 0 && !(out->text = vv_web_keep(v, cell->text, len))) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}
