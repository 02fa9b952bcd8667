/*
 * misfits: how any bytes become text of JSON, and from which bytes they came.
 */
#include "lib/arrow/misfits.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"

struct vv_arrow_misfit {
	size_t row, at, len; /* in texts */
};

/* The bytes of a character; 1: it is none. */
static size_t character_len(const char *s, size_t len)
{
	const uint8_t c = (uint8_t)*s;
	size_t want = 1;

	if (c >= 0xf0) {
		want = 4;
	} else if (c >= 0xe0) {
		want = 3;
	} else if (c >= 0xc0) {
		want = 2;
	}

	return want <= len && vv_utf8_valid(s, want) ? want : 1;
}

static void put_text(vv_buf *out, const char *s, size_t len)
{
	vv_auto(vv_buf) one = VV_BUF_FOR(out);

	if (vv_utf8_valid(s, len)) {
		vv_json_put_string(out, s, len);
		return;
	}
	vv_buf_putc(out, '"');
	for (size_t i = 0, n; i < len; i += n) {
		n = character_len(s + i, len - i);
		if (n == 1 && (uint8_t)s[i] >= 0x80) {
			vv_buf_printf(out, "\\udc%02x", (unsigned)(uint8_t)s[i]);
			continue;
		}
		vv_buf_reset(&one);
		vv_json_put_string(&one, s + i, n);
		if (!one.failed) {
			vv_buf_put(out, one.data + 1, one.len - 2);
		}
	}
	vv_buf_putc(out, '"');
}

void vv_arrow_misfits_keep(vv_arrow_misfits *m, const char *column, const char *text, size_t len,
			   size_t row)
{
	const size_t at = m->texts.len;

	vv_json_put_string(&m->texts, column, strlen(column));
	vv_buf_putc(&m->texts, ':');
	put_text(&m->texts, text, len);
	m->failed = m->failed || m->texts.failed ||
		    !vv_array_add(m->kept, m->kept_count, m->kept_cap,
				  (struct vv_arrow_misfit){row, at, m->texts.len - at});
	m->sorted = false;
}

/* By rows, then as they came, which is in the order of the columns. */
static int compare_misfits(const void *a, const void *b)
{
	const struct vv_arrow_misfit *x = a, *y = b;

	if (x->row != y->row) return x->row < y->row ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

bool vv_arrow_misfits_row(vv_arrow_misfits *m, vv_buf *out, size_t row)
{
	const size_t first = m->next;

	vv_buf_reset(out);
	if (!m->sorted && m->kept_count > 0) {
		qsort(m->kept, m->kept_count, sizeof(*m->kept), compare_misfits);
		m->sorted = true;
	}
	while (m->next < m->kept_count && m->kept[m->next].row == row) {
		const struct vv_arrow_misfit *k = &m->kept[m->next];

		vv_buf_putc(out, m->next++ == first ? '{' : ',');
		vv_buf_put(out, m->texts.data + k->at, k->len);
	}
	if (m->next > first) {
		vv_buf_putc(out, '}');
	}
	return m->next > first;
}

vv_status vv_arrow_misfits_forget(vv_arrow_misfits *m, vv_error *err)
{
	const bool failed = m->failed;

	vv_buf_reset(&m->texts);
	m->kept_count = m->next = 0;
	m->failed = false;
	return failed ? vv_fail_nomem(err) : VV_OK;
}

void vv_arrow_misfits_clear(vv_arrow_misfits *m)
{
	vv_buf_clear(&m->texts);
	vv_free(m->kept);
	m->kept = NULL;
}
