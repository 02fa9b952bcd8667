/*
 * ansi: the code points of windows-1252.
 */
#include "diff/spreadsheet/ansi.h"

#include "base/array.h"
#include "base/text.h"

/* Windows-1252 from 0x80 to 0x9f; 0: the control character. */
static const uint16_t ansi[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
				  0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
				  0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
				  0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

unsigned char vv_ansi_of(uint32_t cp)
{
	if (cp < 0x80 || (cp >= 0xA0 && cp <= 0xFF)) return (unsigned char)cp;
	const size_t at = vv_find_place(i, 32, ansi[i] == cp || (ansi[i] == 0 && cp == 0x80 + i));
	return at < 32 ? (unsigned char)(0x80 + at) : 0;
}

void vv_ansi_put(vv_buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)s[i];

		vv_utf8_put(out, c >= 0x80 && c < 0xA0 && ansi[c - 0x80] ? ansi[c - 0x80] : c);
	}
}
