/*
 * text: UTF-8 decoding, what a terminal may be shown, numbers for people.
 *
 * One function (next_piece) decides how each code point or bad byte appears and
 * how wide it is; widths, escaping and cutting all go through it and so agree.
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text_internal.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define REPLACEMENT "\xef\xbf\xbd"

size_t vv_utf8_decode(uint32_t *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp, least;
	size_t need, i;

	if (len == 0) {
		return 0;
	}
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		need = 2;
		cp = p[0] & 0x1fu;
		least = 0x80;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		need = 3;
		cp = p[0] & 0x0fu;
		least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		need = 4;
		cp = p[0] & 0x07u;
		least = 0x10000;
	} else {
		return 0;
	}
	if (need > len) {
		return 0;
	}
	for (i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
		cp = cp << 6 | (p[i] & 0x3fu);
	}
	if (cp < least || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
		return 0;
	}
	*out = cp;
	return need;
}

/* Offset of the first byte at or behind from that is not plain ASCII. */
static size_t skip_ascii(const char *s, size_t len, size_t from)
{
	const uint64_t high_bits = UINT64_C(0x8080808080808080);
	uint64_t word;

	while (len - from >= sizeof word) {
		memcpy(&word, s + from, sizeof word);
		if (word & high_bits) {
			break;
		}
		from += sizeof word;
	}
	while (from < len && (unsigned char)s[from] < 0x80) {
		from++;
	}
	return from;
}

bool vv_utf8_valid(const char *s, size_t len)
{
	size_t at = 0, step;
	uint32_t cp;

	for (;;) {
		at = skip_ascii(s, len, at);
		if (at == len) {
			return true;
		}
		step = vv_utf8_decode(&cp, s + at, len - at);
		if (step == 0) {
			return false;
		}
		at += step;
	}
}

static size_t encode(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

void vv_utf8_put(vv_buf *b, uint32_t cp)
{
	char bytes[4];

	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
		vv_buf_puts(b, REPLACEMENT);
		return;
	}
	vv_buf_put(b, bytes, encode(bytes, cp));
}

void vv_utf8_put_clean(vv_buf *b, const char *s, size_t len)
{
	size_t at = 0, good = 0, step;
	uint32_t cp;

	/* [good, at) is valid and not yet put. */
	while (at < len) {
		at = skip_ascii(s, len, at);
		if (at == len) {
			break;
		}
		step = vv_utf8_decode(&cp, s + at, len - at);
		if (step > 0) {
			at += step;
			continue;
		}
		vv_buf_put(b, s + good, at - good);
		vv_buf_puts(b, REPLACEMENT);
		at++;
		good = at;
	}
	vv_buf_put(b, s + good, len - good);
}

/* Code points that move, hide or reorder what a terminal shows. */
static bool is_unsafe(uint32_t cp)
{
	return (cp >= 0x80 && cp <= 0x9f) ||                   /* C1 */
	       cp == 0x061c || cp == 0x200e || cp == 0x200f || /* bidi marks */
	       (cp >= 0x202a && cp <= 0x202e) ||               /* bidi embeddings, overrides */
	       (cp >= 0x2066 && cp <= 0x2069) ||               /* bidi isolates */
	       cp == 0x2028 || cp == 0x2029 || cp == 0xfeff || /* separators, BOM */
	       (cp >= 0xfff9 && cp <= 0xfffb) ||               /* interlinear annotation */
	       (cp >= 0xe0000 && cp <= 0xe007f);               /* tags */
}

/* How one code point or bad byte is shown. */
typedef struct piece {
	char text[16];
	size_t len;     /* of text */
	size_t taken;   /* bytes of the source */
	unsigned width; /* columns */
} piece;

static void escape_byte(piece *p, unsigned char byte)
{
	int len;

	switch (byte) {
	case '\n':
		len = snprintf(p->text, sizeof p->text, "\\n");
		break;
	case '\t':
		len = snprintf(p->text, sizeof p->text, "\\t");
		break;
	case '\\':
		len = snprintf(p->text, sizeof p->text, "\\\\");
		break;
	default:
		len = snprintf(p->text, sizeof p->text, "\\x%02X", byte);
		break;
	}
	p->len = (size_t)len;
	p->taken = 1;
	p->width = (unsigned)len;
}

/* Fills p from the start of s, which has at least one byte. */
static void next_piece(piece *p, const char *s, size_t len)
{
	unsigned char byte = (unsigned char)s[0];
	uint32_t cp;

	if (byte < 0x80) {
		if (byte < 0x20 || byte == 0x7f || byte == '\\') {
			escape_byte(p, byte);
			return;
		}
		p->text[0] = s[0];
		p->len = p->taken = p->width = 1;
		return;
	}
	p->taken = vv_utf8_decode(&cp, s, len);
	if (p->taken == 0) {
		escape_byte(p, byte);
		return;
	}
	if (is_unsafe(cp)) {
		p->len = (size_t)snprintf(p->text, sizeof p->text, "\\u{%" PRIX32 "}", cp);
		p->width = (unsigned)p->len;
		return;
	}
	memcpy(p->text, s, p->taken);
	p->len = p->taken;
	p->width = vv_text_cp_width(cp);
}

size_t vv_text_width(const char *s, size_t len)
{
	size_t width = 0, at = 0;
	piece p;

	while (at < len) {
		next_piece(&p, s + at, len - at);
		at += p.taken;
		width += p.width;
	}
	return width;
}

void vv_text_put_escaped(vv_buf *b, const char *s, size_t len)
{
	size_t at = 0;
	piece p;

	while (at < len) {
		next_piece(&p, s + at, len - at);
		vv_buf_put(b, p.text, p.len);
		at += p.taken;
	}
}

/* How many bytes of s to show within width columns: all of them, or, with *cut
 * set, those that leave a column for the ellipsis. */
static size_t fitting(const char *s, size_t len, size_t width, bool *cut)
{
	size_t at = 0, used = 0, fits = 0;
	piece p;

	*cut = false;
	while (at < len) {
		next_piece(&p, s + at, len - at);
		if (p.width > width - used) {
			*cut = true;
			return fits;
		}
		at += p.taken;
		used += p.width;
		if (used < width) {
			fits = at;
		}
	}
	return len;
}

void vv_text_put_cut(vv_buf *b, const char *s, size_t len, size_t width)
{
	bool cut;
	size_t fits = fitting(s, len, width, &cut);

	vv_text_put_escaped(b, s, fits);
	if (cut && width > 0) {
		vv_buf_puts(b, ELLIPSIS);
	}
}

void vv_text_put_words(vv_buf *b, const char *s, size_t len, size_t width)
{
	size_t at = 0, used = 0, fits = b->len; /* where the ellipsis may stand */
	piece p;

	while (at < len) {
		if (s[at] == '\\') {
			p = (piece){.text = "\\", .len = 1, .taken = 1, .width = 1};
		} else {
			next_piece(&p, s + at, len - at);
		}
		if (width > 0 && p.width > width - used) {
			b->len = b->failed ? b->len : fits;
			vv_buf_puts(b, ELLIPSIS);
			return;
		}
		vv_buf_put(b, p.text, p.len);
		at += p.taken;
		used += p.width;
		if (used < width) {
			fits = b->len;
		}
	}
}

size_t vv_text_words_width(const char *s, size_t len)
{
	size_t width = 0;
	piece p;

	for (size_t at = 0; at < len; at += p.taken) {
		next_piece(&p, s + at, len - at);
		width += s[at] == '\\' ? 1 : p.width;
	}
	return width;
}

void vv_text_put_wrapped(vv_buf *b, const char *s, size_t len, size_t from, size_t indent,
			 size_t width)
{
	size_t used = from;

	while (len > 0) {
		const char *blank = memchr(s + 1, ' ',
					   len - 1); /* a blank goes with the word behind it */
		size_t n = blank ? (size_t)(blank - s) : len, w = vv_text_words_width(s, n);

		if (width > 0 && used + w > width && used > indent && *s == ' ') {
			vv_buf_putc(b, '\n');
			for (size_t i = 0; i < indent; i++) {
				vv_buf_putc(b, ' ');
			}
			s++;
			len--;
			n--;
			w--;
			used = indent;
		}
		vv_text_put_words(b, s, n, 0);
		used += w;
		s += n;
		len -= n;
	}
}

#define SLOTS 8u
#define SHOW_WIDTH 120u
/* Every column takes at most four bytes; combining marks, which take none, end
 * the text early when they use up the rest. */
#define SLOT_SIZE 1024u

static char *next_slot(void)
{
	static _Thread_local char slots[SLOTS][SLOT_SIZE];
	static _Thread_local unsigned turn;

	turn = (turn + 1) % SLOTS;
	return slots[turn];
}

const char *vv_text_show(const char *s, size_t len)
{
	char *out = next_slot();
	size_t at = 0, fill = 0, fits;
	bool cut;
	piece p;

	fits = fitting(s, len, SHOW_WIDTH, &cut);
	while (at < fits) {
		next_piece(&p, s + at, len - at);
		if (p.len + sizeof ELLIPSIS > SLOT_SIZE - fill) {
			cut = true;
			break;
		}
		memcpy(out + fill, p.text, p.len);
		fill += p.len;
		at += p.taken;
	}
	if (cut) {
		memcpy(out + fill, ELLIPSIS, sizeof ELLIPSIS - 1);
		fill += sizeof ELLIPSIS - 1;
	}
	out[fill] = '\0';
	return out;
}

const char *vv_text_shows(const char *s)
{
	return s ? vv_text_show(s, strlen(s)) : "";
}

/* Writes n with its commas; returns the length. */
static size_t put_count(char *out, uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n);
	size_t fill = 0, i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0) {
			out[fill++] = ',';
		}
		out[fill++] = digits[i];
	}
	out[fill] = '\0';
	return fill;
}

const char *vv_text_count(uint64_t n)
{
	char *out = next_slot();

	(void)put_count(out, n);
	return out;
}

const char *vv_text_counted(uint64_t n, const char *one, const char *many)
{
	char *out = next_slot();
	size_t fill = put_count(out, n);

	(void)snprintf(out + fill, SLOT_SIZE - fill, " %s%s", n == 1 || !many ? one : many,
		       n == 1 || many ? "" : "s");
	return out;
}

const char *vv_text_bytes(uint64_t n)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	char *out = next_slot();
	uint64_t unit = 1000, tenths;
	size_t i = 0;

	if (n < 1000) {
		(void)snprintf(out, SLOT_SIZE, "%" PRIu64 " B", n);
		return out;
	}
	/* Tenths of the unit, rounded; 999,950 bytes are 1.0 MB, not 1000.0 kB. */
	for (;;) {
		tenths = n / (unit / 10) + (n % (unit / 10) >= unit / 20 ? 1 : 0);
		if (tenths < 10000 || i + 1 == sizeof units / sizeof units[0]) {
			break;
		}
		unit *= 1000;
		i++;
	}
	(void)snprintf(out, SLOT_SIZE, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
		       units[i]);
	return out;
}

const char *vv_text_seconds(uint64_t ms)
{
	char *out = next_slot();
	uint64_t tenths = ms / 100 + (ms % 100 >= 50 ? 1 : 0);
	uint64_t seconds = ms / 1000 + (ms % 1000 >= 500 ? 1 : 0);

	if (tenths < 600) {
		(void)snprintf(out, SLOT_SIZE, "%" PRIu64 ".%" PRIu64 " s", tenths / 10,
			       tenths % 10);
	} else if (seconds < 3600) {
		(void)snprintf(out, SLOT_SIZE, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
			       seconds % 60);
	} else {
		(void)snprintf(out, SLOT_SIZE, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
			       seconds % 3600 / 60);
	}
	return out;
}

bool vv_parse_u64(uint64_t *out, const char *s, size_t len)
{
	uint64_t v = 0;
	size_t i;

	if (len == 0) {
		return false;
	}
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9') {
			return false;
		}
		if (__builtin_mul_overflow(v, UINT64_C(10), &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v)) {
			return false;
		}
	}
	*out = v;
	return true;
}

#define DISTANCE_LEN 127u /* names longer than that are no slips of the finger */

static char folded(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return (char)(c - 'A' + 'a');
	}
	return c == '_' || c == ' ' ? '-' : c;
}

/* Optimal string alignment: no letter is touched twice. */
unsigned vv_text_distance(const char *a, const char *b, unsigned max)
{
	unsigned rows[3][DISTANCE_LEN + 1];
	unsigned *two_up = rows[0], *up = rows[1], *row = rows[2], *swap;
	size_t a_len = strlen(a), b_len = strlen(b), i, j;

	if (a_len > DISTANCE_LEN || b_len > DISTANCE_LEN) {
		return max + 1;
	}
	for (j = 0; j <= b_len; j++) {
		row[j] = (unsigned)j;
	}
	memset(rows[0], 0, sizeof(rows[0]));
	memset(rows[1], 0, sizeof(rows[1]));
	for (i = 1; i <= a_len; i++) {
		unsigned best;

		swap = two_up;
		two_up = up;
		up = row;
		row = swap;
		row[0] = best = (unsigned)i;
		for (j = 1; j <= b_len; j++) {
			char x = folded(a[i - 1]), y = folded(b[j - 1]);
			unsigned cost = up[j - 1] + (x != y);

			cost = cost < up[j] + 1 ? cost : up[j] + 1;
			cost = cost < row[j - 1] + 1 ? cost : row[j - 1] + 1;
			if (i > 1 && j > 1 && x == folded(b[j - 2]) && y == folded(a[i - 2]) &&
			    two_up[j - 2] + 1 < cost) {
				cost = two_up[j - 2] + 1;
			}
			row[j] = cost;
			best = cost < best ? cost : best;
		}
		if (best > max + 1) {
			return max + 1;
		}
	}
	return row[b_len] <= max ? row[b_len] : max + 1;
}

#define SLIPS_MAX 3u

void vv_nearest_init(vv_nearest *n, const char *word)
{
	n->word = word;
	n->best = NULL;
	n->distance = SLIPS_MAX + 1;
}

/* How many slips a word of so many letters may have. */
static unsigned slips_of(size_t len)
{
	return len < 6 ? 1 : len < 10 ? 2 : SLIPS_MAX;
}

static bool is_beginning(const char *word, const char *candidate)
{
	size_t i;

	for (i = 0; word[i]; i++) {
		if (folded(word[i]) != folded(candidate[i])) {
			return false;
		}
	}
	return i >= 3;
}

bool vv_nearest_try(vv_nearest *n, const char *candidate)
{
	size_t word_len = strlen(n->word), len = strlen(candidate);
	size_t longer = len > word_len ? len : word_len;
	unsigned d = vv_text_distance(n->word, candidate, SLIPS_MAX);

	if (d > 0 && longer < 3 &&
	    (len != 2 || word_len != 2 || folded(n->word[0]) != folded(candidate[1]))) {
		return false;
	}
	if (d > slips_of(longer)) {
		if (!is_beginning(n->word, candidate)) {
			return false;
		}
		d = SLIPS_MAX; /* after all real slips */
	}
	if (d > n->distance ||
	    (n->best && d == n->distance &&
	     (folded(*n->best) == folded(*n->word) || folded(*candidate) != folded(*n->word)))) {
		return false;
	}
	n->best = candidate;
	n->distance = d;
	return true;
}
