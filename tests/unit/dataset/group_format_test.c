/*
 * The bytes of row groups: each encoding pinned; whatever the encoder would not have
 * written is refused.
 */
#include "tests/unit/dataset/group_support.h"

typedef struct pin {
	const char *texts[24];
	size_t rows, len;
	const char *bytes; /* of the column */
} pin;

#define BYTES(s) sizeof(s) - 1, s

/* These bytes are the format: they may not change within a generation. */
static const pin pins[] = {
	{{"a", "a", "a"},
	 3,
	 BYTES("\x00\x01"
	       "a")},
	{{"", "", ""}, 3, BYTES("\x00\x00")},
	{{"\x02", "\x02"}, 2, BYTES("\x10\x02\x00")},
	{{"\x03true", "\x03true"}, 2, BYTES("\x10\x03\x04true")},
	{{"\x02", "x", "\x01", "x", "x"}, 5, BYTES("\x20\x12\x00\x01x")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"},
	 9,
	 BYTES("\x01\x02\x03\x02yesno\x00\x01\x01\x00\x01\x00\x00\x00\x00")},
	{{"ash", "oak", "elm"},
	 3,
	 BYTES("\x02\x00\x03"
	       "ashoakelm")},
	{{"ash", "o", "willow"},
	 3,
	 BYTES("\x02\x01\x03\x01\x06"
	       "ashowillow")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x00\x01\x09\x06\x07\x08\x0a\x00")},
	{{"17", "19", "18"}, 3, BYTES("\x03\x00\x01\x00\x11\x13\x12")},
	{{"1000", "1002", "1004", "1006", "1008", "1010", "1012", "1014", "1016", "1018"},
	 10,
	 BYTES("\x03\x02\x01\xd0\x0f\x00\x04\x04\x04\x04\x04\x04\x04\x04\x04")},
	/* a minus and sixteen digits are no integer */
	{{"-1234567890123456", "-1234567890123457", "-1234567890123458"},
	 3,
	 BYTES("\x02\x00\x11-1234567890123456-1234567890123457-1234567890123458")},
	{{"1234567890123456", "1234567890123457", "1234567890123458"},
	 3,
	 BYTES("\x03\x00\x01\x80\xeb\xd5\xc8\xa7\xb5\xb1\x04\x00\x01\x02")},
	{{"70000", "", "70256", "71026"},
	 4,
	 BYTES("\x03\x01\x02\xe0\xc5\x08\x00\x01\x00\x00\x00\x00\x02\x00\x01\x04")},
	{{"1.50", "2.25", "-0.25"}, 3, BYTES("\x04\x00\x02\x01\x31\xaf\xfa\x00")},
	{{"1.5", "2.25", "3"}, 3, BYTES("\x04\x04\x02\x01\xac\x02\x00\x4b\x96")},
	{{"1.0", "2.25", "3.5"}, 3, BYTES("\x04\x08\x02\x01\xc8\x01\x00\x7d\xfa")},
	{{"1970-01-01", "1970-01-31", "2000-02-29"},
	 3,
	 BYTES("\x05\x00\x02\x00\x00\x1e\x08\x00\x00\x2b")},
	{{"1970-01-01T00:00:00Z", "1970-01-01T00:00:09Z"},
	 2,
	 BYTES("\x06\x08\x00\x01\x00\x00\x09")},
	{{"1970-01-01 00:00:00.5", "1970-01-01 00:00:01.0"},
	 2,
	 BYTES("\x06\x04\x01\x01\x00\x05\x0a")},
};

static void encodings_are_pinned_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
		columns t;
		vv_buf block;

		one_column(&t, pins[i].texts, pins[i].rows);
		block = encode(&t);
		assert_memory_equal(block.data, "vvg\x01", 4);
		assert_int_equal(block.data[4], pins[i].rows);
		assert_int_equal(block.data[5], 1);
		assert_int_equal(block.data[6], pins[i].len);
		assert_int_equal(block.len, 7 + pins[i].len);
		assert_memory_equal(block.data + 7, pins[i].bytes, pins[i].len);
		expect_table(&block, &t);
		vv_buf_clear(&block);
		free(t.cells);
	}
}

/* Columns that mean something and yet are not what the encoder writes, and some that
 * mean nothing. */
static const pin refused[] = {
	/* a constant as dictionary, text, integer; a longer varint; a text state said */
	{{"a", "a", "a"},
	 3,
	 BYTES("\x01\x01\x01"
	       "a\x00\x00\x00")},
	{{"a", "a", "a"},
	 3,
	 BYTES("\x02\x00\x01"
	       "aaa")},
	{{"7", "7", "7"}, 3, BYTES("\x03\x00\x00\x0e")},
	{{"a", "a", "a"},
	 3,
	 BYTES("\x00\x81\x00"
	       "a")},
	{{"a", "a", "a"},
	 3,
	 BYTES("\x10\x00\x01"
	       "a")},
	{{"a", "a", "a"},
	 3,
	 BYTES("\x20\x00\x01"
	       "a")},
	{{"\x02", "\x02"}, 2, BYTES("\x20\x0a\x00")},
	{{"\x02", "\x02"}, 2, BYTES("\x10\x02\x02\x00\x00")},
	/* bits after the last state; a mark of an empty value that is not a mark */
	{{"\x02", "x", "\x01", "x", "x"}, 5, BYTES("\x20\x12\x04\x01x")},
	{{"70000", "", "70256", "71026"},
	 4,
	 BYTES("\x03\x01\x02\xe0\xc5\x08\x00\x02\x00\x00\x00\x00\x02\x00\x01\x04")},
	{{"70000", "", "70256", "71026"},
	 4,
	 BYTES("\x03\x01\x02\xe0\xc5\x08\x02\xff\x00\x00\x00\x00\x02\x00\x01\x04")},
	/* a dictionary in another order, with a value that nobody has, with a repeated one */
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"},
	 9,
	 BYTES("\x01\x02\x02\x03noyes\x01\x00\x00\x01\x00\x01\x01\x01\x01")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"},
	 9,
	 BYTES("\x01\x03\x03\x02\x01yesnox\x00\x01\x01\x00\x01\x00\x00\x00\x00")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"},
	 9,
	 BYTES("\x01\x03\x03\x02\x03yesnoyes\x00\x01\x01\x00\x01\x00\x02\x00\x00")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"},
	 9,
	 BYTES("\x01\x02\x03\x02yesno\x00\x01\x01\x00\x01\x00\x02\x00\x00")},
	/* text that is smaller as a dictionary, equal lengths told one by one, varints unasked */
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"},
	 9,
	 BYTES("\x02\x01\x03\x02\x02\x03\x02\x03\x03\x03\x03yesnonoyesnoyesyesyesyes")},
	{{"ash", "oak", "elm"},
	 3,
	 BYTES("\x02\x01\x03\x03\x03"
	       "ashoakelm")},
	{{"ash", "oak", "elm"},
	 3,
	 BYTES("\x02\x02\x03\x03\x03"
	       "ashoakelm")},
	{{"ash", "o", "willow"},
	 3,
	 BYTES("\x02\x02\x03\x01\x06"
	       "ashowillow")},
	{{"ash", "o", "willow"},
	 3,
	 BYTES("\x02\x01\x03\x01\x07"
	       "ashowillow")},
	/* numbers: wider than needed, another base, deltas unasked, text that is a number */
	{{"1", "2", "3", "5", "-5"},
	 5,
	 BYTES("\x03\x00\x02\x09\x06\x07\x08\x0a\x00\x00\x00\x00\x00\x00")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x00\x01\x0b\x07\x08\x09\x0b\x01")},
	{{"17", "19", "18"}, 3, BYTES("\x03\x00\x01\x22\x00\x02\x01")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x02\x01\x02\x00\x02\x02\x04\x13")},
	{{"10", "20", "30", "50"},
	 4,
	 BYTES("\x02\x00\x02"
	       "10203050")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x04\x01\x09\x06\x07\x08\x0a\x00")},
	{{"1000", "1002", "1004", "1006", "1008", "1010", "1012", "1014", "1016", "1018"},
	 10,
	 BYTES("\x03\x00\x01\xd0\x0f\x00\x02\x04\x06\x08\x0a\x0c\x0e\x10\x12")},
	{{"1000", "1002", "1004", "1006", "1008", "1010", "1012", "1014", "1016", "1018"},
	 10,
	 BYTES("\x03\x02\x01\xd0\x0f\x01\x04\x04\x04\x04\x04\x04\x04\x04\x04")},
	/* the marks of empty values where there are none */
	{{"1", "2", "3", "5", "-5"},
	 5,
	 BYTES("\x03\x01\x01\x09\x00\x00\x00\x00\x00\x06\x07\x08\x0a\x00")},
	/* decimals: a larger scale, another form; scale 0 and 19 */
	{{"1.5", "2.25", "3"}, 3, BYTES("\x04\x04\x03\x02\xb8\x17\x00\xee\xdc\x00\x02\x05")},
	{{"1.5", "2.5", "3.5"}, 3, BYTES("\x04\x04\x01\x01\x1e\x00\x0a\x14")},
	{{"1.25", "2.25", "3.5"}, 3, BYTES("\x04\x08\x02\x01\xfa\x01\x00\x64\xe1")},
	{{"1", "2", "3"}, 3, BYTES("\x04\x00\x00\x01\x02\x00\x01\x02")},
	{{"1", "2", "3"}, 3, BYTES("\x04\x00\x13\x01\x02\x00\x01\x02")},
	{{"1.5", "2.25", "3"}, 3, BYTES("\x04\x0c\x02\x01\xac\x02\x00\x4b\x96")},
	/* dates outside of the years; more digits of a second than there may be */
	{{"x", "y"}, 2, BYTES("\x05\x00\x01\x93\xe5\x57\x00\x01")},
	{{"x", "y"}, 2, BYTES("\x05\x00\x04\x00\x00\xff\x00\xff\x00\xff\x00\x7f")},
	{{"x", "y"}, 2, BYTES("\x06\x08\x07\x01\x00\x00\x09")},
	{{"x", "y"}, 2, BYTES("\x06\x10\x00\x01\x00\x00\x09")},
	/* encodings and states that there are not, and ends too soon or too late */
	{{"x", "y"}, 2, BYTES("\x07\x00\x00")},
	{{"x", "y"}, 2, BYTES("\x30\x00\x00")},
	{{"x", "y"}, 2, BYTES("\x42\x00\x01xy")},
	{{"x", "y"}, 2, BYTES("\x10\x04\x00")},
	{{"x", "y"}, 2, BYTES("\x02\x00\x01xyz")},
	{{"x", "y"}, 2, BYTES("\x02\x00\x01x")},
	{{"x", "y"}, 2, BYTES("\x02\x03\x01xy")},
	{{"x", "y"}, 2, BYTES("\x02")},
	{{"x", "y"}, 2, BYTES("\x01\x02\x01\x01xy\x00\x02")},
	{{"x", "y"}, 2, BYTES("\x01\x00\x00")},
	{{"x", "y"}, 2, BYTES("\x03\x00\x09\x00")},
};

static vv_status check_column(const pin *p, const char *tail, size_t tail_len, vv_error *err)
{
	vv_buf block = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&block, "vvg\x01", 4);
	vv_buf_put_varint(&block, p->rows);
	vv_buf_put_varint(&block, 1);
	vv_buf_put_varint(&block, p->len);
	vv_buf_put(&block, p->bytes, p->len);
	vv_buf_put(&block, tail, tail_len);
	rc = group_check(block.data, block.len, err);
	vv_buf_clear(&block);
	return rc;
}

static void what_the_encoder_would_not_write_is_refused(void **state)
{
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
		vv_assert_ok(check_column(&pins[i], "", 0, &err), &err);
		vv_assert_status(check_column(&pins[i], "x", 1, &err), VV_ECORRUPT, &err);
	}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		vv_status rc = check_column(&refused[i], "", 0, &err);

		if (rc != VV_ECORRUPT) {
			print_error("variant %zu\n", i);
		}
		vv_assert_status(rc, VV_ECORRUPT, &err);
	}
}

static void heads_that_lie_are_refused(void **state)
{
	static const struct {
		size_t len;
		const char *bytes;
	} heads[] = {
		{BYTES("")},
		{BYTES("vvg")},
		{BYTES("vvg\x02\x01\x00")},
		{BYTES("vvc\x01\x01\x00")},
		{BYTES("vvg\x01")},
		{BYTES("vvg\x01\x00\x00")},                 /* no rows */
		{BYTES("vvg\x01\x81\x00\x00")},             /* a longer varint */
		{BYTES("vvg\x01\x01\x01\x00")},             /* an empty column */
		{BYTES("vvg\x01\x01\x01\x03\x10\x01")},     /* a column past the end */
		{BYTES("vvg\x01\x01\x01\x03\x10\x01\x00")}, /* a last column that is all absent */
		{BYTES("vvg\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00")},
		{BYTES("vvg\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
		/* 2^20 rows of two columns */
		{BYTES("vvg\x01\x80\x80\x40\x02\x02\x02\x00\x00\x00\x00")},
		{BYTES("vvg\x01\x81\x80\x40\x00")}, /* more rows than 2^20 */
		{BYTES("vvg\x01\x02\x02\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00")},
	};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		char *copy = malloc(heads[i].len + 1);

		memcpy(copy, heads[i].bytes, heads[i].len);
		vv_assert_status(group_check(copy, heads[i].len, &err), VV_ECORRUPT, &err);
		free(copy);
	}
	/* rows without a single cell that is not absent are a table too */
	vv_assert_ok(group_check("vvg\x01\x05\x00", 6, &err), &err);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(encodings_are_pinned_byte_for_byte),
	cmocka_unit_test(what_the_encoder_would_not_write_is_refused),
	cmocka_unit_test(heads_that_lie_are_refused),
};

VV_TEST_SUITE(group_format)
