/* Tests of dataset/read/likely_encoding.h: words of spreadsheets, as six encodings have them. */
#include "tests/unit/support.h"

#include <string.h>

#include "dataset/read/likely_encoding.h"

static void words_are_told_apart_by_their_bytes(void **state)
{
	static const struct {
		const char *encoding, *text;
	} words[] = {
		{"windows-1252", "Caf\xe9"},
		{"windows-1252", "Gr\xf6\xdf"
				 "e"},
		{"windows-1252", "5 \x80"},
		{"windows-1252", "\x93"
				 "d\xe9j\xe0\x94"},
		{"windows-1252", "\x84quoted\x94"},
		{"windows-1252", "\x8akoda"},
		{"CP850", "Gr\x94\xe1"
			  "e"},
		{"CP850", "Caf\x82"},
		{"CP850", "M\x81nchen"},
		{"MACINTOSH", "Caf\x8e"},
		{"MACINTOSH", "M\x9fnchen"},
		{"windows-1251", "\xcc\xee\xf1\xea\xe2\xe0"},
		{"windows-1251", "\xd1\xe0\xed\xea\xf2-\xcf\xe5\xf2\xe5\xf0\xe1\xf3\xf0\xe3"},
		{"KOI8-R", "\xed\xcf\xd3\xcb\xd7\xc1"},
		{"KOI8-R", "\xd0\xd2\xc9\xd7\xc5\xd4"},
		{"Shift_JIS", "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd"},
		{"Shift_JIS", "\x83J\x83^\x83\x8d\x83O"},
		{"Shift_JIS", "2,\xed\x95\x8eR"},
		{"Shift_JIS", "1,\xee\xe0\x8b\xb4\n2,\xed\x95\x8eR\n3,\x8eR\x93"
			      "c\n"},
		{"windows-1252", "\x93"
				 "d\xe9j\xe0\x94,l\x92h\xf4tel,\x8akoda"},
		{"CP850", "\x82l\x8av,M\x81ller,J\x94rg,K\x84se,Gr\x94\xe1"
			  "e"},
		{"GB18030", "\xbc\xdb\xb8\xf1\xb1\xed"},
		{"GB18030", "\xd6\xd0\xce\xc4\xc3\xfb\xb3\xc6"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_string_equal(vv_likely_encoding(words[i].text, strlen(words[i].text)),
				    words[i].encoding);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(words_are_told_apart_by_their_bytes),
};

VV_TEST_SUITE(likely_encoding)
