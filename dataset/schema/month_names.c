/*
 * month_names: the names as LibreOffice 7.4 has them, with those after a day, and short names of Excel that are not
 * the beginning of a name.
 */
#include "dataset/schema/month_names.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"

#define MONTHS 12
#define LETTERS_MIN 3u

/* Several lists may have one language. */
static const struct {
	const char *names[MONTHS];
	unsigned language;
} lists[] = {
	{{"January", "February", "March", "April", "May", "June", "July", "August", "September",
	  "October", "November", "December"},
	 VV_MONTHS_ENGLISH},
	{{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
	  "Oktober", "November", "Dezember"},
	 2},
	{{"Jänner", "Feber", "Mrz", "", "", "", "", "", "", "", "", ""}, 2},
	{{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
	  "octobre", "novembre", "décembre"},
	 4},
	{{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
	  "settembre", "ottobre", "novembre", "dicembre"},
	 8},
	{{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
	  "octubre", "noviembre", "diciembre"},
	 16},
	{{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
	  "outubro", "novembro", "dezembro"},
	 32},
	{{"styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec", "sierpień",
	  "wrzesień", "październik", "listopad", "grudzień"},
	 64},
	{{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia",
	  "września", "października", "listopada", "grudnia"},
	 64},
	{{"一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月",
	  "十二月"},
	 128},
};

/* Polish short names in LibreOffice. */
static const char *const roman[MONTHS] = {"I",   "II",   "III", "IV", "V",  "VI",
					  "VII", "VIII", "IX",  "X",  "XI", "XII"};

/* ASCII letters, and those of Latin-1 in UTF-8, of which the capitals are 0x20 below. */
static char lower_letter(const char *s, size_t i)
{
	const unsigned char c = (unsigned char)s[i];

	if (i > 0 && s[i - 1] == '\xc3' && c >= 0x80 && c < 0x9f) return (char)(c + 0x20);
	return vv_to_lower(s[i]);
}

static bool is_later_byte(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* Begins the name with the text? *whole: it is all of it; *letters: their number. */
static bool name_begins(const char *name, const char *s, size_t len, bool *whole, size_t *letters)
{
	size_t n = 0;

	*letters = 0;
	for (size_t i = 0; i < len; i++) {
		if (!name[n]) return false;
		*letters += !is_later_byte(s[i]);
		if (s[i] == '?' && (unsigned char)name[n] >= 0x80) {
			for (n++; is_later_byte(name[n]); n++) {
			}
		} else if (lower_letter(s, i) != lower_letter(name, n++)) {
			return false;
		}
	}
	*whole = !name[n];
	return !is_later_byte(name[n]);
}

/* Returns the month of the list that has the name; 0: none, or several begin so. */
static int month_in(const char *const *names, const char *s, size_t len)
{
	int found = 0, count = 0;

	for (int m = 0; m < MONTHS; m++) {
		bool whole;
		size_t letters;

		if (!name_begins(names[m], s, len, &whole, &letters)) {
			continue;
		}
		if (whole) return m + 1;
		if (letters >= LETTERS_MIN) {
			found = m + 1;
			count++;
		}
	}
	return count == 1 ? found : 0;
}

int vv_month_of(const char *s, size_t len, unsigned *languages)
{
	const unsigned among = *languages;
	int month = 0;

	*languages = 0;
	len -= len > LETTERS_MIN && s[len - 1] == '.';
	vv_array_each(lists, sizeof(lists) / sizeof(lists[0]), l) {
		const int is = len > 0 && (l->language & among) ? month_in(l->names, s, len) : 0;

		if (is > 0) {
			*languages |= l->language;
			month = month == 0 || month == is ? is : -1;
		}
	}
	return month > 0 ? month : 0;
}

bool vv_month_is(const char *s, size_t len, int month)
{
	unsigned languages = VV_MONTHS_ALL;
	const char *number = roman[month - 1];

	return vv_month_of(s, len, &languages) == month ||
	       (strlen(number) == len && memcmp(number, s, len) == 0);
}
