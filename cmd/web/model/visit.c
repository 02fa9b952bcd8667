/*
 * visit: when work is over, and what of a cell is kept.
 */
#include "cmd/web/model/visit.h"

#include <stdarg.h>
#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "dataset/schema/type.h"
#include "lib/documents/reader.h"
#include "repo/git/config.h"

struct vv_web_last {
	void (*fn)(void *payload);
	void *payload;
	struct vv_web_last *next;
};

bool vv_web_runs_readers(const vv_web_visit *v)
{
	vv_auto(char) *said = NULL;
	bool yes = false;

	if (!v->documents || !v->reach) return v->documents;
	said = vv_reader_setting(v->repo, vv_repository_env(v->repo), "varve.readers");
	return said && vv_config_read_bool("varve.readers", said, &yes, VV_IGNORED) == VV_OK && yes;
}

vv_status vv_web_visit_begin(vv_web_visit *v, const char *repository, const vv_env *env,
			     vv_error *err)
{
	vv_status rc;

	v->arena = (vv_arena){0};
	if ((rc = vv_repository_open(&v->repo, repository, env, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&v->reader, v->repo, NULL, err)) < 0) {
		return rc;
	}
	if (!vv_web_runs_readers(v)) {
		vv_dataset_reader_parts(v->reader)->runs_nothing = true;
	}
	return VV_OK;
}

void vv_web_visit_forget(vv_web_visit *v)
{
	for (; v->last; v->last = v->last->next) {
		v->last->fn(v->last->payload);
	}
	vv_arena_clear(&v->arena);
	v->signers = NULL;
	v->held = 0;
}

void vv_web_visit_end(vv_web_visit *v)
{
	vv_web_visit_forget(v);
	vv_dataset_reader_close(v->reader);
	vv_repository_close(v->repo);
	memset(v, 0, sizeof(*v));
}

vv_status vv_web_visit_last(vv_web_visit *v, void (*fn)(void *payload), void *payload,
			    vv_error *err)
{
	struct vv_web_last *last = vv_arena_alloc(&v->arena, sizeof(*last));

	if (!last) return vv_fail_nomem(err);
	*last = (struct vv_web_last){fn, payload, v->last};
	v->last = last;
	return VV_OK;
}

vv_status vv_web_over(vv_web_visit *v, bool *over, vv_error *err)
{
	*over = v->until_ms != 0 && vv_monotonic_ms() >= v->until_ms;
	v->cut = v->cut || *over;
	if (v->gone && v->gone(v->payload)) {
		return vv_fail(err, VV_EIO, "the client closed the connection");
	}
	return VV_OK;
}

const char *vv_web_keep(vv_web_visit *v, const char *text, size_t len)
{
	const char *kept = vv_arena_strndup(&v->arena, text ? text : "", len);

	v->failed = v->failed || !kept;
	return kept ? kept : "";
}

const char *vv_web_keep_text(vv_web_visit *v, const char *text)
{
	return text ? vv_web_keep(v, text, strlen(text)) : NULL;
}

const char *vv_web_keep_buf(vv_web_visit *v, const vv_buf *b)
{
	v->failed = v->failed || b->failed;
	return vv_web_keep(v, vv_buf_cstr(b), b->len);
}

const char *vv_web_text(vv_web_visit *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	const char *text = vv_arena_vprintf(&v->arena, fmt, ap);
	va_end(ap);
	v->failed = v->failed || !text;
	return text ? text : "";
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
	if (c->state == VV_CELL_ABSENT) return VV_WEB_ABSENT;
	if (c->state == VV_CELL_NULL) return VV_WEB_NULL;
	if (c->len == 0) return VV_WEB_EMPTY;
	if (field && vv_field_missing(field, c)) return VV_WEB_MISSING;
	return VV_WEB_VALUE;
}

/* From `skip` on, which is where a character begins. */
static void keep_from(vv_web_visit *v, vv_web_cell *out, const vv_field *field, const vv_cell *cell,
		      size_t skip, uint32_t max)
{
	bool text = cell->state == VV_CELL_TEXT || cell->state == VV_CELL_LITERAL;
	size_t len = text ? cell->len : 0;

	*out = (vv_web_cell){.kind = kind_of(field, cell),
			     .literal = cell->state == VV_CELL_LITERAL,
			     .text = "",
			     .whole = (uint32_t)len,
			     .skipped = (uint32_t)skip};
	len -= skip;
	if (len > max) {
		len = whole_characters(cell->text + skip, max, len);
	}
	v->held += len + sizeof(*out);
	if (len > 0) {
		out->text = vv_web_keep(v, cell->text + skip, len);
		out->len = v->failed ? 0 : (uint32_t)len;
	}
}

bool vv_web_cell_same(const vv_web_cell *a, const vv_web_cell *b)
{
	return a->kind == b->kind && a->literal == b->literal && a->whole == b->whole &&
	       a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

void vv_web_cell_keep(vv_web_visit *v, vv_web_cell *out, const vv_field *field, const vv_cell *cell,
		      uint32_t max)
{
	keep_from(v, out, field, cell, 0, max);
}

static bool is_inside(const vv_cell *c, size_t at)
{
	return at < c->len && ((unsigned char)c->text[at] & 0xc0) == 0x80;
}

/* Bytes that both begin and end with, whole characters. */
static void find_common(const vv_cell *x, const vv_cell *y, size_t *before, size_t *after)
{
	size_t n = 0, k = 0, most = x->len < y->len ? x->len : y->len;

	while (n < most && x->text[n] == y->text[n]) {
		n++;
	}
	while (n > 0 && (is_inside(x, n) || is_inside(y, n))) {
		n--;
	}
	while (k < most - n && x->text[x->len - 1 - k] == y->text[y->len - 1 - k]) {
		k++;
	}
	while (k > 0 && is_inside(x, x->len - k)) {
		k--;
	}
	*before = n;
	*after = k;
}

#define LEAD 100u /* bytes before what differs that are kept, at least */

void vv_web_cells_keep(vv_web_visit *v, vv_web_cell *old_out, vv_web_cell *new_out,
		       const vv_field *old_field, const vv_field *new_field,
		       const vv_cell *old_cell, const vv_cell *new_cell, uint32_t max)
{
	size_t before = 0, after = 0, skip = 0;

	if (kind_of(old_field, old_cell) == VV_WEB_VALUE &&
	    kind_of(new_field, new_cell) == VV_WEB_VALUE) {
		find_common(old_cell, new_cell, &before, &after);
	}
	if ((old_cell->len > max || new_cell->len > max) && before > max / 2 &&
	    before > 2 * (size_t)LEAD) {
		skip = before - LEAD;
		while (skip > 0 && is_inside(old_cell, skip)) {
			skip--;
		}
	}
	keep_from(v, old_out, old_field, old_cell, skip, max);
	keep_from(v, new_out, new_field, new_cell, skip, max);
	old_out->before = new_out->before = (uint32_t)before;
	old_out->after = new_out->after = (uint32_t)after;
}
