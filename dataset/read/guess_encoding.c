/*
 * guess_encoding: which marks are certain, and when the guess of uchardet is believed.
 *
 * uchardet is loaded when a text that is not UTF-8 is met, and nothing is guessed where it is not installed.
 */
#include "dataset/read/guess_encoding.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/auto.h"
#include "base/show.h"
#include "base/text.h"
#include "dataset/read/encoding.h"
#include "dataset/read/likely_encoding.h"

/* ---- certain encodings ---- */

/* Text with ASCII letters, digits or delimiters has its NULs nearly all on one side. */
const char *vv_guess_utf16_order(const char *s, size_t len)
{
	size_t n = len < 512 ? len : 512, even = 0, odd = 0;

	for (size_t i = 0; i < n; i++) {
		even += s[i] == '\0' && i % 2 == 0;
		odd += s[i] == '\0' && i % 2 == 1;
	}
	if (n < 4 || even + odd < n / 4 || (even < 4 * odd && odd < 4 * even)) return NULL;
	return even > odd ? "UTF-16BE" : "UTF-16LE";
}

/* Its mark, or its NULs; NULL: not UTF-16. The four bytes of UTF-32's mark do not count. */
static const char *utf16_name(const char *s, size_t len)
{
	if (len >= 4 && memcmp(s, "\xff\xfe\0\0", 4) == 0) return NULL;
	if (len >= 2 && memcmp(s, "\xff\xfe", 2) == 0) return "UTF-16LE";
	if (len >= 2 && memcmp(s, "\xfe\xff", 2) == 0) return "UTF-16BE";
	return vv_guess_utf16_order(s, len);
}

static bool is_packed(const char *s, size_t len)
{
	static const char xz[] = {(char)0xfd, '7', 'z', 'X', 'Z', 0};

	return (len >= 2 && memcmp(s, "\x1f\x8b", 2) == 0) ||
	       (len >= 4 && memcmp(s, "\x28\xb5\x2f\xfd", 4) == 0) ||
	       (len >= 6 && memcmp(s, xz, 6) == 0) || (len >= 4 && memcmp(s, "PK\3\4", 4) == 0);
}

typedef struct counts {
	size_t good, bad; /* characters of several bytes in UTF-8; bytes above 127 that are none */
} counts;

static counts count_characters(const char *s, size_t len, bool at_end)
{
	counts c = {0, 0};
	uint32_t point;

	for (size_t i = 0; (i = vv_ascii_skip(s, len, i)) < len;) {
		size_t n = vv_utf8_decode(&point, s + i, len - i);

		if (n == 0 && !at_end && len - i < 4) {
			break; /* perhaps cut */
		}
		c.good += n > 1;
		c.bad += n == 0;
		i += n > 0 ? n : 1;
	}
	return c;
}

/* ---- guesses ---- */

typedef struct library {
	void *(*make)(void);
	int (*handle)(void *, const char *, size_t);
	void (*end)(void *);
	const char *(*charset)(void *);
	void (*destroy)(void *);
} library;

static bool load_uchardet(library *l)
{
	void *from = vv_os_library("uchardet", "0");

	return vv_os_library_find(from, &l->make, "uchardet_new") &&
	       vv_os_library_find(from, &l->handle, "uchardet_handle_data") &&
	       vv_os_library_find(from, &l->end, "uchardet_data_end") &&
	       vv_os_library_find(from, &l->charset, "uchardet_get_charset") &&
	       vv_os_library_find(from, &l->destroy, "uchardet_delete");
}

/* uchardet's names, and the most likely encoding for each: those of spreadsheets, which have more
 * characters than ISO's. Its other guesses are often wrong for tables, which have few words. */
static const struct {
	const char *found, *is;
} believed[] = {
	{"ISO-8859-1", "windows-1252"},
	{"WINDOWS-1252", "windows-1252"},
	{"ISO-8859-15", "ISO-8859-15"},
	{"ISO-8859-2", "ISO-8859-2"},
	{"WINDOWS-1250", "windows-1250"},
	{"WINDOWS-1251", "windows-1251"},
	{"KOI8-R", "KOI8-R"},
	{"IBM866", "IBM866"},
	{"SHIFT_JIS", "windows-31j"},
	{"EUC-JP", "EUC-JP"},
	{"GB18030", "GB18030"},
	{"BIG5", "Big5"},
	{"UHC", "UHC"},
	{"EUC-KR", "UHC"},
	{"ISO-8859-9", "windows-1254"},
	{"WINDOWS-1254", "windows-1254"},
};

static const char *ask_uchardet(const char *s, size_t len)
{
	const char *is = NULL;
	library l;
	void *detector;

	if (!load_uchardet(&l) || !(detector = l.make())) return NULL;
	if (l.handle(detector, s, len) == 0) {
		l.end(detector);
		const char *found = l.charset(detector);

		for (size_t i = 0; i < sizeof(believed) / sizeof(believed[0]); i++) {
			is = strcmp(believed[i].found, found) == 0 ? believed[i].is : is;
		}
	}
	l.destroy(detector);
	return is;
}

/* Only letters and marks that Western text has much of, in windows-1252, none of them at the beginning
 * of what another encoding would have as one character? */
static bool is_western(const char *s, size_t len)
{
	static const char usual[] =
		"\x80\x82\x84\x85\x8a\x8c\x8e\x91\x92\x93\x94\x95\x96\x97\x99\x9a\x9c\x9e\x9f"
		"\xa0\xa1\xa3\xa7\xa9\xaa\xab\xae\xb0\xb1\xb2\xb3\xb4\xb5\xb7\xb9\xba\xbb"
		"\xbc\xbd\xbe\xbf";
	size_t run = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		run = c < 0x80 ? 0 : run + 1;
		if (c >= 0x80 &&
		    ((c < 0xc0 && !memchr(usual, c, sizeof(usual) - 1)) || c >= 0xfe || run > 2)) {
			return false;
		}
	}
	return true;
}

/* ---- Latin letters ---- */

static vv_status decode_sample(vv_buf *out, const char *name, const char *s, size_t len,
			       bool at_end, vv_error *err)
{
	vv_auto(vv_encoding) *e = NULL;
	size_t used;
	vv_status rc = vv_encoding_open(&e, name, err);

	vv_buf_reset(out);
	if (rc < 0) return rc == VV_ENOSUPPORT ? VV_OK : rc;
	return vv_encoding_decode(e, out, s, len, at_end, &used, err);
}

typedef enum kind { OTHER, LOWER, UPPER, QUOTE, MARK, CONTROL } kind;

/* Classifies characters of single-byte encodings of Latin letters. */
static kind kind_of(uint32_t c)
{
	if (c < 0x80) return vv_is_upper((char)c) ? UPPER : vv_is_lower((char)c) ? LOWER : OTHER;
	if (c <= 0xa0) return c < 0xa0 ? CONTROL : OTHER;
	if ((c >= 0x2010 && c <= 0x201f) || c == 0x2026) return QUOTE;
	if (c < 0x100 && memchr("\xa1\xab\xad\xb4\xb7\xbb\xbf", (int)c, 7)) return QUOTE;
	if (c == 0xaa || c == 0xb5 || c == 0xba || c == 0xdf) return LOWER;
	if (c < 0xc0 || c == 0xd7 || c == 0xf7 || c >= 0x250) return MARK;
	if (c < 0x100) return c < 0xdf ? UPPER : LOWER;
	if (c == 0x178) return UPPER;
	return (c % 2 == 0) == ((c < 0x139 || c > 0x148) && c < 0x179) ? UPPER : LOWER;
}

typedef struct reading {
	size_t high, odd; /* characters beyond ASCII; those at positions impossible in a word */
} reading;

static bool is_odd(kind before, kind at, uint32_t c, kind after)
{
	const bool in_word = before == LOWER || before == UPPER;

	return at == CONTROL || (at == UPPER && before == LOWER) ||
	       (at == MARK && in_word && (after == LOWER || after == UPPER)) ||
	       (at == MARK && !in_word && after == LOWER) ||
	       (c == 0x2018 && in_word && after == OTHER);
}

static reading read_words(const char *s, size_t len)
{
	reading r = {0, 0};
	kind before = OTHER, at = OTHER;
	uint32_t c = 0, next;

	for (size_t i = 0; i <= len;) {
		size_t n = i < len ? vv_utf8_decode(&next, s + i, len - i) : 0;
		const kind after = n > 0 ? kind_of(next) : OTHER;

		if (c >= 0x80) {
			r.high++;
			r.odd += is_odd(before, at, c, after);
		}
		before = at;
		at = after;
		c = n > 0 ? next : 0;
		i += n > 0 ? n : 1;
	}
	return r;
}

/* Bytes among letters that are letters in windows-1250, and marks in windows-1252 or rare in its languages. */
static size_t central_letters(const char *s, size_t len)
{
	static const char central[] =
		"\x8a\x8c\x8d\x8e\x8f\x9a\x9c\x9d\x9e\x9f\xa3\xa5\xaa\xaf\xb3\xb9\xba\xbc\xbe\xbf";
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += (unsigned char)s[i] >= 0x80 && memchr(central, s[i], sizeof(central) - 1) &&
		     ((i > 0 && vv_is_lower(s[i - 1])) || (i + 1 < len && vv_is_lower(s[i + 1])));
	}
	return n;
}

/* How many characters two readings have that differ. */
static size_t count_differing(const vv_buf *x, const vv_buf *y)
{
	const char *a = vv_buf_cstr(x), *b = vv_buf_cstr(y);
	uint32_t c, d;
	size_t n = 0, i = 0, k = 0;

	while (i < x->len && k < y->len) {
		size_t in_a = vv_utf8_decode(&c, a + i, x->len - i),
		       in_b = vv_utf8_decode(&d, b + k, y->len - k);

		n += in_a != in_b || (in_a > 0 && c != d);
		i += in_a > 0 ? in_a : 1;
		k += in_b > 0 ? in_b : 1;
	}
	return n;
}

static bool has_controls(const char *s, size_t len)
{
	return vv_array_find(s, len, it, ((unsigned char)*it & 0xe0) == 0x80) != NULL;
}

#define FEW 3u /* characters, from which no language can be reported */

/* A guess among encodings of Latin letters, whose texts differ in few bytes. NULL: not clear. */
static vv_status judge_latin(const char **name, const char *s, size_t len, bool at_end,
			     vv_error *err)
{
	vv_auto(vv_buf) western = VV_BUF_INIT, central = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_status rc;

	if ((rc = decode_sample(&western, "windows-1252", s, len, at_end, err)) < 0 ||
	    (rc = decode_sample(&text, *name, s, len, at_end, err)) < 0) {
		return rc;
	}
	if (strncmp(*name, "ISO-8859-", 9) == 0 && has_controls(s, len)) {
		*name = strcmp(*name, "ISO-8859-2") == 0 ? "windows-1250" : "windows-1252";
		if ((rc = decode_sample(&text, *name, s, len, at_end, err)) < 0) return rc;
	}
	size_t differ = count_differing(&text, &western);
	if (differ == 0) {
		*name = "windows-1252";
	} else if (strcmp(*name, "ISO-8859-2") == 0 &&
		   (rc = decode_sample(&central, "windows-1250", s, len, at_end, err)) == VV_OK &&
		   count_differing(&text, &central) == 0) {
		*name = "windows-1250"; /* the next version may have more of its characters */
	} else if (rc < 0) {
		return rc;
	} else if (differ < FEW && central_letters(s, len) == 0) {
		*name = NULL;
	}
	reading r = read_words(vv_buf_cstr(&text), text.len);
	if (r.odd * 5 > r.high) {
		*name = NULL;
	}
	return VV_OK;
}

/* Names of places and people in windows-1250, too few for uchardet's guess: chosen if in the other reading, of
 * windows-1252, DOS or the Macintosh, marks and capitals are inside of words, and in this one none do. */
static vv_status prefer_central(const char **name, const char *other, const char *s, size_t len,
				bool at_end, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (central_letters(s, len) == 0 ||
	    (rc = decode_sample(&text, other, s, len, at_end, err)) < 0 ||
	    read_words(vv_buf_cstr(&text), text.len).odd == 0) {
		return rc;
	}
	if ((rc = decode_sample(&text, "windows-1250", s, len, at_end, err)) == VV_OK &&
	    text.len > 0 && read_words(vv_buf_cstr(&text), text.len).odd == 0) {
		*name = "windows-1250";
	}
	return rc;
}

/* Text in ISO-8859-15: the euro after an amount, where windows-1252 has a sign never used there, and letters where that has
 * fractions and accents inside of words. */
static vv_status prefer_latin9(const char **name, const char *s, size_t len, bool at_end,
			       vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t euros = 0, letters = 0;
	vv_status rc;

	for (size_t i = 1; i < len; i++) {
		const bool word = vv_is_alpha(s[i - 1]) || (i + 1 < len && vv_is_alpha(s[i + 1]));

		euros += s[i] == (char)0xa4 && !word;
		letters += word && memchr("\xa6\xa8\xb4\xb8\xbc\xbd\xbe", s[i], 7) != NULL;
	}
	if (euros + letters < FEW || has_controls(s, len)) return VV_OK;
	if ((rc = decode_sample(&text, "windows-1252", s, len, at_end, err)) < 0 ||
	    (euros == 0 && read_words(vv_buf_cstr(&text), text.len).odd == 0)) {
		return rc;
	}
	if ((rc = decode_sample(&text, "ISO-8859-15", s, len, at_end, err)) == VV_OK &&
	    text.len > 0 && read_words(vv_buf_cstr(&text), text.len).odd == 0) {
		*name = "ISO-8859-15";
	}
	return rc;
}

static bool is_latin(const char *name)
{
	static const char *const names[] = {"ISO-8859-15", "ISO-8859-2", "windows-1250",
					    "windows-1254"};

	return vv_text_is_among(name, names, sizeof(names) / sizeof(*names));
}

/* *out NULL: not clear. */
static vv_status guess_name(const char **out, const char *s, size_t len, bool at_end, vv_error *err)
{
	const char *own = vv_likely_encoding(s, len);
	vv_status rc = VV_OK;

	*out = ask_uchardet(s, len);
	if (*out && is_latin(*out)) {
		rc = judge_latin(out, s, len, at_end, err);
	} else if (!*out || strcmp(*out, "windows-1252") == 0) {
		/* Else of DOS or the Macintosh, perhaps, or no text. */
		*out = strcmp(own, "windows-1252") == 0 && is_western(s, len) ? own : NULL;
		if (strcmp(own, "windows-1252") == 0 || strcmp(own, "CP850") == 0 ||
		    strcmp(own, "MACINTOSH") == 0) {
			rc = prefer_central(out, own, s, len, at_end, err);
		}
	}
	return rc < 0 || (*out && strcmp(*out, "windows-1252") != 0)
		       ? rc
		       : prefer_latin9(out, s, len, at_end, err);
}

static bool is_single_byte(const char *name)
{
	return strncmp(name, "windows-12", 10) == 0 || strncmp(name, "ISO-8859-", 9) == 0 ||
	       strncmp(name, "KOI8", 4) == 0 || strncmp(name, "IBM", 3) == 0;
}

#define MIXED                                                                                      \
	8u /* for each character of several UTF-8 bytes, the bytes that are not UTF-8: random bytes contain
	    * more */

/* Has the encoding all bytes of the sample, but for control characters? */
static vv_status encoding_fits(bool *out, const char *name, const char *s, size_t len, bool at_end,
			       vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = decode_sample(&text, name, s, len, at_end, err);

	*out = rc == VV_OK && (len == 0 || text.len > 0) &&
	       vv_utf8_valid(vv_buf_cstr(&text), text.len) &&
	       !(strncmp(name, "ISO-8859-", 9) == 0 && has_controls(s, len));
	return rc;
}

vv_status vv_guess_encoding(char *name, const char *sample, size_t len, bool at_end,
			    const char *before, vv_error *err)
{
	const char *found = is_packed(sample, len) ? NULL : utf16_name(sample, len);
	bool fit = false, has_mark = len >= 3 && memcmp(sample, "\xef\xbb\xbf", 3) == 0;
	counts c;
	vv_status rc;

	name[0] = '\0';
	if (!found) {
		if (has_mark || is_packed(sample, len) || memchr(sample, '\0', len)) return VV_OK;
		c = count_characters(sample, len, at_end);
		if (c.good > c.bad || (c.good == 0 && c.bad == 0 && !(before && before[0]))) {
			return VV_OK;
		}
		if (before && before[0] && strncmp(before, "UTF-16", 6) != 0) {
			if ((rc = encoding_fits(&fit, before, sample, len, at_end, err)) < 0) {
				return rc;
			}
			found = fit || c.bad == 0 ? before : NULL;
		}
		if (!found && c.bad > 0 && !(before && !before[0]) &&
		    (rc = guess_name(&found, sample, len, at_end, err)) < 0) {
			return rc;
		}
		/* put together of two files, or cut off: neither half is to be read wrongly */
		if (found && found != before && c.good * MIXED > c.bad && is_single_byte(found)) {
			return VV_OK;
		}
		if (found && found != before &&
		    ((rc = encoding_fits(&fit, found, sample, len, at_end, err)) < 0 || !fit)) {
			return rc;
		}
	}
	return found ? vv_encoding_find(name, found, sample, len, err) : VV_OK;
}
