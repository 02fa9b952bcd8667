/*
 * iconv: character after character, from one code page to UTF-16, and from there to the other. One of the two is UTF-8.
 */
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/array.h"
#include "base/os.h"

#define GB18030 54936u
#define EUC_JP 20932u
#define EUC_JP_LEAD 0x8f /* of characters of JIS X 0212 */
#define CHAR_MAX_BYTES 4u
#define PARTS_MAX 2 /* units of UTF-16 of a character */

struct vv_windows_iconv {
	unsigned from, to; /* code pages */
};

/* Code pages whose number is not in their name. */
static const struct {
	const char *name;
	unsigned page;
} named[] = {
	{"UTF-8", CP_UTF8},   {"KOI8-R", 20866},  {"KOI8-U", 21866},    {"macintosh", 10000},
	{"windows-31j", 932}, {"EUC-JP", EUC_JP}, {"GB18030", GB18030}, {"GBK", 936},
	{"GB2312", 936},      {"Big5", 950},      {"EUC-KR", 949},      {"UHC", 949},
};

static const struct {
	const char *lead;
	unsigned base; /* added to the number that follows */
} numbered[] = {{"windows-", 0}, {"CP", 0}, {"IBM", 0}, {"ISO-8859-", 28590}};

/* 0: there is none. */
static unsigned page_of(const char *name)
{
	unsigned page = 0;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (_stricmp(named[i].name, name) == 0) {
			page = named[i].page;
		}
	}
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]) && page == 0; i++) {
		const size_t len = strlen(numbered[i].lead);
		char *end;

		if (_strnicmp(name, numbered[i].lead, len) == 0) {
			const unsigned long number = strtoul(name + len, &end, 10);

			page = *end || number == 0 || number > 9999
				       ? 0
				       : numbered[i].base + (unsigned)number;
		}
	}
	return IsValidCodePage(page) ? page : 0;
}

iconv_t iconv_open(const char *to, const char *from)
{
	const struct vv_windows_iconv pages = {page_of(from), page_of(to)};
	iconv_t out = NULL;

	if (pages.from == 0 || pages.to == 0) {
		errno = EINVAL;
		return (iconv_t)-1;
	}
	if (!(out = malloc(sizeof(*out)))) {
		errno = ENOMEM;
		return (iconv_t)-1;
	}
	*out = pages;
	return out;
}

int iconv_close(iconv_t how)
{
	free(how);
	return 0;
}

static size_t utf8_len(unsigned char c)
{
	if (c < 0xc2) return 1;
	if (c < 0xe0) return 2;
	return c < 0xf0 ? 3 : 4;
}

/* The length in bytes of the character at s, by its first bytes; 0: more of them are needed. */
static size_t char_len(unsigned page, const char *s, size_t left)
{
	const unsigned char c = (unsigned char)s[0], d = left > 1 ? (unsigned char)s[1] : 0;

	if (page == CP_UTF8) return utf8_len(c);
	if (c < 0x80) return 1;
	if (page == GB18030) {
		if (left < 2) return 0;
		return d >= '0' && d <= '9' ? 4 : 2;
	}
	if (page == EUC_JP) return c == EUC_JP_LEAD ? 3 : 2;
	return IsDBCSLeadByteEx(page, c) ? 2 : 1;
}

/* Windows reads a byte that a page of its own lacks as this. */
static bool is_substitute(unsigned page, const wchar_t *w, int count)
{
	const bool control = w[0] >= 0x80 && w[0] < 0xa0;
	const bool private = w[0] >= 0xe000 && w[0] < 0xf900;
	const bool plain = page < 10000;

	return count == 1 && plain && (control || private);
}

/* Decodes the character at s. Returns its bytes, or 0 with errno set. Windows' page has the characters of JIS X 0212,
 * three bytes in EUC-JP, as two: without the lead byte, and without the high bit of the last one. */
static size_t decode_char(wchar_t w[PARTS_MAX], int *count, unsigned page, const char *s,
			  size_t left)
{
	const size_t len = char_len(page, s, left);
	const char *from = s;
	char two[2];
	int bytes = (int)len;

	if (len == 0 || len > left) {
		errno = EINVAL;
		return 0;
	}
	if (page == EUC_JP && len == 3) {
		two[0] = s[1];
		two[1] = (char)(s[2] & 0x7f);
		from = two;
		bytes = 2;
	}
	*count = MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, from, bytes, w, PARTS_MAX);
	if (*count <= 0 || is_substitute(page, w, *count)) {
		errno = EILSEQ;
		return 0;
	}
	return len;
}

/* Returns the bytes that were written, or 0 with errno set. */
static size_t encode_char(char out[CHAR_MAX_BYTES + 1], unsigned page, const wchar_t *w, int count)
{
	BOOL replaced = FALSE, *told = &replaced;
	DWORD flags = WC_NO_BEST_FIT_CHARS;

	if (page == CP_UTF8 || page == GB18030) {
		told = NULL;
		flags = WC_ERR_INVALID_CHARS;
	}
	const int len = WideCharToMultiByte(page, flags, w, count, out, CHAR_MAX_BYTES, NULL, told);
	if (len <= 0 || replaced) {
		errno = EILSEQ;
		return 0;
	}
	if (page == EUC_JP && len == 2 && (unsigned char)out[1] < 0x80) {
		out[2] = (char)(out[1] | 0x80);
		out[1] = out[0];
		out[0] = (char)EUC_JP_LEAD;
		return 3;
	}
	return (size_t)len;
}

size_t iconv(iconv_t how, char **in, size_t *left, char **out, size_t *room)
{
	wchar_t w[PARTS_MAX];
	char bytes[CHAR_MAX_BYTES + 1];
	int count = 0;

	if (!in || !*in) return 0;
	while (*left > 0) {
		const size_t used = decode_char(w, &count, how->from, *in, *left);
		const size_t made = used > 0 ? encode_char(bytes, how->to, w, count) : 0;

		if (made == 0) return (size_t)-1;
		if (made > *room) {
			errno = E2BIG;
			return (size_t)-1;
		}
		memcpy(*out, bytes, made);
		*out += made;
		*room -= made;
		*in += used;
		*left -= used;
	}
	return 0;
}
