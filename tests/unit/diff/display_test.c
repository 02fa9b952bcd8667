/*
 * display: a column's number format is found from its cells, and only its displays are believed.
 */
#include "diff/spreadsheet/display.h"

#include <string.h>

#include "base/array.h"
#include "tests/unit/support.h"

#define ROWS_MAX 12u

typedef struct column_case {
	const char *was[ROWS_MAX], *is[ROWS_MAX];
	const char *asked_was, *asked_is; /* the cell to test */
	vv_display_answer answer;
	const char *value; /* the value of this cell; NULL: not a whole value */
} column_case;

static vv_cell text_cell(const char *s)
{
	return (vv_cell){.text = s, .len = (uint32_t)strlen(s), .state = VV_CELL_TEXT};
}

static vv_display *learn_case(const column_case *c)
{
	vv_display *d = vv_display_new();

	assert_non_null(d);
	for (int count = 0; count < 2; count++) {
		for (size_t i = 0; i < ROWS_MAX && c->was[i]; i++) {
			const vv_cell was = text_cell(c->was[i]), is = text_cell(c->is[i]);

			if (count) {
				vv_display_count(d, &was, &is);
			} else if (!vv_cell_equal(&was, &is)) {
				vv_display_learn(d, &was, &is);
			}
		}
		if (!count) {
			vv_display_settle(d, '\0');
		}
	}
	return d;
}

static void check_case(const column_case *c)
{
	vv_auto(vv_display) *d = learn_case(c);
	vv_auto(vv_buf) value = VV_BUF_INIT;
	const vv_cell was = text_cell(c->asked_was), is = text_cell(c->asked_is);

	assert_true(vv_display_proven(d));
	if (vv_display_of(d, &was, &is) != c->answer) {
		fail_msg("%s -> %s: %d", c->asked_was, c->asked_is, vv_display_of(d, &was, &is));
	}
	if (c->answer != VV_DISPLAY_NO) {
		assert_true(vv_display_could(&was, &is));
	}
	assert_int_equal(vv_display_put_value(&value, d, &is), c->value != NULL);
	if (c->value) {
		assert_string_equal(vv_buf_cstr(&value), c->value);
	}
}

static void a_month_is_not_read_from_a_word_that_one_edit_may_have(void **state)
{
	static const column_case c = {
		{"2022-01-03", "2021-01-07", "2022-02-05", "2020-02-09", "2022-04-01"},
		{"3 janeiro 2022", "7 janeiro 2021", "5 fevereiro 2022", "9 fevereiro 2020",
		 "1 junho 2026"},
		"2022-04-01",
		"1 junho 2026",
		VV_DISPLAY_NO,
		"2026-06-01"}; /* by its known name */
	/* two such edits, whose days of the week are those of June */
	static const column_case twice = {{"2024-01-01", "2024-01-02", "2024-01-08", "2024-04-09",
					   "2024-04-16", "2024-01-09", "2024-01-15", "2024-01-16",
					   "2024-01-22"},
					  {"Mon 1 Jan 2024", "Tue 2 Jan 2024", "Mon 8 Jan 2024",
					   "Mon 3 Jun 2024", "Mon 10 Jun 2024", "Tue 9 Jan 2024",
					   "Mon 15 Jan 2024", "Tue 16 Jan 2024", "Mon 22 Jan 2024"},
					  "2024-04-09",
					  "Mon 3 Jun 2024",
					  VV_DISPLAY_NO,
					  NULL};

	/* the only cell in April, unchanged, in a language whose names are not known */
	static const column_case alone = {
		{"2022-01-03", "2021-01-07", "2022-02-05", "2020-02-09", "2022-04-01"},
		{"3 tammikuu 2022", "7 tammikuu 2021", "5 helmikuu 2022", "9 helmikuu 2020",
		 "1 huhtikuu 2022"},
		"2022-04-01",
		"1 huhtikuu 2022",
		VV_DISPLAY_PART,
		NULL};

	check_case(&c);
	check_case(&twice);
	check_case(&alone);
	vv_auto(vv_display) *d = learn_case(&alone);
	assert_true(vv_display_parts_proven(d));
	(void)state;
}

static void a_name_of_a_month_that_one_cell_has_is_read(void **state)
{
	static const column_case cases[] = {
		{{"2022-01-03", "2021-02-07", "2022-04-01"},
		 {"3 janeiro 2022", "7 fevereiro 2021", "1 abril 2022"},
		 "2022-04-01",
		 "1 abril 2022",
		 VV_DISPLAY_WHOLE,
		 "2022-04-01"},
		{{"2022-01-03", "2021-02-07", "2022-04-01"},
		 {"3. Jan 2022", "7. Feb 2021", "1. Apr 2022"},
		 "2022-03-09",
		 "9. Mär 2022",
		 VV_DISPLAY_WHOLE,
		 "2022-03-09"},
		{{"2022-01-03", "2021-06-07", "2022-08-01"},
		 {"janvier", "juin", "ao?t"},
		 "2022-07-09",
		 "juillet",
		 VV_DISPLAY_PART,
		 NULL},
		{{"2022-01-03", "2021-06-07", "2022-08-01"},
		 {"stycznia", "czerwca", "sierpnia"},
		 "2022-03-09",
		 "maja",
		 VV_DISPLAY_NO,
		 NULL},
		{{"2022-01-03", "2021-06-07", "2022-08-01", "2022-12-02"},
		 {"I 22", "VI 21", "VIII 22", "XII 22"},
		 "2022-03-09",
		 "III 22",
		 VV_DISPLAY_PART,
		 NULL},
		{{"2022-01-03", "2021-06-07", "2022-08-01"},
		 {"一月", "六月", "八月"},
		 "2022-12-09",
		 "十二月",
		 VV_DISPLAY_PART,
		 NULL},
	};

	(void)state;
	vv_array_each(cases, sizeof(cases) / sizeof(cases[0]), it) {
		check_case(it);
	}
}

static void a_format_is_found_from_the_cells_and_reads_edits(void **state)
{
	static const column_case cases[] = {
		{{"9.90", "12.50", "3.10", "7.70"},
		 {"9,90", "14,50", "3,10", "7,70"},
		 "12.50",
		 "14,50",
		 VV_DISPLAY_NO,
		 "14.50"},
		{{"1234.5", "7.25", "-12"},
		 {"1.234,50 \xe2\x82\xac", "7,25 \xe2\x82\xac", "-12,00 \xe2\x82\xac"},
		 "1000000.1",
		 "1.000.000,10 \xe2\x82\xac",
		 VV_DISPLAY_WHOLE,
		 "1000000.1"},
		{{"1234.5", "7.25", "-12"},
		 {"$1,234.50", "$7.25", "($12.00)"},
		 "-5",
		 "($5.00)",
		 VV_DISPLAY_WHOLE,
		 "-5"},
		{{"0.125", "0.5", "0.07"},
		 {"12.5%", "50.0%", "7.0%"},
		 "0.333",
		 "33.3%",
		 VV_DISPLAY_WHOLE,
		 "0.333"},
		{{"1234.56", "7.00", "0.60"},
		 {"1.234,56 DM", "7,-- DM", "0,60 DM"},
		 "-12.00",
		 "-12,-- DM",
		 VV_DISPLAY_WHOLE,
		 "-12.00"},
		{{"9.99", "2.49", "7.51"}, {"10", "2", "8"}, "4.6", "5", VV_DISPLAY_PART, "5.00"},
		{{"9.99", "2.49", "7.51"}, {"10", "2", "8"}, "4.6", "6", VV_DISPLAY_NO, "6.00"},
		{{"1234.5", "0.5"},
		 {"1.23E+03", "5.00E-01"},
		 "98765",
		 "9.88E+04",
		 VV_DISPLAY_PART,
		 "98800.0"},
		{{"0.5", "2.25", "7"},
		 {"1/2", "2 1/4", "7    "},
		 "3.75",
		 "3 3/4",
		 VV_DISPLAY_PART,
		 NULL},
		{{"2024-03-04", "2024-05-14"},
		 {"45355", "45426"},
		 "2024-01-01",
		 "45292",
		 VV_DISPLAY_WHOLE,
		 "2024-01-01"},
		/* the value of an edit is not in a part of a day */
		{{"17:05:34", "06:00:00", "19:10:00", "00:01:00"},
		 {"0.71", "0.25", "0.80", "0.00"},
		 "04:33:00",
		 "0.19",
		 VV_DISPLAY_PART,
		 NULL},
		{{"2024-03-04", "2024-05-14", "2024-07-20"},
		 {"45.36E+03", "45.43E+03", "45.49E+03"},
		 "2024-01-01",
		 "45.29E+03",
		 VV_DISPLAY_PART,
		 NULL},
		{{"17:05:34", "06:00:00", "19:10:00", "00:01:00"},
		 {"05:05:34 PM", "06:00:00 AM", "07:10:00 PM", "12:01:00 AM"},
		 "18:00:00",
		 "06:00:00 PM",
		 VV_DISPLAY_WHOLE,
		 "18:00:00"},
		{{"2024-03-04 05:06:07", "2024-05-14 12:00:00"},
		 {"04.03.24 05:06", "14.05.24 12:00"},
		 "2024-12-31 23:59:01",
		 "31.12.24 23:59",
		 VV_DISPLAY_PART,
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_case(&cases[i]);
	}
}

/* No list of months: the column itself determines the month of each word. */
static void words_are_learned_from_the_column(void **state)
{
	static const column_case known = {
		{"2024-03-04", "2024-03-25", "2023-03-14", "2024-10-01", "2022-10-20"},
		{"4 marras 24", "25 marras 24", "14 marras 23", "1 hedra 24", "20 hedra 22"},
		"2024-03-06",
		"6 marras 24",
		VV_DISPLAY_WHOLE,
		"2024-03-06"};
	static const column_case moved = {
		{"2024-03-04", "2024-03-25", "2023-03-14", "2024-10-01", "2022-10-20"},
		{"4 marras 24", "25 marras 24", "14 marras 23", "1 hedra 24", "20 hedra 22"},
		"2024-05-06",
		"6 marras 24",
		VV_DISPLAY_NO,
		"2024-03-06"};

	(void)state;
	check_case(&known);
	check_case(&moved);
}

/* "?" are letters that the encoding lacks: two months that are written alike are not distinguished. */
static void months_whose_letters_are_lost_are_not_read_from_an_edit(void **state)
{
	static const column_case seen = {
		{"2024-02-04", "2024-02-25", "2023-10-14", "2024-06-01", "2022-06-20"},
		{"4 ???????, 2024", "25 ???????, 2024", "14 ???????, 2023", "1 ????, 2024",
		 "20 ????, 2022"},
		"2024-08-06",
		"7 ???????, 2024",
		VV_DISPLAY_NO,
		NULL};
	static const column_case unseen = {
		{"2024-02-04", "2024-02-25", "2023-02-14", "2024-06-01", "2022-06-20"},
		{"4 ???????, 2024", "25 ???????, 2024", "14 ???????, 2023", "1 ????, 2024",
		 "20 ????, 2022"},
		"2024-11-06",
		"6 ??????, 2024",
		VV_DISPLAY_NO,
		NULL};

	(void)state;
	check_case(&seen);
	check_case(&unseen);
}

/* One changed cell proves nothing, nor do edits, nor texts that show no part of the value. */
static void few_cells_and_other_texts_prove_no_format(void **state)
{
	static const column_case cases[] = {
		{.was = {"9.99", "5", "6", "7"}, .is = {"10", "5", "6", "7"}},
		{.was = {"9.99", "2.49", "7.51", "1.20"}, .is = {"10", "2.50", "7.60", "1.25"}},
		{.was = {"2024-03-04", "2024-05-14", "2024-06-01"}, .is = {"open", "open", "open"}},
		{.was = {"1", "2", "3"}, .is = {"11", "12", "13"}},
		/* months of another calendar follow ours in two of three cells */
		{.was = {"2024-03-04", "2024-03-11", "2024-03-18", "2024-03-25", "2024-03-26",
			 "2024-03-27", "2024-04-01", "2024-04-08", "2024-04-15", "2024-04-22",
			 "2024-04-29", "2024-04-30"},
		 .is = {"Adar", "Adar", "Adar", "Adar", "Nissan", "Nissan", "Nissan", "Nissan",
			"Nissan", "Nissan", "Iyar", "Iyar"}},
		{.was = {"1", "2", "3"}, .is = {"1A", "2A", "3A"}},
		{.was = {"1", "2", "3"}, .is = {"ID1", "ID2", "ID3"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_auto(vv_display) *d = learn_case(&cases[i]);

		if (vv_display_proven(d)) {
			fail_msg("case %zu", i);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_format_is_found_from_the_cells_and_reads_edits),
	cmocka_unit_test(a_month_is_not_read_from_a_word_that_one_edit_may_have),
	cmocka_unit_test(a_name_of_a_month_that_one_cell_has_is_read),
	cmocka_unit_test(words_are_learned_from_the_column),
	cmocka_unit_test(months_whose_letters_are_lost_are_not_read_from_an_edit),
	cmocka_unit_test(few_cells_and_other_texts_prove_no_format),
};

VV_TEST_SUITE(display)
