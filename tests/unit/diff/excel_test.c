/*
 * excel: what a spreadsheet program makes of a cell is known as its doing, and named.
 */
#include "diff/spreadsheet/excel.h"

#include <string.h>

#include "tests/unit/support.h"

static vv_cell cell_of(const char *s, size_t len)
{
	return (vv_cell){.text = s, .len = (uint32_t)len, .state = VV_CELL_TEXT};
}

static void each_kind_of_damage_is_told_by_its_example(void **state)
{
	static const struct {
		const char *was, *is;
		vv_excel_kind kind;
	} cases[] = {{"1.50", "1.5", VV_EXCEL_STYLE},
		     {"0.0", "0", VV_EXCEL_STYLE},
		     {"true", "TRUE", VV_EXCEL_STYLE},
		     {"01234", "1234", VV_EXCEL_ZEROS},
		     {"123456789012", "1.23457E+11", VV_EXCEL_EXPONENT},
		     {"999999999999", "1E+12", VV_EXCEL_EXPONENT},
		     {"12345678901234567", "12345678901234500", VV_EXCEL_ROUNDED},
		     {"0.30000000000000004", "0.3", VV_EXCEL_STYLE},
		     {"0.123456789012", "0.123456789", VV_EXCEL_ROUNDED},
		     {"03/06/18", "2018-03-06", VV_EXCEL_NONE},
		     {"\xc3\xa9 \xd0\x93", "\xc3\xa9 ?", VV_EXCEL_LETTERS},
		     {"\xd0\x93\xd1\x83\xd0\xb0\xd0\xbc", "Guam", VV_EXCEL_NONE},
		     {"\xef\xac\x81", "fi", VV_EXCEL_NONE},
		     {"4.75", "4,75", VV_EXCEL_COMMA},
		     {"1.234", "1234", VV_EXCEL_GROUPS},
		     {"2024-03-04", "3/4/2024", VV_EXCEL_DATE},
		     {"03/04/2024", "04/03/2024", VV_EXCEL_SWAPPED},
		     {"MARCH1", "1-Mar", VV_EXCEL_NAMED},
		     {"MÄRZ1", "01. Mrz", VV_EXCEL_NAMED},
		     {"AGO2", "02-ago", VV_EXCEL_NAMED},
		     {"AGO2", "02-set", VV_EXCEL_NONE},
		     {"AGO2", "2-Aug", VV_EXCEL_NONE},
		     {"AOUT2", "02-août", VV_EXCEL_NONE},
		     {"2024-03-04", "04. Mrz 24", VV_EXCEL_DATE},
		     {"2024-08-04", "04-ao?t-24", VV_EXCEL_DATE},
		     {"2024-02-04", "04-févr.-24", VV_EXCEL_DATE},
		     {"2024-07-04", "4-JUIN-24", VV_EXCEL_NONE},
		     {"2024-07-01", "jul/24", VV_EXCEL_DATE},
		     {"-name", "#NAME?", VV_EXCEL_ERROR},
		     {"1.5", "1.6", VV_EXCEL_NONE},
		     {"2024-03-04", "3/5/2024", VV_EXCEL_NONE},
		     {"same", "same", VV_EXCEL_NONE}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_auto(vv_excel) e = {.count = 0};
		const vv_cell was = cell_of(cases[i].was, strlen(cases[i].was));
		const vv_cell is = cell_of(cases[i].is, strlen(cases[i].is));
		vv_excel_kind kind = vv_excel_damage(&e, &was, &is);

		if (kind != cases[i].kind) {
			fail_msg("%s -> %s: %s", cases[i].was, cases[i].is, vv_excel_words(kind));
		}
	}
}

static void every_spelling_of_a_text_is_known_as_its_damage(void **state)
{
	static const char *const texts[] = {
		"2024-03-04", "24-03-04", "4.3.24", "3/4/1999",   "MARCH1",       "Mar-24",
		"3/24",       "5/2024",   "12:30",  "4/3/24 7:5", "1/2/98 12:30", "SEPT2",
		"1e5",        "007",      "99.95",  "1.234",      "12,5",         "0.000012345",
		"-1.50E-7",   "2024-13",  "1-2-3"};

	size_t spellings = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		vv_auto(vv_excel) all = {.count = 0};
		vv_auto(vv_excel) e = {.count = 0};
		const vv_cell was = cell_of(texts[i], strlen(texts[i]));

		vv_excel_spell(&all, was.text, was.len);
		spellings += all.count;
		for (size_t k = 0; k < all.count; k++) {
			const vv_cell is = cell_of(all.text.data + all.items[k].at,
						   all.items[k].len);

			if (!vv_cell_equal(&was, &is) &&
			    vv_excel_damage(&e, &was, &is) == VV_EXCEL_NONE) {
				fail_msg("%s -> %.*s", was.text, (int)is.len, is.text);
			}
		}
	}
	assert_true(spellings > 200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_kind_of_damage_is_told_by_its_example),
	cmocka_unit_test(every_spelling_of_a_text_is_known_as_its_damage),
};

VV_TEST_SUITE(excel)
