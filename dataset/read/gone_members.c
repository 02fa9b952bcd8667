/*
 * gone_members: how a name is searched for in pieces of a file, and how a pipe begins again.
 */
#include "dataset/read/gone_members.h"

#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"

#define PIECE (256u << 10)
#define KEPT_IN_MEMORY (8u << 20)
/* Most white space between a name and its colon that is carried over to the next piece. */
#define SPACE_MAX 64u

typedef struct search {
	gone_members *g;
	const member_name *names;
	size_t count;
	size_t missing; /* not met yet */
	size_t longest; /* name, with each byte escaped */
	bool any;       /* there is a colon at all */
	vv_buf text;    /* the end of the piece before, and this one */
} search;

/* One unit of UTF-16 of "\uXXXX" at p. */
static bool read_unit(const char *p, const char *end, uint32_t *unit)
{
	uint8_t bytes[2];

	if (end - p < 6 || memcmp(p, "\\u", 2) != 0 || !vv_hex_read(bytes, 2, p + 2)) return false;
	*unit = (uint32_t)bytes[0] << 8 | bytes[1];
	return true;
}

/* The length of the escape at p, and its character; 0: it is none, or is cut. */
static size_t read_escape(const char *p, const char *end, uint32_t *cp)
{
	static const char named[] = "\"\\/bfnrt", are[] = "\"\\/\b\f\n\r\t";
	const char *at = end - p > 1 && p[1] ? strchr(named, p[1]) : NULL;
	uint32_t low;

	if (at) {
		*cp = (uint8_t)are[at - named];
		return 2;
	}
	if (!read_unit(p, end, cp)) return 0;
	if (*cp < 0xd800 || *cp > 0xdbff) return 6;
	if (!read_unit(p + 6, end, &low)) return 0;
	*cp = 0x10000 + ((*cp - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
	return 12;
}

/* The position after the name if it is at p, with any escapes; NULL: another name. */
static const char *pass_name(const char *p, const char *end, const member_name *f)
{
	uint32_t wanted, cp;

	for (size_t at = 0, n; at < f->len; at += n) {
		if ((n = vv_utf8_decode(&wanted, f->text + at, f->len - at)) == 0) return NULL;
		if (p < end && *p == '\\') {
			const size_t len = read_escape(p, end, &cp);

			if (len == 0 || cp != wanted) return NULL;
			p += len;
		} else {
			if ((size_t)(end - p) < n || memcmp(p, f->text + at, n) != 0) return NULL;
			p += n;
		}
	}
	return p;
}

static bool has_member(const char *text, size_t len, const member_name *f)
{
	const char *p = text, *end = text + len;
	while ((p = memchr(p, '"', (size_t)(end - p)))) {
		const char *q = pass_name(++p, end, f);
		if (!q || q == end || *q++ != '"') {
			continue;
		}
		while (q < end && vv_is_space(*q)) {
			q++;
		}
		if (q < end && *q == ':') return true;
	}
	return false;
}

static void search_text(search *s)
{
	s->any |= s->text.len > 0 && memchr(s->text.data, ':', s->text.len) != NULL;
	for (size_t i = 0; i < s->count; i++) {
		if (s->g->gone[i] && has_member(vv_buf_cstr(&s->text), s->text.len, &s->names[i])) {
			s->g->gone[i] = false;
			s->missing--;
		}
	}
	/* the end, where a name may have begun */
	size_t keep = s->longest + SPACE_MAX + 2;
	if (s->text.len > keep) {
		vv_buf_drop_front(&s->text, s->text.len - keep);
	}
}

static vv_status read_pieces(search *s, const vv_source *from, vv_error *err)
{
	vv_auto(char) *piece = vv_malloc(PIECE);
	vv_status rc = piece ? VV_OK : vv_fail_nomem(err);
	ssize_t n = 1;
	while (rc == VV_OK && s->missing > 0 &&
	       (n = from->read(from->payload, piece, PIECE, err)) > 0) {
		vv_buf_put(&s->text, piece, (size_t)n);
		rc = vv_buf_ok(&s->text, err);
		if (rc == VV_OK && !from->again) {
			rc = temp_bytes_put(&s->g->kept, piece, (size_t)n, err);
		}
		if (rc == VV_OK) {
			search_text(s);
		}
	}
	return n < 0 ? (vv_status)n : rc;
}

static ssize_t read_anew(void *payload, void *buf, size_t len, vv_error *err)
{
	gone_members *g = payload;
	uint64_t have = temp_bytes_len(&g->kept) - g->at;
	if (have == 0) return g->from.read(g->from.payload, buf, len, err);
	len = have < len ? (size_t)have : len;
	vv_status rc = temp_bytes_get(&g->kept, g->at, buf, len, err);
	g->at += len;
	return rc < 0 ? (ssize_t)rc : (ssize_t)len;
}

vv_status gone_members_find(gone_members *out, vv_source *source, const member_name *names,
			    size_t count, const char *temp_dir, vv_error *err)
{
	search s = {.g = out, .names = names, .count = count, .text = VV_BUF_INIT};
	*out = (gone_members){.from = *source};
	temp_bytes_init(&out->kept, temp_dir, KEPT_IN_MEMORY);
	if (!(out->gone = vv_calloc(count + 1, sizeof(*out->gone)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const member_name *f = &names[i];
		out->gone[i] = vv_utf8_valid(f->text, f->len);
		s.missing += out->gone[i];
		s.longest = f->len * 6 > s.longest ? f->len * 6 : s.longest;
	}
	vv_status rc = read_pieces(&s, &out->from, err);
	vv_buf_clear(&s.text);
	if (rc == VV_OK && source->again) {
		rc = source->again(source->payload, err);
	} else if (rc == VV_OK) {
		source->read = read_anew;
		source->payload = out;
		source->line = NULL;
	}
	/* a file without an object does not show its columns */
	if (s.missing == 0 || !s.any) {
		vv_free(out->gone);
		out->gone = NULL;
	}
	return rc;
}

void gone_members_clear(gone_members *g)
{
	vv_free(g->gone);
	g->gone = NULL;
	temp_bytes_clear(&g->kept);
}
