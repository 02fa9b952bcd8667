/*
 * saved_encoding: the encodings of the dialogs of Excel and LibreOffice, and their votes.
 */
#include "diff/spreadsheet/saved_encoding.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/read/encoding.h"

#define BEHIND 256u     /* an encoding that has this many fewer votes than the best is dropped */
#define LETTERS 1024u   /* of an encoding that are remembered; a power of two */
#define TEXT_MAX 20000u /* bytes of a text that is compared */

/* In order of preference, for equal numbers of found cells. */
static const char *const names[] = {"windows-1252", "windows-1250", "windows-1251", "ISO-8859-1",
				    "ISO-8859-15",  "ISO-8859-2",   "windows-1254", "windows-1253",
				    "windows-1257", "windows-1255", "windows-1256", "windows-1258",
				    "windows-874",  "KOI8-R",       "IBM850",       "MACINTOSH",
				    "windows-31j",  "GB18030",      "Big5",         "UHC",
				    "EUC-JP"};
#define FIRST_OF_PAIRS 16u /* letters of two bytes, of which many are valid UTF-8 by chance */
#define OF_WINDOWS_31J FIRST_OF_PAIRS
#define NAMES (sizeof(names) / sizeof(names[0]))

/* Signs that JIS and windows-31j read from the same bytes: LibreOffice's Shift_JIS has those of JIS. */
static const struct {
	uint32_t jis, windows;
} twins[] = {{0xA2, 0xFFE0},   {0xA3, 0xFFE1},   {0xAC, 0xFFE2},  {0x2014, 0x2015},
	     {0x2016, 0x2225}, {0x2212, 0xFF0D}, {0x301C, 0xFF5E}};
#define TWINS (sizeof(twins) / sizeof(twins[0]))

/* A letter, and its bytes in an encoding; none: the encoding lacks it. */
typedef struct letter {
	uint32_t cp; /* 0: unused */
	unsigned char len;
	char bytes[7];
} letter;

typedef struct candidate {
	vv_encoding *encoding; /* NULL: given up, or the system lacks it */
	letter *letters;       /* LETTERS */
	uint64_t votes;
	unsigned jis, windows; /* bits: twins that the older version has, in each form */
} candidate;

struct vv_saved_encoding {
	candidate all[NAMES];
	bool opened;
	size_t best;
	uint64_t most; /* votes of the best */
	vv_buf scratch, other;
};

static void give_up(candidate *c)
{
	vv_encoding_close(c->encoding);
	c->encoding = NULL;
	vv_free(c->letters);
	c->letters = NULL;
}

void vv_saved_encoding_free(vv_saved_encoding *s)
{
	if (!s) return;
	vv_array_each(s->all, NAMES, c) {
		give_up(c);
	}
	vv_buf_clear_all(&s->scratch, &s->other);
	vv_free(s);
}

vv_status vv_saved_encoding_new(vv_saved_encoding **out, vv_error *err)
{
	*out = vv_calloc(1, sizeof(**out));
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* Opened with the first text to compare, as most files are UTF-8. */
static vv_status open_candidates(vv_saved_encoding *s, vv_error *err)
{
	char name[VV_ENCODING_MAX];

	s->opened = true;
	for (size_t i = 0; i < NAMES; i++) {
		candidate *c = &s->all[i];

		if (vv_encoding_find(name, names[i], "", 0, NULL) < 0 ||
		    vv_encoding_open(&c->encoding, name, NULL) < 0) {
			continue; /* this system lacks it */
		}
		if (!(c->letters = vv_calloc(LETTERS, sizeof(*c->letters)))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static bool is_ascii(const char *s, size_t len)
{
	return !vv_array_find(s, len, it, (unsigned char)*it >= 0x80);
}

bool vv_saved_encoding_could(const vv_cell *was, const vv_cell *is)
{
	if (was->state != VV_CELL_TEXT || is->state != VV_CELL_TEXT || was->len == 0 ||
	    is->len == 0 || was->len > TEXT_MAX || is_ascii(was->text, was->len) ||
	    !vv_utf8_valid(was->text, was->len)) {
		return false;
	}
	return memchr(is->text, '?', is->len) || !is_ascii(is->text, is->len);
}

/* Encodes the twin of a sign that the encoding lacks. */
static bool put_twin(vv_saved_encoding *s, candidate *c, size_t twin)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t used;

	vv_utf8_put(&text, twins[twin].windows);
	vv_buf_reset(&s->scratch);
	return !text.failed && vv_encoding_encode(c->encoding, &s->scratch, text.data, text.len,
						  true, &used, NULL) == VV_OK;
}

/* The letter text[0 .. len), whose code point is cp, in the encoding. */
static const letter *letter_of(vv_saved_encoding *s, candidate *c, uint32_t cp, const char *text,
			       size_t len)
{
	letter *l = &c->letters[(cp ^ cp >> 10) % LETTERS];
	size_t used;

	if (l->cp == cp) return l;
	*l = (letter){.cp = cp};
	vv_buf_reset(&s->scratch);
	bool has = vv_encoding_encode(c->encoding, &s->scratch, text, len, true, &used, NULL) ==
		   VV_OK;
	const size_t jis = vv_find_place(i, TWINS, twins[i].jis == cp),
		     windows = vv_find_place(i, TWINS, twins[i].windows == cp);

	if (!has && jis < TWINS && c - s->all == OF_WINDOWS_31J && put_twin(s, c, jis)) {
		c->jis |= 1u << jis;
		has = true;
	} else if (has && windows < TWINS) {
		c->windows |= 1u << windows;
	}
	if (has && s->scratch.len <= sizeof(l->bytes)) {
		memcpy(l->bytes, s->scratch.data, s->scratch.len);
		l->len = (unsigned char)s->scratch.len;
	}
	return l;
}

/* A surrogate pair becomes two marks in some programs, but not here: that is another text. */
static void put_text(vv_buf *out, bool *lost, vv_saved_encoding *s, candidate *c, const char *text,
		     size_t len, bool as_utf8)
{
	uint32_t cp;
	size_t n;

	*lost = false;
	for (size_t i = 0; i < len; i += n) {
		n = vv_utf8_decode(&cp, text + i, len - i);
		if (n <= 1) {
			vv_buf_putc(out, text[i]);
			n = 1;
			continue;
		}
		const letter *l = letter_of(s, c, cp, text + i, n);
		if (l->len == 0) {
			vv_buf_putc(out, '?');
			*lost = true;
		} else if (as_utf8) {
			vv_buf_put(out, text + i, n);
		} else {
			vv_buf_put(out, l->bytes, l->len);
		}
	}
}

static bool is_text(vv_saved_encoding *s, candidate *c, const vv_cell *was, const vv_cell *is)
{
	for (int as_utf8 = 0; as_utf8 < 2; as_utf8++) {
		bool lost;

		vv_buf_reset(&s->other);
		put_text(&s->other, &lost, s, c, was->text, was->len, as_utf8);
		/* a text that is equal in UTF-8 does not count */
		if ((lost || !as_utf8) && s->other.len == is->len && is->len > 0 &&
		    memcmp(s->other.data, is->text, is->len) == 0) {
			return true;
		}
	}
	return false;
}

vv_status vv_saved_encoding_learn(vv_saved_encoding *s, const vv_cell *was, const vv_cell *is,
				  vv_error *err)
{
	vv_status rc = VV_OK;

	if (!vv_saved_encoding_could(was, is) ||
	    (!s->opened && (rc = open_candidates(s, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < NAMES; i++) {
		candidate *c = &s->all[i];

		if (!c->encoding) {
			continue;
		}
		c->votes += is_text(s, c, was, is);
		if (c->votes > s->most) {
			s->most = c->votes;
		}
	}
	for (size_t i = NAMES; i > 0; i--) {
		candidate *c = &s->all[i - 1];

		if (c->encoding && c->votes + BEHIND < s->most) {
			give_up(c);
		}
		if (c->encoding && c->votes == s->most) {
			s->best = i - 1;
		}
	}
	return s->scratch.failed || s->other.failed ? vv_fail_nomem(err) : VV_OK;
}

bool vv_saved_encoding_found(const vv_saved_encoding *s)
{
	return s->most > 0;
}

vv_status vv_saved_encoding_put(vv_buf *out, bool *lost, vv_saved_encoding *s, const char *text,
				size_t len, bool as_utf8, vv_error *err)
{
	put_text(out, lost, s, &s->all[s->best], text, len, as_utf8);
	return s->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

/* ISO-8859 has control characters where the encodings of Windows have letters. */
static bool has_controls(const char *s, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		if (s[i] == '\xc2' && (unsigned char)s[i + 1] < 0xA0) return true;
	}
	return false;
}

/* Puts the signs of JIS that the older version has in place of their twins. Returns false if it has both. */
static bool put_jis(vv_buf *text, const candidate *c)
{
	vv_auto(vv_buf) was = VV_BUF_INIT;
	uint32_t cp;
	size_t n;

	if (c->jis == 0) return true;
	vv_buf_put(&was, text->data, text->len);
	vv_buf_reset(text);
	for (size_t i = 0; i < was.len; i += n) {
		n = vv_utf8_decode(&cp, was.data + i, was.len - i);
		const size_t at = vv_find_place(k, TWINS, twins[k].windows == cp);
		if (at < TWINS && (c->jis & c->windows & 1u << at)) return false;
		if (at < TWINS && (c->jis & 1u << at)) {
			vv_utf8_put(text, twins[at].jis);
		} else {
			vv_buf_put(text, was.data + i, n > 0 ? n : 1);
		}
		n = n > 0 ? n : 1;
	}
	return !was.failed && !text->failed;
}

static bool decode_text(vv_buf *out, candidate *c, const char *bytes, size_t len)
{
	size_t used;

	vv_buf_reset(out);
	return c->encoding &&
	       vv_encoding_decode(c->encoding, out, bytes, len, true, &used, NULL) == VV_OK &&
	       out->len > 0 && vv_utf8_valid(out->data, out->len) &&
	       !has_controls(out->data, out->len) && put_jis(out, c);
}

bool vv_saved_encoding_text(vv_buf *out, vv_saved_encoding *s, const char *bytes, size_t len)
{
	if (!vv_saved_encoding_found(s) ||
	    !decode_text(&s->scratch, &s->all[s->best], bytes, len)) {
		return false;
	}
	for (size_t i = s->best + 1; i < NAMES && s->best > 0; i++) {
		if (s->all[i].votes == s->most && decode_text(&s->other, &s->all[i], bytes, len) &&
		    (s->other.len != s->scratch.len ||
		     memcmp(s->other.data, s->scratch.data, s->scratch.len) != 0)) {
			return false;
		}
	}
	vv_buf_put(out, s->scratch.data, s->scratch.len);
	return true;
}

bool vv_saved_encoding_is_of(const vv_saved_encoding *s, const char *bytes, size_t len)
{
	if (len == 0 || is_ascii(bytes, len)) return false;
	return !vv_utf8_valid(bytes, len) ||
	       (vv_saved_encoding_found(s) && s->best >= FIRST_OF_PAIRS);
}
