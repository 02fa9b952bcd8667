/*
 * html: which characters mean something to a browser, and which ones a reader would not see.
 */
#include "cmd/web/pages/html.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/show.h"
#include "base/text.h"

void vv_html_clear(vv_html *h)
{
	vv_buf_clear(&h->markup);
}

bool vv_html_is_empty(const vv_html *h)
{
	return h->markup.len == 0 && !h->markup.failed;
}

vv_status vv_html_take(vv_html *h, vv_buf *out, vv_error *err)
{
	vv_status rc = vv_buf_ok(&h->markup, err);

	if (rc == VV_OK) {
		vv_buf_put(out, vv_buf_cstr(&h->markup), h->markup.len);
		rc = vv_buf_ok(out, err);
	}
	vv_buf_clear(&h->markup);
	return rc;
}

vv_html_text vv_html_words(const char *s)
{
	return (vv_html_text){s, s ? strlen(s) : 0};
}

vv_html_text vv_html_bytes(const char *s, size_t len)
{
	return (vv_html_text){s, len};
}

void vv_html_put_part(vv_html *h, const char *s, size_t len)
{
	vv_buf_put(&h->markup, s, len);
}

/* '`' ends an attribute in old browsers. */
static const char *entity_of(char c)
{
	static const char marks[] = "&<>\"'`";
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#96;"};
	const char *at = c ? strchr(marks, c) : NULL;

	return at ? entities[at - marks] : NULL;
}

static void put_entities(vv_buf *b, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *e = entity_of(s[i]);
		if (e) {
			vv_buf_put(b, s + from, i - from);
			vv_buf_puts(b, e);
			from = i + 1;
		}
	}
	vv_buf_put(b, s + from, len - from);
}

/* Bytes at s that are printable ASCII; at least 0. */
static size_t plain_run(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (unsigned char)s[n] >= 0x20 && (unsigned char)s[n] < 0x7f) {
		n++;
	}
	return n;
}

/* Is it a mark that is invisible or not part of a text, beyond those removed for terminals? Not
 * U+200C and U+200D, which scripts and emoji need. */
static bool is_unseen(const char *s, size_t len)
{
	uint32_t cp;

	if (vv_utf8_decode(&cp, s, len) == 0) {
		return false; /* shown as a byte anyway */
	}
	return cp == 0xfeff || cp == 0xad || cp == 0x2028 || cp == 0x2029 ||
	       (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f);
}

/* The shown form of one character; true: changed. */
static bool is_marked(vv_piece *p, const char *s, size_t len)
{
	uint32_t cp;

	vv_piece_next(p, s, len);
	if (p->len == p->taken && memcmp(p->text, s, p->taken) == 0) {
		if (!is_unseen(s, len)) return false;
		(void)vv_utf8_decode(&cp, s, len);
		(void)snprintf(p->text, sizeof(p->text), "\\u{%X}", (unsigned)cp);
	} else {
		p->text[p->len] = '\0';
	}
	return true;
}

/* Puts characters of s that need no mark into h unchanged, and calls mark for each other one. */
static void put_visible(vv_html *h, vv_html_text t, void (*mark)(vv_html *, const char *, char))
{
	for (size_t i = 0; i < t.len;) {
		size_t n = plain_run(t.s + i, t.len - i);
		vv_piece p;

		put_entities(&h->markup, t.s + i, n);
		i += n;
		if (i == t.len) return;
		if (is_marked(&p, t.s + i, t.len - i)) {
			mark(h, p.text, t.s[i]);
		} else {
			vv_buf_put(&h->markup, t.s + i, p.taken);
		}
		i += p.taken;
	}
}

/* An element, so that it differs from text that only looks like it. */
static void mark_element(vv_html *h, const char *shown, char c)
{
	vv_buf_puts(&h->markup, "<b class=\"e\">");
	put_entities(&h->markup, shown, strlen(shown));
	vv_buf_puts(&h->markup, c == '\n' ? "</b><br>" : "</b>");
}

static void mark_plain(vv_html *h, const char *shown, char c VV_UNUSED)
{
	put_entities(&h->markup, shown, strlen(shown));
}

void vv_html_put_text(vv_html *h, vv_html_text t)
{
	put_visible(h, t, mark_element);
}

void vv_html_put_plain(vv_html *h, vv_html_text t)
{
	put_visible(h, t, mark_plain);
}

void vv_html_put_exact(vv_html *h, vv_html_text t)
{
	for (size_t i = 0; i < t.len;) {
		uint32_t cp;
		size_t n = vv_utf8_decode(&cp, t.s + i, t.len - i);

		if (n == 0 || cp == 0) {
			vv_buf_puts(&h->markup, "\xef\xbf\xbd");
			n = n ? n : 1;
		} else if (cp == '\n' || cp == '\r' || cp == '\t') {
			vv_buf_printf(&h->markup, "&#%u;",
				      (unsigned)cp); /* parsers would change it */
		} else {
			put_entities(&h->markup, t.s + i, n);
		}
		i += n;
	}
}

static bool begins_with(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool is_safe(const char *s)
{
	if (*s == '/') return s[1] != '/' && s[1] != '\\';
	return *s == '#' || *s == '?' || *s == '.' || begins_with(s, "http://") ||
	       begins_with(s, "https://");
}

void vv_html_put_url(vv_html *h, const char *u)
{
	if (!u) return;
	if (!is_safe(u)) {
		vv_buf_putc(&h->markup, '#');
		return;
	}
	for (const char *s = u; *s; s++) {
		const char *e = entity_of(*s);
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f || *s == '\\') {
			vv_buf_printf(&h->markup, "%%%02X", (unsigned)(unsigned char)*s);
		} else if (e) {
			vv_buf_puts(&h->markup, e);
		} else {
			vv_buf_putc(&h->markup, *s);
		}
	}
}

void vv_html_put_json(vv_html *h, const char *json)
{
	for (const char *s = json; s && *s; s++) {
		if (*s == '<') {
			vv_buf_puts(&h->markup, "\\u003c");
		} else {
			vv_buf_putc(&h->markup, *s);
		}
	}
}

void vv_html_put_count(vv_html *h, uint64_t n)
{
	vv_buf_puts(&h->markup, vv_text_count(n));
}

void vv_html_put_number(vv_html *h, int64_t n)
{
	vv_buf_printf(&h->markup, "%lld", (long long)n);
}

void vv_html_put_html(vv_html *h, const vv_html *piece)
{
	if (!piece) return;
	assert(piece != h);
	vv_buf_put(&h->markup, vv_buf_cstr(&piece->markup), piece->markup.len);
	h->markup.failed = h->markup.failed || piece->markup.failed;
}
