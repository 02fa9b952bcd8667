/*
 * likely_encoding: by which bytes the encodings that spreadsheets write differ.
 *
 * Western European text has single bytes above 127 among ASCII letters; Cyrillic and East Asian text
 * has runs of them.
 */
#include "dataset/read/likely_encoding.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/ascii.h"

typedef struct counts {
	size_t high; /* bytes above 127 */
	size_t kana; /* pairs that are kana in Shift_JIS */
	size_t letters; /* bytes that are Cyrillic letters in windows-1251 and KOI8-R, in runs of three or more */
	size_t small;    /* of these, small ones in windows-1251, which KOI8-R has as capitals */
	size_t pairs;    /* bytes in runs of an even number, all from 0xA1 on */
	size_t dos, mac; /* bytes among letters that are letters there, and marks in windows-1252 */
} counts;

static bool is_high(const uint8_t *s, size_t len, size_t i)
{
	return i < len && s[i] >= 0x80;
}

static bool is_letter(const uint8_t *s, size_t len, size_t i)
{
	return i < len && vv_is_alpha((char)s[i]);
}

/* A letter of MS-DOS or of the old Macintosh, where windows-1252 has marks or nothing. */
static void count_single(counts *c, const uint8_t *s, size_t len, size_t i)
{
	if (i == 0 || !is_letter(s, len, i - 1)) {
		return; /* what opens a quotation */
	}
	switch (s[i]) {
	case 0x94: /* DOS: o; but what closes a quotation in windows-1252 */
		c->dos += is_letter(s, len, i + 1) || is_high(s, len, i + 1);
		break;
	case 0x81: /* DOS: u, e, a, c with their marks */
	case 0x82:
	case 0x84:
	case 0x87:
		c->dos++;
		break;
	case 0x8D: /* Macintosh: c, e, e, e, u */
	case 0x8E:
	case 0x8F:
	case 0x90:
	case 0x9F:
		c->mac++;
		break;
	default:
		break;
	}
}

static void count_run(counts *c, const uint8_t *s, size_t len, size_t from, size_t end)
{
	bool paired = (end - from) % 2 == 0;

	for (size_t i = from; i < end; i++) {
		c->high++;
		paired = paired && s[i] >= 0xA1 && s[i] != 0xFF;
		if (end - from >= 3 && s[i] >= 0xC0) {
			c->letters++;
			c->small += s[i] >= 0xE0;
		}
		if (i + 1 < len && ((s[i] == 0x82 && s[i + 1] >= 0x9F && s[i + 1] <= 0xF1) ||
				    (s[i] == 0x83 && s[i + 1] >= 0x40 && s[i + 1] <= 0x96))) {
			c->kana++;
		}
		count_single(c, s, len, i);
	}
	c->pairs += paired ? end - from : 0;
}

static bool ends_cell(uint8_t c)
{
	return c == ',' || c == ';' || c == '"' || c < ' ';
}

/* Are the cells beyond ASCII pairs of Shift_JIS, and little else? The first byte of half of them is a mark in windows-1252;
 * words of MS-DOS have more ASCII letters beside theirs. */
static bool is_kanji(const uint8_t *s, size_t len)
{
	size_t pairs = 0, marks = 0, letters = 0;

	for (size_t i = 0; i < len;) {
		const size_t before = pairs;
		size_t own = 0;

		for (; i < len && !ends_cell(s[i]); i++) {
			if (s[i] < 0x80) {
				own += vv_is_alpha((char)s[i]);
				continue;
			}
			if ((s[i] >= 0xA0 && s[i] < 0xE0) || s[i] == 0x80 || s[i] > 0xFC) {
				return false;
			}
			marks += s[i] < 0xA0;
			if (++i == len) {
				break; /* cut off */
			}
			if (s[i] < 0x40 || s[i] == 0x7F || s[i] > 0xFC) return false;
			pairs++;
		}
		letters += pairs > before ? own : 0;
		i++;
	}
	return pairs >= 2 && marks * 2 >= pairs && letters * 4 < pairs;
}

const char *vv_likely_encoding(const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;
	counts c = {0};

	for (size_t i = 0; i < len;) {
		size_t end = i;

		while (is_high(s, len, end)) {
			end++;
		}
		if (end > i) {
			count_run(&c, s, len, i, end);
		}
		i = end + 1;
	}
	if (c.kana * 3 > c.high || is_kanji(s, len)) return "Shift_JIS";
	if (c.letters * 10 > c.high * 9) return c.small * 2 > c.letters ? "windows-1251" : "KOI8-R";
	if (c.pairs * 10 > c.high * 9 && c.high >= 4) return "GB18030";
	if (c.dos > c.mac) return "CP850";
	return c.mac > 0 ? "MACINTOSH" : "windows-1252";
}
