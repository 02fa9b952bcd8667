/*
 * encoding: calls the system's iconv, and uses tables where they are faster.
 */
#include "dataset/read/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hint.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"

#define NO_POINT UINT32_MAX

typedef enum kind { SINGLE, MULTI, UTF16 } kind;

struct vv_encoding {
	kind kind;
	char name[VV_ENCODING_MAX];
	bool big_endian;
	bool ascii; /* SINGLE, MULTI: bytes below 128 that begin a character are ASCII */
	iconv_t to_text, from_text; /* MULTI */
	uint32_t points[256];       /* SINGLE: NO_POINT for bytes that the encoding lacks */
	char texts[256][4];         /* SINGLE: the same as UTF-8 */
	uint8_t text_lens[256];
	bool back[256]; /* SINGLE: does the decoded byte encode to the same byte? */
	uint16_t *nec; /* of NEC_NAME: for each pair from IBM_FROM on the one to write; 0: itself */
	bool exact;    /* was it so for all bytes decoded last? */
	uint8_t *
		bytes; /* SINGLE: of each code point below 2^16; 0 where it lacks it, but for that of points[0] */
};

/* ---- names ---- */

/* windows-31j has some 370 characters in two places: Windows writes those of IBM (from 0xfa40 on), Python those of NEC (0xed40 to
 * 0xeefc). This is what Python writes. */
#define NEC_NAME "cp932-nec"
#define NEC_BASE "windows-31j"
#define IBM_FROM 0xfa40u
#define IBM_TO 0xfcfcu

/* Begins this byte a pair of windows-31j? */
static bool is_lead(char c)
{
	const unsigned char b = (unsigned char)c;

	return (b >= 0x81 && b <= 0x9f) || (b >= 0xe0 && b <= 0xfc);
}

/* Has the text NEC's places, and not IBM's? */
static bool is_nec(const char *s, size_t len)
{
	bool nec = false;

	for (size_t i = 0; i + 1 < len; i += is_lead(s[i]) ? 2 : 1) {
		const unsigned char b = (unsigned char)s[i];

		if (b >= 0xfa && b <= 0xfc) return false;
		nec = nec || b == 0xed || b == 0xee;
	}
	return nec;
}

/* Names that IANA prefers; for an alias also its encoding. */
static const struct {
	const char *name, *is;
} names[] = {
	{"windows-1250", NULL},
	{"cp1250", "windows-1250"},
	{"windows-1251", NULL},
	{"cp1251", "windows-1251"},
	{"windows-1252", NULL},
	{"cp1252", "windows-1252"},
	{"windows-1253", NULL},
	{"cp1253", "windows-1253"},
	{"windows-1254", NULL},
	{"cp1254", "windows-1254"},
	{"windows-1255", NULL},
	{"cp1255", "windows-1255"},
	{"windows-1256", NULL},
	{"cp1256", "windows-1256"},
	{"windows-1257", NULL},
	{"cp1257", "windows-1257"},
	{"windows-1258", NULL},
	{"cp1258", "windows-1258"},
	{"ISO-8859-1", NULL},
	{"latin1", "ISO-8859-1"},
	{"ISO-8859-2", NULL},
	{"latin2", "ISO-8859-2"},
	{"ISO-8859-7", NULL},
	{"ISO-8859-9", NULL},
	{"ISO-8859-15", NULL},
	{"latin9", "ISO-8859-15"},
	{"KOI8-R", NULL},
	{"KOI8-U", NULL},
	{"IBM850", NULL},
	{"cp850", "IBM850"},
	{"IBM852", NULL},
	{"cp852", "IBM852"},
	{"IBM866", NULL},
	{"cp866", "IBM866"},
	{"macintosh", NULL},
	{"macroman", "macintosh"},
	{"windows-31j", NULL},
	{NEC_NAME, NULL},
	{"cp932", "windows-31j"},
	{"Shift_JIS", "windows-31j"},
	{"sjis", "windows-31j"},
	{"ms932", "windows-31j"},
	{"EUC-JP", NULL},
	{"GB18030", NULL},
	{"GBK", NULL},
	{"cp936", "GBK"},
	{"GB2312", NULL},
	{"Big5", NULL},
	{"EUC-KR", NULL},
	{"UHC", NULL},
	{"cp949", "UHC"},
	{"UTF-16LE", NULL},
	{"UTF-16BE", NULL},
	{"US-ASCII", ""},
	{"ASCII", ""},
	{"UTF-8", ""},
	{"UTF-8-sig", ""},
};

/* Equal but for case, '-', '_' and spaces. */
static bool same_name(const char *a, const char *b)
{
	for (;;) {
		while (*a == '-' || *a == '_' || *a == ' ') {
			a++;
		}
		while (*b == '-' || *b == '_' || *b == ' ') {
			b++;
		}
		if (vv_to_lower(*a) != vv_to_lower(*b)) return false;
		if (!*a) return true;
		a++;
		b++;
	}
}

static vv_status refuse_name(const char *name, vv_error *err)
{
	const bool plain = *name && !strchr(name, '/'); /* no "//TRANSLIT" */
	const iconv_t known = plain ? iconv_open("UTF-8", name) : (iconv_t)-1;

	vv_fail(err, VV_EUSAGE, "varve cannot read the encoding '%s'", vv_text_shows(name));
	if (known == (iconv_t)-1) {
		return vv_hint(err, "'iconv -l' lists the names of encodings");
	}
	iconv_close(known);
	return vv_hint(err,
		       "varve does not read UTF-32 or encodings with shifts (ISO-2022-JP, UTF-7): "
		       "convert the file with 'iconv -f %s -t UTF-8'",
		       vv_text_shows(name));
}

/* Others are called as iconv calls them, in capitals. */
static vv_status try_iconv(char *out, const char *name, vv_error *err)
{
	vv_auto(vv_encoding) *e = NULL;
	vv_error ignored = {0};
	size_t len = strlen(name);

	if (len == 0 || len >= VV_ENCODING_MAX || strchr(name, '/')) return refuse_name(name, err);
	for (size_t i = 0; i <= len; i++) {
		out[i] = vv_is_lower(name[i]) ? (char)(name[i] - 'a' + 'A') : name[i];
	}
	if (vv_encoding_open(&e, out, &ignored) < 0) {
		return ignored.code == VV_ENOMEM ? vv_fail_nomem(err) : refuse_name(name, err);
	}
	return VV_OK;
}

vv_status vv_encoding_find(char *out, const char *name, const char *sample, size_t len,
			   vv_error *err)
{
	if (same_name(name, "UTF-16") || same_name(name, "UCS-2")) {
		name = len >= 2 && memcmp(sample, "\xfe\xff", 2) == 0 ? "UTF-16BE" : "UTF-16LE";
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (same_name(names[i].name, name)) {
			const char *is = names[i].is ? names[i].is : names[i].name;

			is = strcmp(is, NEC_BASE) == 0 && is_nec(sample, len) ? NEC_NAME : is;
			memcpy(out, is, strlen(is) + 1);
			return VV_OK;
		}
	}
	return try_iconv(out, name, err);
}

/* ---- opening ---- */

/* Converts exactly len bytes by themselves; returns the length of the result, or -1. */
static long convert_bytes(iconv_t how, const char *in, size_t len, char *out, size_t room)
{
	char *from = (char *)(uintptr_t)in, *to = out;
	size_t left = len, free_room = room;

	(void)iconv(how, NULL, NULL, NULL, NULL);
	if (iconv(how, &from, &left, &to, &free_room) == (size_t)-1 || left > 0) return -1;
	/* CP1255 and CP1258 delay a letter in case a combining mark follows; this flushes it */
	if (iconv(how, NULL, NULL, &to, &free_room) == (size_t)-1) return -1;
	return (long)(room - free_room);
}

/* Makes a table of single bytes; false: some bytes begin longer characters. */
static bool make_table(vv_encoding *e)
{
	char out[16];
	bool any = false;

	e->ascii = true;
	for (unsigned b = 0; b < 256; b++) {
		char in = (char)b;
		long n = convert_bytes(e->to_text, &in, 1, out, sizeof(out));
		uint32_t point = NO_POINT;

		if (n < 0 && errno == EINVAL) return false;
		if (n <= 0 || vv_utf8_decode(&point, out, (size_t)n) != (size_t)n ||
		    point >= 0x10000 || (any && (e->bytes[point] != 0 || point == e->points[0]))) {
			point = NO_POINT;
		}
		e->points[b] = point;
		any = true;
		e->text_lens[b] = point == NO_POINT ? 1 : (uint8_t)n;
		memcpy(e->texts[b], point == NO_POINT ? &in : out, e->text_lens[b]);
		if (point != NO_POINT && b > 0) {
			e->bytes[point] = (uint8_t)b;
		}
		e->ascii = e->ascii && (b >= 128 || point == b);
	}
	return true;
}

/* For longer characters: is each ASCII byte at the start of a character itself? If not, the encoding has
 * shifts. */
/* In an encoding that keeps ASCII, no other byte decodes to ASCII. */
static void find_back(vv_encoding *e)
{
	for (unsigned b = 0; b < 256 && e->kind == SINGLE; b++) {
		uint32_t point = e->points[b];

		e->back[b] = point < 0x10000 && e->bytes[point] == b &&
			     (!e->ascii || (b < 0x80) == (point < 0x80));
	}
}

static bool keeps_ascii(vv_encoding *e)
{
	char out[16];

	for (int b = 0; b < 128; b++) {
		char in = (char)b;

		if (convert_bytes(e->to_text, &in, 1, out, sizeof(out)) != 1 || out[0] != in) {
			return false;
		}
	}
	return true;
}

/* Where NEC's characters are written in IBM's place. */
static bool find_nec(vv_encoding *e)
{
	char text[16], back[16];

	if (!(e->nec = vv_calloc(IBM_TO - IBM_FROM + 1, sizeof(*e->nec)))) return false;
	for (unsigned pair = 0xed40; pair <= 0xeefc; pair++) {
		const char in[2] = {(char)(pair >> 8), (char)pair};
		long n = convert_bytes(e->to_text, in, 2, text, sizeof(text));

		if (n <= 0 ||
		    convert_bytes(e->from_text, text, (size_t)n, back, sizeof(back)) != 2) {
			continue;
		}
		unsigned is = (unsigned)(unsigned char)back[0] << 8 | (unsigned char)back[1];
		if (is >= IBM_FROM && is <= IBM_TO) {
			e->nec[is - IBM_FROM] = (uint16_t)pair;
		}
	}
	return true;
}

/* Replaces pairs in encoded text. */
static void use_nec(const vv_encoding *e, char *s, size_t len)
{
	for (size_t i = 0; e->nec && i + 1 < len; i += is_lead(s[i]) ? 2 : 1) {
		unsigned pair = (unsigned)(unsigned char)s[i] << 8 | (unsigned char)s[i + 1];
		unsigned to = pair >= IBM_FROM && pair <= IBM_TO ? e->nec[pair - IBM_FROM] : 0;

		if (to > 0) {
			s[i] = (char)(to >> 8);
			s[i + 1] = (char)to;
		}
	}
}

vv_status vv_encoding_open(vv_encoding **out, const char *name, vv_error *err)
{
	const bool nec = strcmp(name, NEC_NAME) == 0;
	const char *called = nec ? NEC_BASE : name;
	vv_auto(vv_encoding) *e = vv_calloc(1, sizeof(*e));

	*out = NULL;
	if (!e) return vv_fail_nomem(err);
	memcpy(e->name, name, strnlen(name, VV_ENCODING_MAX - 1));
	e->to_text = e->from_text = (iconv_t)-1;
	if (strcmp(name, "UTF-16LE") == 0 || strcmp(name, "UTF-16BE") == 0) {
		e->kind = UTF16;
		e->big_endian = name[6] == 'B';
		return vv_hand_over(out, &e);
	}
	e->to_text = iconv_open("UTF-8", called);
	e->from_text = e->to_text == (iconv_t)-1 ? e->to_text : iconv_open(called, "UTF-8");
	if (e->from_text == (iconv_t)-1) {
		return errno == ENOMEM
			       ? vv_fail_nomem(err)
			       : vv_fail(err, VV_ENOSUPPORT,
					 "this system's iconv does not have the encoding %s",
					 vv_text_shows(name));
	}
	if (!(e->bytes = vv_calloc(0x10000, 1)) || (nec && !find_nec(e))) return vv_fail_nomem(err);
	e->kind = make_table(e) ? SINGLE : MULTI;
	find_back(e);
	if (e->kind == MULTI && !(e->ascii = keeps_ascii(e))) {
		return vv_fail(err, VV_ENOSUPPORT, "varve cannot read the encoding %s",
			       vv_text_shows(name));
	}
	return vv_hand_over(out, &e);
}

void vv_encoding_close(vv_encoding *e)
{
	if (!e) return;
	if (e->to_text != (iconv_t)-1) {
		iconv_close(e->to_text);
	}
	if (e->from_text != (iconv_t)-1) {
		iconv_close(e->from_text);
	}
	vv_free_all(e->bytes, e->nec, e);
}

#define HIGH_BITS 0x8080808080808080u

/* How many bytes of ASCII there are at the beginning. */
static size_t ascii_run(const char *s, size_t len)
{
	size_t i = 0;
	uint64_t word;

	for (; i + 8 <= len; i += 8) {
		memcpy(&word, s + i, 8);
		if (word & HIGH_BITS) {
			break;
		}
	}
	while (i < len && (unsigned char)s[i] < 0x80) {
		i++;
	}
	return i;
}

/* Copies them; of what follows them up to eight bytes, too: to has room for these. */
static size_t copy_ascii(char *to, const char *s, size_t len)
{
	size_t i = 0;
	uint64_t word;

	for (; i + 8 <= len; i += 8) {
		memcpy(&word, s + i, 8);
		memcpy(to + i, &word, 8);
		if (word & HIGH_BITS) {
			break;
		}
	}
	while (i < len && (unsigned char)s[i] < 0x80) {
		to[i] = s[i];
		i++;
	}
	return i;
}

/* ---- single bytes ---- */

static void decode_single(vv_encoding *e, vv_buf *out, const char *s, size_t len)
{
	bool exact = true;

	/* Three bytes for each at most, all below 2^16. */
	if (!vv_buf_reserve(out, len * 3 + 8)) return;
	char *to = out->data + out->len;

	for (size_t i = 0; i < len;) {
		size_t run = e->ascii ? copy_ascii(to, s + i, len - i) : 0;

		to += run;
		i += run;
		if (i < len) {
			uint8_t b = (uint8_t)s[i++];

			memcpy(to, e->texts[b], 4);
			to += e->text_lens[b];
			exact = exact && e->back[b];
		}
	}
	e->exact = exact;
	out->len = (size_t)(to - out->data);
	*to = '\0';
}

static vv_status lacks_character(const vv_encoding *e, const char *s, size_t len, vv_error *err)
{
	vv_fail(err, VV_EINPUT, "%s does not have the character '%s'", e->name,
		vv_text_show(s, len));
	return vv_hint_code(err, VV_HINT_CONVERT_UTF8);
}

/* Is s the beginning of a character whose rest may come? */
static bool may_go_on(const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0];
	size_t want = 1;

	if (c >= 0xf0) {
		want = 4;
	} else if (c >= 0xe0) {
		want = 3;
	} else if (c >= 0xc2) {
		want = 2;
	}

	return len < want && c <= 0xf4 &&
	       !vv_array_find(s + 1, len - 1, it, ((unsigned char)*it & 0xc0) != 0x80);
}

/* vv_utf8_decode, with most characters beyond ASCII in its first lines. */
static size_t decode_point(uint32_t *point, const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0], d = len > 1 ? (unsigned char)s[1] : 0;

	if (c >= 0xc2 && c <= 0xdf && (d & 0xc0) == 0x80) {
		*point = (c & 0x1fu) << 6 | (d & 0x3fu);
		return 2;
	}
	return vv_utf8_decode(point, s, len);
}

static vv_status encode_single(const vv_encoding *e, vv_buf *out, const char *s, size_t len,
			       bool last, size_t *used, vv_error *err)
{
	size_t i = 0;

	/* A byte for each at most. */
	if (!vv_buf_reserve(out, len + 8)) return vv_fail_nomem(err);
	char *to = out->data + out->len;

	while (i < len) {
		size_t run = e->ascii ? copy_ascii(to, s + i, len - i) : 0, n;
		uint32_t point;

		to += run;
		i += run;
		if (i == len) {
			break;
		}
		if ((n = decode_point(&point, s + i, len - i)) == 0) {
			if (!last && may_go_on(s + i, len - i)) {
				break;
			}
			*to++ = s[i++];
			continue;
		}
		if (point >= 0x10000 || (e->bytes[point] == 0 && point != e->points[0])) {
			return lacks_character(e, s + i, n, err);
		}
		*to++ = (char)e->bytes[point];
		i += n;
	}
	out->len = (size_t)(to - out->data);
	*to = '\0';
	*used = i;
	return VV_OK;
}

/* ---- longer characters ---- */

/* Converts as far as iconv can; *used is the place where it stopped, with errno. */
static vv_status pass_text(iconv_t how, vv_buf *out, const char *s, size_t len, size_t *used,
			   bool *stopped, vv_error *err)
{
	char *from = (char *)(uintptr_t)s;
	size_t left = len;

	*stopped = false;
	(void)iconv(how, NULL, NULL, NULL, NULL);
	while (left > 0) {
		size_t room = left * 2 + 16;

		if (!vv_buf_reserve(out, room)) return vv_fail_nomem(err);
		char *to = out->data + out->len;
		size_t got = iconv(how, &from, &left, &to, &room);

		out->len = (size_t)(to - out->data);
		*to = '\0';
		if (got == (size_t)-1 && errno != E2BIG) {
			*stopped = true;
			break;
		}
	}
	*used = len - left;
	return VV_OK;
}

/* Writes the letter that iconv keeps, in Big5-HKSCS or EUC-JISX0213, in case a mark follows. */
static vv_status flush_letter(iconv_t how, vv_buf *out, vv_error *err)
{
	size_t room = 16;

	if (!vv_buf_reserve(out, room)) return vv_fail_nomem(err);
	char *to = out->data + out->len;
	(void)iconv(how, NULL, NULL, &to, &room);
	out->len = (size_t)(to - out->data);
	*to = '\0';
	return VV_OK;
}

/* How long the character at s is; 0: the encoding has none. *more: its rest may come. */
static size_t char_len(vv_encoding *e, const char *s, size_t len, bool *more)
{
	char out[32];
	size_t n;

	*more = false;
	for (n = 1; n <= 4 && n <= len; n++) {
		if (convert_bytes(e->to_text, s, n, out, sizeof(out)) > 0) return n;
		if (errno != EINVAL) return 0;
	}
	*more = n <= 4;
	return 0;
}

/* Character after character: those that would come back as other bytes stay bytes, too. */
static vv_status decode_carefully(vv_encoding *e, vv_buf *out, const char *s, size_t len, bool last,
				  size_t *used, vv_error *err)
{
	char text[32], back[16];
	size_t i = 0;

	while (i < len) {
		bool more;
		size_t n = char_len(e, s + i, len - i, &more);

		if (n == 0 && more && !last) {
			break;
		}
		long got = n > 0 ? convert_bytes(e->to_text, s + i, n, text, sizeof(text)) : -1;

		long again = got > 0 ? convert_bytes(e->from_text, text, (size_t)got, back,
						     sizeof(back))
				     : -1;

		use_nec(e, back, again > 0 ? (size_t)again : 0);
		if (again == (long)n && memcmp(back, s + i, n) == 0) {
			vv_buf_put(out, text, (size_t)got);
		} else {
			n = n > 0 ? n : 1;
			vv_buf_put(out, s + i, n);
		}
		i += n;
	}
	*used = i;
	return vv_buf_ok(out, err);
}

/* The first character of the text that does not come back from its bytes. */
static vv_status name_lost(vv_encoding *e, const char *s, size_t len, vv_error *err)
{
	char bytes[32], back[32];
	size_t at = 0, step;
	uint32_t point;

	for (; at < len; at += step) {
		step = vv_utf8_decode(&point, s + at, len - at);
		const long n = convert_bytes(e->from_text, s + at, step, bytes, sizeof(bytes));
		if (step == 0 || n <= 0 ||
		    convert_bytes(e->to_text, bytes, (size_t)n, back, sizeof(back)) != (long)step ||
		    memcmp(back, s + at, step) != 0) {
			return lacks_character(e, s + at, step, err);
		}
	}
	return lacks_character(e, s, len, err);
}

/* iconv writes another character for some that the encoding lacks, and reports nothing: that of macOS '?', that of
 * GNU a backslash for the yen sign in windows-31j. */
static vv_status check_back(vv_encoding *e, const char *s, size_t len, const char *bytes, size_t n,
			    vv_error *err)
{
	vv_auto(vv_buf) back = VV_BUF_INIT;
	size_t used;
	bool stopped;
	vv_status rc;

	if ((rc = pass_text(e->to_text, &back, bytes, n, &used, &stopped, err)) < 0 ||
	    (rc = flush_letter(e->to_text, &back, err)) < 0) {
		return rc;
	}
	const bool same = !stopped && back.len == len && memcmp(back.data, s, len) == 0;
	return same ? VV_OK : name_lost(e, s, len, err);
}

/* sure: the result is decoded and compared. */
static vv_status encode_multi(vv_encoding *e, vv_buf *out, const char *s, size_t len, bool last,
			      bool sure, size_t *used, vv_error *err)
{
	size_t i = 0, n;
	bool stopped;
	uint32_t point;
	vv_status rc;

	while (i < len) {
		n = ascii_run(s + i, len - i);
		vv_buf_put(out, s + i, n);
		i += n;
		if (i == len) {
			break;
		}
		const size_t before = out->len;
		if ((rc = pass_text(e->from_text, out, s + i, len - i, &n, &stopped, err)) < 0) {
			return rc;
		}
		if ((rc = flush_letter(e->from_text, out, err)) < 0 ||
		    (sure && n > 0 &&
		     (rc = check_back(e, s + i, n, out->data + before, out->len - before, err)) <
			     0)) {
			return rc;
		}
		use_nec(e, out->data ? out->data + before : NULL, out->len - before);
		i += n;
		if (!stopped) {
			continue;
		}
		if ((n = vv_utf8_decode(&point, s + i, len - i)) > 0) {
			return lacks_character(e, s + i, n, err);
		}
		if (!last && may_go_on(s + i, len - i)) {
			break;
		}
		vv_buf_putc(out, s[i++]);
	}
	*used = i;
	return vv_buf_ok(out, err);
}

static vv_status decode_multi(vv_encoding *e, vv_buf *out, const char *s, size_t len, bool last,
			      size_t *used, vv_error *err)
{
	const size_t before = out->len;
	vv_auto(vv_buf) back = VV_BUF_INIT;
	size_t i = 0, n;
	bool stopped;
	vv_status rc = VV_OK;

	while (i < len && rc == VV_OK) {
		n = ascii_run(s + i, len - i);
		vv_buf_put(out, s + i, n);
		i += n;
		if ((rc = pass_text(e->to_text, out, s + i, len - i, &n, &stopped, err)) < 0) {
			break;
		}
		bool cut = stopped && errno == EINVAL;

		i += n;
		if (cut && !last) {
			break;
		}
		if (stopped) {
			vv_buf_putc(out, s[i++]);
		}
	}
	*used = i;
	if (rc == VV_OK && (rc = vv_buf_ok(out, err)) == VV_OK) {
		rc = encode_multi(e, &back, out->data + before, out->len - before, true, false, &n,
				  VV_IGNORED);
		if (rc == VV_ENOMEM) {
			vv_fail_nomem(err);
		} else if (rc < 0 || back.len != i || (i > 0 && memcmp(back.data, s, i) != 0)) {
			out->len = before;
			rc = decode_carefully(e, out, s, len, last, used, err);
		}
	}
	return rc;
}

/* ---- UTF-16 ---- */

static uint32_t unit_at(const vv_encoding *e, const char *s)
{
	uint32_t a = (unsigned char)s[0], b = (unsigned char)s[1];

	return e->big_endian ? a << 8 | b : b << 8 | a;
}

static bool is_half(uint32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdfff;
}

/* What UTF-8 has for a surrogate, were it allowed. */
static void put_half(vv_buf *out, uint32_t unit)
{
	vv_buf_putc(out, (int)(0xe0 | unit >> 12));
	vv_buf_putc(out, (int)(0x80 | (unit >> 6 & 0x3f)));
	vv_buf_putc(out, (int)(0x80 | (unit & 0x3f)));
}

static void decode_utf16(const vv_encoding *e, vv_buf *out, const char *s, size_t len, bool last,
			 size_t *used)
{
	size_t i = 0;

	while (len - i >= 2) {
		uint32_t unit = unit_at(e, s + i);

		if (!is_half(unit)) {
			if (unit < 0x80) {
				vv_buf_putc(out, (int)unit);
			} else {
				vv_utf8_put(out, unit);
			}
			i += 2;
			continue;
		}
		if (unit < 0xdc00 && len - i < 4 && !last) {
			break;
		}
		uint32_t low = len - i >= 4 ? unit_at(e, s + i + 2) : 0;
		if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
			vv_utf8_put(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
			i += 4;
		} else {
			put_half(out, unit);
			i += 2;
		}
	}
	if (last && i < len) {
		vv_buf_putc(out, s[i++]);
	}
	*used = i;
}

static void put_unit(const vv_encoding *e, vv_buf *out, uint32_t unit)
{
	int high = (int)(unit >> 8), low = (int)(unit & 0xff);

	vv_buf_putc(out, e->big_endian ? high : low);
	vv_buf_putc(out, e->big_endian ? low : high);
}

static vv_status encode_utf16(const vv_encoding *e, vv_buf *out, const char *s, size_t len,
			      bool last, size_t *used, vv_error *err)
{
	size_t i = 0, n;
	uint32_t point;

	while (i < len) {
		const unsigned char *p = (const unsigned char *)s + i;

		if ((n = vv_utf8_decode(&point, s + i, len - i)) == 0) {
			if (len - i >= 3 && p[0] == 0xed && p[1] >= 0xa0 && p[1] <= 0xbf &&
			    (p[2] & 0xc0) == 0x80) {
				put_unit(e, out, 0xd000u | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu));
				i += 3;
				continue;
			}
			if (!last && may_go_on(s + i, len - i)) {
				break;
			}
			vv_buf_putc(out, s[i++]);
			continue;
		}
		if (point >= 0x10000) {
			put_unit(e, out, 0xd800 + ((point - 0x10000) >> 10));
			put_unit(e, out, 0xdc00 + ((point - 0x10000) & 0x3ff));
		} else {
			put_unit(e, out, point);
		}
		i += n;
	}
	*used = i;
	return vv_buf_ok(out, err);
}

/* ---- any ---- */

vv_status vv_encoding_decode(vv_encoding *e, vv_buf *out, const char *bytes, size_t len, bool last,
			     size_t *used, vv_error *err)
{
	e->exact = false;
	if (e->kind == MULTI) return decode_multi(e, out, bytes, len, last, used, err);
	if (e->kind == UTF16) {
		decode_utf16(e, out, bytes, len, last, used);
	} else {
		decode_single(e, out, bytes, len);
		*used = len;
	}
	return vv_buf_ok(out, err);
}

bool vv_encoding_exact(const vv_encoding *e)
{
	return e->exact;
}

vv_status vv_encoding_encode(vv_encoding *e, vv_buf *out, const char *text, size_t len, bool last,
			     size_t *used, vv_error *err)
{
	if (e->kind == SINGLE) return encode_single(e, out, text, len, last, used, err);
	if (e->kind == MULTI) return encode_multi(e, out, text, len, last, true, used, err);
	return encode_utf16(e, out, text, len, last, used, err);
}
