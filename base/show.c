/*
 * show: UTF-8 decoding, safe output for terminals, numbers for people.
 *
 * One function (vv_piece_next) decides how each code point or bad byte appears and
 * how wide it is; widths, escaping and cutting all go through it and so agree.
 */
#include "base/show.h"
#include "base/array.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"

/*
 * How many columns a code point takes. The tables state facts of Unicode 14: code points
 * of the categories Mn, Me and Cf (but the soft hyphen) and the trailing Hangul jamo take
 * none; those of East Asian width W and F take two. Unassigned code points between two of
 * a range count with them, which keeps the tables short.
 */
typedef struct range {
	uint32_t first, last;
} range;

static const range zero_width[] = {
	{0x0300, 0x036f},   {0x0483, 0x0489},   {0x0591, 0x05bd},   {0x05bf, 0x05bf},
	{0x05c1, 0x05c2},   {0x05c4, 0x05c5},   {0x05c7, 0x05c7},   {0x0600, 0x0605},
	{0x0610, 0x061a},   {0x061c, 0x061c},   {0x064b, 0x065f},   {0x0670, 0x0670},
	{0x06d6, 0x06dd},   {0x06df, 0x06e4},   {0x06e7, 0x06e8},   {0x06ea, 0x06ed},
	{0x070f, 0x070f},   {0x0711, 0x0711},   {0x0730, 0x074a},   {0x07a6, 0x07b0},
	{0x07eb, 0x07f3},   {0x07fd, 0x07fd},   {0x0816, 0x0819},   {0x081b, 0x0823},
	{0x0825, 0x0827},   {0x0829, 0x082d},   {0x0859, 0x085b},   {0x0890, 0x089f},
	{0x08ca, 0x0902},   {0x093a, 0x093a},   {0x093c, 0x093c},   {0x0941, 0x0948},
	{0x094d, 0x094d},   {0x0951, 0x0957},   {0x0962, 0x0963},   {0x0981, 0x0981},
	{0x09bc, 0x09bc},   {0x09c1, 0x09c4},   {0x09cd, 0x09cd},   {0x09e2, 0x09e3},
	{0x09fe, 0x0a02},   {0x0a3c, 0x0a3c},   {0x0a41, 0x0a51},   {0x0a70, 0x0a71},
	{0x0a75, 0x0a75},   {0x0a81, 0x0a82},   {0x0abc, 0x0abc},   {0x0ac1, 0x0ac8},
	{0x0acd, 0x0acd},   {0x0ae2, 0x0ae3},   {0x0afa, 0x0b01},   {0x0b3c, 0x0b3c},
	{0x0b3f, 0x0b3f},   {0x0b41, 0x0b44},   {0x0b4d, 0x0b56},   {0x0b62, 0x0b63},
	{0x0b82, 0x0b82},   {0x0bc0, 0x0bc0},   {0x0bcd, 0x0bcd},   {0x0c00, 0x0c00},
	{0x0c04, 0x0c04},   {0x0c3c, 0x0c3c},   {0x0c3e, 0x0c40},   {0x0c46, 0x0c56},
	{0x0c62, 0x0c63},   {0x0c81, 0x0c81},   {0x0cbc, 0x0cbc},   {0x0cbf, 0x0cbf},
	{0x0cc6, 0x0cc6},   {0x0ccc, 0x0ccd},   {0x0ce2, 0x0ce3},   {0x0d00, 0x0d01},
	{0x0d3b, 0x0d3c},   {0x0d41, 0x0d44},   {0x0d4d, 0x0d4d},   {0x0d62, 0x0d63},
	{0x0d81, 0x0d81},   {0x0dca, 0x0dca},   {0x0dd2, 0x0dd6},   {0x0e31, 0x0e31},
	{0x0e34, 0x0e3a},   {0x0e47, 0x0e4e},   {0x0eb1, 0x0eb1},   {0x0eb4, 0x0ebc},
	{0x0ec8, 0x0ecd},   {0x0f18, 0x0f19},   {0x0f35, 0x0f35},   {0x0f37, 0x0f37},
	{0x0f39, 0x0f39},   {0x0f71, 0x0f7e},   {0x0f80, 0x0f84},   {0x0f86, 0x0f87},
	{0x0f8d, 0x0fbc},   {0x0fc6, 0x0fc6},   {0x102d, 0x1030},   {0x1032, 0x1037},
	{0x1039, 0x103a},   {0x103d, 0x103e},   {0x1058, 0x1059},   {0x105e, 0x1060},
	{0x1071, 0x1074},   {0x1082, 0x1082},   {0x1085, 0x1086},   {0x108d, 0x108d},
	{0x109d, 0x109d},   {0x1160, 0x11ff},   {0x135d, 0x135f},   {0x1712, 0x1714},
	{0x1732, 0x1733},   {0x1752, 0x1753},   {0x1772, 0x1773},   {0x17b4, 0x17b5},
	{0x17b7, 0x17bd},   {0x17c6, 0x17c6},   {0x17c9, 0x17d3},   {0x17dd, 0x17dd},
	{0x180b, 0x180f},   {0x1885, 0x1886},   {0x18a9, 0x18a9},   {0x1920, 0x1922},
	{0x1927, 0x1928},   {0x1932, 0x1932},   {0x1939, 0x193b},   {0x1a17, 0x1a18},
	{0x1a1b, 0x1a1b},   {0x1a56, 0x1a56},   {0x1a58, 0x1a60},   {0x1a62, 0x1a62},
	{0x1a65, 0x1a6c},   {0x1a73, 0x1a7f},   {0x1ab0, 0x1b03},   {0x1b34, 0x1b34},
	{0x1b36, 0x1b3a},   {0x1b3c, 0x1b3c},   {0x1b42, 0x1b42},   {0x1b6b, 0x1b73},
	{0x1b80, 0x1b81},   {0x1ba2, 0x1ba5},   {0x1ba8, 0x1ba9},   {0x1bab, 0x1bad},
	{0x1be6, 0x1be6},   {0x1be8, 0x1be9},   {0x1bed, 0x1bed},   {0x1bef, 0x1bf1},
	{0x1c2c, 0x1c33},   {0x1c36, 0x1c37},   {0x1cd0, 0x1cd2},   {0x1cd4, 0x1ce0},
	{0x1ce2, 0x1ce8},   {0x1ced, 0x1ced},   {0x1cf4, 0x1cf4},   {0x1cf8, 0x1cf9},
	{0x1dc0, 0x1dff},   {0x200b, 0x200f},   {0x202a, 0x202e},   {0x2060, 0x206f},
	{0x20d0, 0x20f0},   {0x2cef, 0x2cf1},   {0x2d7f, 0x2d7f},   {0x2de0, 0x2dff},
	{0x302a, 0x302d},   {0x3099, 0x309a},   {0xa66f, 0xa672},   {0xa674, 0xa67d},
	{0xa69e, 0xa69f},   {0xa6f0, 0xa6f1},   {0xa802, 0xa802},   {0xa806, 0xa806},
	{0xa80b, 0xa80b},   {0xa825, 0xa826},   {0xa82c, 0xa82c},   {0xa8c4, 0xa8c5},
	{0xa8e0, 0xa8f1},   {0xa8ff, 0xa8ff},   {0xa926, 0xa92d},   {0xa947, 0xa951},
	{0xa980, 0xa982},   {0xa9b3, 0xa9b3},   {0xa9b6, 0xa9b9},   {0xa9bc, 0xa9bd},
	{0xa9e5, 0xa9e5},   {0xaa29, 0xaa2e},   {0xaa31, 0xaa32},   {0xaa35, 0xaa36},
	{0xaa43, 0xaa43},   {0xaa4c, 0xaa4c},   {0xaa7c, 0xaa7c},   {0xaab0, 0xaab0},
	{0xaab2, 0xaab4},   {0xaab7, 0xaab8},   {0xaabe, 0xaabf},   {0xaac1, 0xaac1},
	{0xaaec, 0xaaed},   {0xaaf6, 0xaaf6},   {0xabe5, 0xabe5},   {0xabe8, 0xabe8},
	{0xabed, 0xabed},   {0xfb1e, 0xfb1e},   {0xfe00, 0xfe0f},   {0xfe20, 0xfe2f},
	{0xfeff, 0xfeff},   {0xfff9, 0xfffb},   {0x101fd, 0x101fd}, {0x102e0, 0x102e0},
	{0x10376, 0x1037a}, {0x10a01, 0x10a0f}, {0x10a38, 0x10a3f}, {0x10ae5, 0x10ae6},
	{0x10d24, 0x10d27}, {0x10eab, 0x10eac}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85},
	{0x11001, 0x11001}, {0x11038, 0x11046}, {0x11070, 0x11070}, {0x11073, 0x11074},
	{0x1107f, 0x11081}, {0x110b3, 0x110b6}, {0x110b9, 0x110ba}, {0x110bd, 0x110bd},
	{0x110c2, 0x110cd}, {0x11100, 0x11102}, {0x11127, 0x1112b}, {0x1112d, 0x11134},
	{0x11173, 0x11173}, {0x11180, 0x11181}, {0x111b6, 0x111be}, {0x111c9, 0x111cc},
	{0x111cf, 0x111cf}, {0x1122f, 0x11231}, {0x11234, 0x11234}, {0x11236, 0x11237},
	{0x1123e, 0x1123e}, {0x112df, 0x112df}, {0x112e3, 0x112ea}, {0x11300, 0x11301},
	{0x1133b, 0x1133c}, {0x11340, 0x11340}, {0x11366, 0x11374}, {0x11438, 0x1143f},
	{0x11442, 0x11444}, {0x11446, 0x11446}, {0x1145e, 0x1145e}, {0x114b3, 0x114b8},
	{0x114ba, 0x114ba}, {0x114bf, 0x114c0}, {0x114c2, 0x114c3}, {0x115b2, 0x115b5},
	{0x115bc, 0x115bd}, {0x115bf, 0x115c0}, {0x115dc, 0x115dd}, {0x11633, 0x1163a},
	{0x1163d, 0x1163d}, {0x1163f, 0x11640}, {0x116ab, 0x116ab}, {0x116ad, 0x116ad},
	{0x116b0, 0x116b5}, {0x116b7, 0x116b7}, {0x1171d, 0x1171f}, {0x11722, 0x11725},
	{0x11727, 0x1172b}, {0x1182f, 0x11837}, {0x11839, 0x1183a}, {0x1193b, 0x1193c},
	{0x1193e, 0x1193e}, {0x11943, 0x11943}, {0x119d4, 0x119db}, {0x119e0, 0x119e0},
	{0x11a01, 0x11a0a}, {0x11a33, 0x11a38}, {0x11a3b, 0x11a3e}, {0x11a47, 0x11a47},
	{0x11a51, 0x11a56}, {0x11a59, 0x11a5b}, {0x11a8a, 0x11a96}, {0x11a98, 0x11a99},
	{0x11c30, 0x11c3d}, {0x11c3f, 0x11c3f}, {0x11c92, 0x11ca7}, {0x11caa, 0x11cb0},
	{0x11cb2, 0x11cb3}, {0x11cb5, 0x11cb6}, {0x11d31, 0x11d45}, {0x11d47, 0x11d47},
	{0x11d90, 0x11d91}, {0x11d95, 0x11d95}, {0x11d97, 0x11d97}, {0x11ef3, 0x11ef4},
	{0x13430, 0x13438}, {0x16af0, 0x16af4}, {0x16b30, 0x16b36}, {0x16f4f, 0x16f4f},
	{0x16f8f, 0x16f92}, {0x16fe4, 0x16fe4}, {0x1bc9d, 0x1bc9e}, {0x1bca0, 0x1cf46},
	{0x1d167, 0x1d169}, {0x1d173, 0x1d182}, {0x1d185, 0x1d18b}, {0x1d1aa, 0x1d1ad},
	{0x1d242, 0x1d244}, {0x1da00, 0x1da36}, {0x1da3b, 0x1da6c}, {0x1da75, 0x1da75},
	{0x1da84, 0x1da84}, {0x1da9b, 0x1daaf}, {0x1e000, 0x1e02a}, {0x1e130, 0x1e136},
	{0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef}, {0x1e8d0, 0x1e8d6}, {0x1e944, 0x1e94a},
	{0xe0001, 0xe01ef},
};

static const range double_width[] = {
	{0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
	{0x23f0, 0x23f0},   {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
	{0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
	{0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},   {0x26ce, 0x26ce},
	{0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
	{0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
	{0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},
	{0x2757, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27b0},   {0x27bf, 0x27bf},
	{0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x3029},
	{0x302e, 0x303e},   {0x3041, 0x3096},   {0x309b, 0x3247},   {0x3250, 0x4dbf},
	{0x4e00, 0xa4c6},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},   {0xf900, 0xfad9},
	{0xfe10, 0xfe19},   {0xfe30, 0xfe6b},   {0xff01, 0xff60},   {0xffe0, 0xffe6},
	{0x16fe0, 0x16fe3}, {0x16ff0, 0x1b2fb}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
	{0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335},
	{0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3},
	{0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440},
	{0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567},
	{0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f},
	{0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6df},
	{0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7f0}, {0x1f90c, 0x1f93a},
	{0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faf6}, {0x20000, 0x3fffd},
};

static bool in_ranges(const range *ranges, size_t count, uint32_t cp)
{
	size_t low = vv_first_place(i, count, cp > ranges[i].last);
	return low < count && cp >= ranges[low].first;
}

/* Columns of a printable code point: 0, 1 or 2. */
static unsigned cp_width(uint32_t cp)
{
	if (cp < 0x0300) return 1;
	if (in_ranges(zero_width, sizeof zero_width / sizeof zero_width[0], cp)) return 0;
	if (in_ranges(double_width, sizeof double_width / sizeof double_width[0], cp)) return 2;
	return 1;
}

size_t vv_utf8_decode(uint32_t *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp, least;
	size_t need;

	if (len == 0) return 0;
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
	if (need > len) return 0;
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80) return 0;
		cp = cp << 6 | (p[i] & 0x3fu);
	}
	if (cp < least || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) return 0;
	*out = cp;
	return need;
}

bool vv_utf8_valid(const char *s, size_t len)
{
	size_t at = 0, step;
	uint32_t cp;

	for (;;) {
		at = vv_ascii_skip(s, len, at);
		if (at == len) return true;
		step = vv_utf8_decode(&cp, s + at, len - at);
		if (step == 0) return false;
		at += step;
	}
}

/* Code points that move, hide or reorder a terminal's text. */
static bool is_unsafe(uint32_t cp)
{
	return (cp >= 0x80 && cp <= 0x9f) ||                     /* C1 */
	       cp == 0x200b || (cp >= 0x2060 && cp <= 0x2064) || /* without width */
	       cp == 0x061c || cp == 0x200e || cp == 0x200f ||   /* bidi marks */
	       (cp >= 0x202a && cp <= 0x202e) ||                 /* bidi embeddings, overrides */
	       (cp >= 0x2066 && cp <= 0x2069) ||                 /* bidi isolates */
	       cp == 0x2028 || cp == 0x2029 || cp == 0xfeff ||   /* separators, BOM */
	       (cp >= 0xfff9 && cp <= 0xfffb) ||                 /* interlinear annotation */
	       (cp >= 0xe0000 && cp <= 0xe007f);                 /* tags */
}

static void escape_byte(vv_piece *p, unsigned char byte)
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

void vv_piece_next(vv_piece *p, const char *s, size_t len)
{
	unsigned char byte = (unsigned char)s[0];
	uint32_t cp;

	assert(len > 0);
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
	p->width = cp_width(cp);
}

size_t vv_text_width(const char *s, size_t len)
{
	size_t width = 0, at = 0;
	vv_piece p;

	while (at < len) {
		vv_piece_next(&p, s + at, len - at);
		at += p.taken;
		width += p.width;
	}
	return width;
}

size_t vv_text_fitting(const char *s, size_t len, size_t width, bool *cut)
{
	size_t at = 0, used = 0, fits = 0;
	vv_piece p;

	*cut = false;
	while (at < len) {
		vv_piece_next(&p, s + at, len - at);
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

#define SLOTS 8u
#define SHOW_WIDTH 120u
/* Every column takes at most four bytes; combining marks, which take none, end
 * the text early when they use up the rest. */

char *vv_text_slot(void)
{
	static _Thread_local char slots[SLOTS][VV_TEXT_SLOT];
	static _Thread_local unsigned turn;

	turn = (turn + 1) % SLOTS;
	return slots[turn];
}

static const char *show_text(const char *s, size_t len, bool name)
{
	char *out = vv_text_slot();
	size_t at = 0, fill = 0;
	bool cut;
	vv_piece p;

	size_t fits = vv_text_fitting(s, len, SHOW_WIDTH, &cut);
	while (at < fits) {
		vv_piece_next(&p, s + at, len - at);
		if (name && s[at] == '\\') {
			p.len = 1;
		}
		if (p.len + sizeof VV_ELLIPSIS > VV_TEXT_SLOT - fill) {
			cut = true;
			break;
		}
		memcpy(out + fill, p.text, p.len);
		fill += p.len;
		at += p.taken;
	}
	if (cut) {
		memcpy(out + fill, VV_ELLIPSIS, sizeof VV_ELLIPSIS - 1);
		fill += sizeof VV_ELLIPSIS - 1;
	}
	out[fill] = '\0';
	return out;
}

const char *vv_text_show(const char *s, size_t len)
{
	return show_text(s, len, false);
}

const char *vv_text_name(const char *s, size_t len)
{
	return show_text(s, len, true);
}

const char *vv_text_shows(const char *s)
{
	return s ? vv_text_show(s, strlen(s)) : "";
}

/* Long, and of the characters that tokens have: no name of a person. */
static bool is_token(const char *s, size_t len)
{
	return len >= 20 && !vv_array_find(s, len, c, !vv_is_alnum(*c) && *c != '_' && *c != '-');
}

bool vv_url_secret(const char *url, size_t *from, size_t *len)
{
	const char *scheme = strstr(url, "://"), *start = scheme ? scheme + 3 : url, *at = NULL;
	const char *end = start + strcspn(start, "/?#"), *colon;

	for (const char *p = start; p < end; p++) {
		at = *p == '@' ? p : at;
	}
	/* "[host:port]:path" has no user, whatever its path has */
	if (!at || (!scheme && (*start == '[' || !memchr(at, ':', (size_t)(end - at))))) {
		return false;
	}
	colon = memchr(start, ':', (size_t)(at - start));
	if (scheme && strncmp(url, "http", 4) == 0 &&
	    is_token(start, (size_t)((colon ? colon : at) - start))) {
		*from = (size_t)(start - url);
		*len = (size_t)(at + 1 - start);
		return true;
	}
	if (!colon) return false;
	*from = (size_t)(colon - url);
	*len = (size_t)(at - colon);
	return true;
}

/* Is the value of this query parameter a secret? */
static bool is_secret_name(const char *name, size_t len)
{
	static const char *const ends[] = {"token", "_key",      "password",   "secret", "auth",
					   "sig",   "signature", "credential", "jwt"};

	return vv_array_find(ends, sizeof ends / sizeof ends[0], end,
			     len >= strlen(*end) && vv_ascii_compare(name + len - strlen(*end),
								     *end, strlen(*end)) == 0) !=
	       NULL;
}

void vv_url_hide_parameters(char *url)
{
	char *at = strstr(url, "://") ? strchr(url, '?') : NULL;

	while (at && *at && *at != '#') {
		char *name = at + 1, *end = name + strcspn(name, "&;#");
		const size_t len = strcspn(name, "=&;#");

		if (name[len] == '=' && is_secret_name(name, len)) {
			char *value = name + len + 1;

			memmove(value, end, strlen(end) + 1);
			end = value;
		}
		at = end;
	}
}

const char *vv_text_url(const char *url)
{
	char shown[VV_TEXT_SLOT];
	size_t from = 0, len = 0;

	if (!url) return vv_text_shows(url);
	(void)vv_url_secret(url, &from, &len);
	(void)snprintf(shown, sizeof shown, "%.*s%s", (int)from, url, url + from + len);
	vv_url_hide_parameters(shown);
	return vv_text_shows(shown);
}

/* Writes n with its commas; returns the length. */
static size_t put_count(char *out, uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n);
	size_t fill = 0;

	for (size_t i = 0; i < len; i++) {
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
	char *out = vv_text_slot();

	(void)put_count(out, n);
	return out;
}

const char *vv_text_counted(uint64_t n, const char *one, const char *many)
{
	char *out = vv_text_slot();
	size_t fill = put_count(out, n);

	(void)snprintf(out + fill, VV_TEXT_SLOT - fill, " %s%s", n == 1 || !many ? one : many,
		       n == 1 || many ? "" : "s");
	return out;
}

const char *vv_text_bytes(uint64_t n)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	char *out = vv_text_slot();
	uint64_t unit = 1000, tenths;
	size_t i = 0;

	if (n < 1000) {
		(void)snprintf(out, VV_TEXT_SLOT, "%" PRIu64 " B", n);
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
	(void)snprintf(out, VV_TEXT_SLOT, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
		       units[i]);
	return out;
}

const char *vv_text_seconds(uint64_t ms)
{
	char *out = vv_text_slot();
	uint64_t tenths = ms / 100 + (ms % 100 >= 50 ? 1 : 0);
	uint64_t seconds = ms / 1000 + (ms % 1000 >= 500 ? 1 : 0);

	if (tenths < 600) {
		(void)snprintf(out, VV_TEXT_SLOT, "%" PRIu64 ".%" PRIu64 " s", tenths / 10,
			       tenths % 10);
	} else if (seconds < 3600) {
		(void)snprintf(out, VV_TEXT_SLOT, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
			       seconds % 60);
	} else {
		(void)snprintf(out, VV_TEXT_SLOT, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
			       seconds % 3600 / 60);
	}
	return out;
}

/* NULL: it cannot be represented. strftime writes years before 1000 with fewer than four digits. */
static char *format_time(int64_t seconds, const char *format)
{
	const bool year = strncmp(format, "%Y-", 3) == 0;
	const time_t t = (time_t)seconds;
	char *out = vv_text_slot();
	struct tm tm;
	int n = 0;

	if (!gmtime_r(&t, &tm) || (year && tm.tm_year < -1900)) return NULL;
	if (year) {
		n = snprintf(out, VV_TEXT_SLOT, "%04lld", tm.tm_year + 1900LL);
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* callers' are looked at */
	return strftime(out + n, VV_TEXT_SLOT - (size_t)n, format + (year ? 2 : 0), &tm) > 0 ? out
											     : NULL;
#pragma GCC diagnostic pop
}

const char *vv_text_time(int64_t seconds, const char *format)
{
	const char *out = format_time(seconds, format);

	return out ? out : "?";
}

const char *vv_text_utc(int64_t seconds)
{
	return vv_text_time(seconds, "%Y-%m-%dT%H:%M:%SZ");
}

const char *vv_text_zoned(int64_t seconds, int offset_min)
{
	const int64_t east = (int64_t)offset_min * 60;
	const bool fits = east < 0 ? seconds >= INT64_MIN - east : seconds <= INT64_MAX - east;
	char *out = fits ? format_time(seconds + east, "%Y-%m-%dT%H:%M:%S") : NULL;
	const int zone = offset_min < 0 ? -offset_min : offset_min;

	if (!out) return "";
	const size_t len = strlen(out);
	(void)snprintf(out + len, VV_TEXT_SLOT - len, "%c%02d:%02d", offset_min < 0 ? '-' : '+',
		       zone / 60 % 100, zone % 60);
	return out;
}
