/*
 * progress: calls that do nothing without a receiver.
 */
#include "base/progress.h"

#include <stdarg.h>
#include <stddef.h>

#include "base/buf.h"

static vv_status go_on(bool yes, vv_error *err)
{
	return yes ? VV_OK : vv_fail(err, VV_ECANCELLED, "cancelled");
}

vv_status vv_progress_update(const vv_progress *p, const char *what, uint64_t done, uint64_t total,
			     vv_error *err)
{
	return go_on(!p || !p->update || p->update(p->payload, what, done, total), err);
}

vv_status vv_progress_part(const vv_progress *p, const char *what, uint64_t done, uint64_t total,
			   vv_error *err)
{
	return go_on(!p || !p->part || p->part(p->payload, what, done, total), err);
}

static void put_line(const vv_notes *n, vv_note_kind kind, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
static void put_line(const vv_notes *n, vv_note_kind kind, const char *fmt, va_list ap)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (n && n->note) {
		vv_buf_vprintf(&b, fmt, ap);
		n->note(n->payload, kind, vv_buf_cstr(&b));
	}
}

void vv_notes_put(const vv_notes *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(n, VV_NOTE_PLAIN, fmt, ap);
	va_end(ap);
}

void vv_notes_warn(const vv_notes *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(n, VV_NOTE_WARNING, fmt, ap);
	va_end(ap);
}

void vv_notes_hint_put(const vv_notes *n, vv_hint_id id, const char *a, const char *b,
		       const char *c, ...)
{
	vv_error why;

	vv_error_clear(&why);
	(void)vv_hint_set(&why, id, a, b, c);
	vv_notes_word(n, &why);
	if (why.hint[0]) {
		vv_notes_put(n, "hint: %s", why.hint);
	}
}

void vv_notes_word(const vv_notes *n, vv_error *err)
{
	vv_hint_word(err, n ? n->words : NULL);
}

const vv_progress *vv_notes_begin(const vv_notes *n)
{
	return n && n->begin ? n->begin(n->payload) : NULL;
}

void vv_notes_end(const vv_notes *n)
{
	if (n && n->end) {
		n->end(n->payload);
	}
}
