/* Tests of dataset/read/encoding.h: any bytes become text and go back, however they are cut. */
#include "tests/unit/support.h"

#include <string.h>

#include "base/show.h"
#include "dataset/format/dialect.h"
#include "dataset/read/encoding.h"
#include "dataset/read/guess_encoding.h"
#include "dataset/read/text_encoder.h"

static const char *const all[] = {"windows-1252", "windows-1250", "windows-1253", "windows-1255",
				  "ISO-8859-1",   "ISO-8859-15",  "KOI8-R",       "IBM850",
				  "macintosh",    "windows-31j",  "cp932-nec",    "EUC-JP",
				  "GB18030",      "GBK",          "Big5",         "EUC-KR",
				  "UHC",          "UTF-16LE",     "UTF-16BE"};

typedef vv_status (*way)(vv_encoding *e, vv_buf *out, const char *bytes, size_t len, bool last,
			 size_t *used, vv_error *err);

/* One way, with `step` new bytes at a time. */
static void pass(way one, vv_encoding *e, vv_buf *out, const char *s, size_t len, size_t step)
{
	vv_error err = {0};
	size_t from = 0, to = 0, used;

	while (from < len || to < len) {
		to = len - to < step ? len : to + step;
		vv_assert_ok(one(e, out, s + from, to - from, to == len, &used, &err), &err);
		from += used;
		assert_true(to < len || from == len);
	}
}

static void expect_back(const char *name, const char *bytes, size_t len, size_t step)
{
	vv_buf text = VV_BUF_INIT, back = VV_BUF_INIT;
	vv_error err = {0};
	vv_encoding *e;

	vv_assert_ok(vv_encoding_open(&e, name, &err), &err);
	pass(vv_encoding_decode, e, &text, bytes, len, step);
	pass(vv_encoding_encode, e, &back, vv_buf_cstr(&text), text.len, step);
	assert_int_equal(back.len, len);
	assert_memory_equal(vv_buf_cstr(&back), bytes, len);
	vv_encoding_close(e);
	vv_buf_clear(&text);
	vv_buf_clear(&back);
}

static void every_byte_goes_back_in_every_encoding(void **state)
{
	char bytes[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i += 4) {
		bytes[i] = (char)(i / 4);
		memcpy(bytes + i + 1, "a,\n", 3);
	}
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		expect_back(all[k], bytes, sizeof(bytes), sizeof(bytes));
		expect_back(all[k], bytes, sizeof(bytes), 7);
	}
}

static void what_is_said_to_go_back_exactly_does(void **state)
{
	uint32_t seed = 34;
	char bytes[48];
	size_t exact = 0, other = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		vv_encoding *e;
		vv_error err = {0};

		vv_assert_ok(vv_encoding_open(&e, all[k], &err), &err);
		for (unsigned n = 0; n < 2000; n++) {
			vv_buf text = VV_BUF_INIT, back = VV_BUF_INIT;
			size_t len = n % sizeof(bytes), used;

			for (size_t i = 0; i < len; i++) {
				seed = seed * 1664525u + 1013904223u;
				bytes[i] = (char)(seed >> 24);
			}
			vv_assert_ok(vv_encoding_decode(e, &text, bytes, len, true, &used, &err),
				     &err);
			exact += vv_encoding_exact(e);
			other += !vv_encoding_exact(e);
			if (vv_encoding_exact(e)) {
				vv_assert_ok(vv_encoding_encode(e, &back, vv_buf_cstr(&text),
								text.len, true, &used, &err),
					     &err);
				assert_int_equal(back.len, len);
				assert_memory_equal(vv_buf_cstr(&back), bytes, len);
			}
			vv_buf_clear(&text);
			vv_buf_clear(&back);
		}
		vv_encoding_close(e);
	}
	assert_true(exact > 5000 && other > 5000);
}

static void text_is_what_the_encoding_says(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		const char *text;
	} known[] = {
		{"windows-1252", "\x80 \xfc \x81", 5, "€ ü \x81"},
		{"ISO-8859-15", "\xa4", 1, "€"},
		{"windows-1251", "\xcc\xee", 2, "Мо"},
		{"windows-31j", "\x93\x8c\x8b\x9e\\", 5, "東京\\"},
		{"windows-31j", "\xfb\xfc\xfa\xb1", 4, "髙﨑"},
		{"cp932-nec", "\xee\xe0\xed\x95\x87\x8a", 6, "髙﨑㈱"},
		{"cp932-nec", "\xee\xe0,\xfb\xfc", 5, "髙,\xfb\xfc"},
		{"GB18030", "\xb1\xb1\x81\x30\x81\x30", 6, "北\xc2\x80"},
		{"UHC", "\xbc\xad\xbf\xef", 4, "서울"},
		{"UTF-16LE", "\x3d\xd8\x00\xde\x3d\xd8", 6, "😀\xed\xa0\xbd"},
		{"UTF-16BE", "\x00\xe9\xdc\x00", 4, "é\xed\xb0\x80"},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
		for (size_t step = 1; step < 4; step++) {
			vv_buf text = VV_BUF_INIT;
			vv_error err = {0};
			vv_encoding *e;

			vv_assert_ok(vv_encoding_open(&e, known[k].name, &err), &err);
			pass(vv_encoding_decode, e, &text, known[k].bytes, known[k].len, step);
			assert_string_equal(vv_buf_cstr(&text), known[k].text);
			vv_encoding_close(e);
			vv_buf_clear(&text);
			expect_back(known[k].name, known[k].bytes, known[k].len, step);
		}
	}
}

static void a_character_that_an_encoding_lacks_is_refused(void **state)
{
	static const char *const without[] = {"windows-1252", "windows-31j"};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		vv_buf out = VV_BUF_INIT;
		vv_error err = {0};
		vv_encoding *e;
		size_t used;

		vv_assert_ok(vv_encoding_open(&e, without[k], &err), &err);
		vv_assert_status(vv_encoding_encode(e, &out, "a😀", 5, true, &used, &err), VV_EINPUT,
				 &err);
		vv_assert_contains(err.message, "😀");
		vv_encoding_close(e);
		vv_buf_clear(&out);
	}
}

/* iconv writes another one for it, without an error: GNU's a backslash for the yen sign. */
static void a_character_that_would_come_back_as_another_is_refused(void **state)
{
	static const char *const texts[] = {"¥", "a日¥本", "日本 12 ‾"};
	vv_encoding *e;
	vv_error err = {0};

	(void)state;
	vv_assert_ok(vv_encoding_open(&e, "windows-31j", &err), &err);
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
		vv_buf out = VV_BUF_INIT;
		size_t used;

		vv_assert_status(
			vv_encoding_encode(e, &out, texts[k], strlen(texts[k]), true, &used, &err),
			VV_EINPUT, &err);
		vv_assert_contains(err.message, k < 2 ? "'¥'" : "'‾'");
		vv_buf_clear(&out);
	}
	vv_encoding_close(e);
}

/* iconv keeps it in case a mark follows. */
static void the_last_letter_is_written(void **state)
{
	vv_encoding *e;
	vv_error err = {0};
	vv_buf out = VV_BUF_INIT;
	size_t used;

	(void)state;
	vv_assert_ok(vv_encoding_open(&e, "BIG5-HKSCS", &err), &err);
	vv_assert_ok(vv_encoding_encode(e, &out, "aÊ", 3, true, &used, &err), &err);
	assert_int_equal(out.len, 3);
	assert_memory_equal(out.data, "a\x88\x66", 3);
	vv_encoding_close(e);
	vv_buf_clear(&out);
	expect_back("BIG5-HKSCS", "a\x88\x66", 3, 1);
}

static void an_encoding_has_one_name(void **state)
{
	static const struct {
		const char *given, *name;
	} names[] = {{"CP1252", "windows-1252"},
		     {"Windows_1252", "windows-1252"},
		     {"latin-1", "ISO-8859-1"},
		     {"shift-jis", "windows-31j"},
		     {"utf8", ""},
		     {"utf-16", "UTF-16LE"},
		     {"iso-8859-5", "ISO-8859-5"}};
	static const char *const refused[] = {"",       "UTF-7",   "ISO-2022-JP",
					      "UTF-32", "nothing", "ISO-8859-1//TRANSLIT"};
	char name[VV_ENCODING_MAX];
	vv_error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_assert_ok(vv_encoding_find(name, names[i].given, "", 0, &err), &err);
		assert_string_equal(name, names[i].name);
	}
	vv_assert_ok(vv_encoding_find(name, "Shift_JIS", "\x8e\xee,\xee\xe0", 5, &err), &err);
	assert_string_equal(name, "cp932-nec");
	vv_assert_ok(vv_encoding_find(name, "cp932", "\x8e\xee,\xfb\xfc", 5, &err), &err);
	assert_string_equal(name, "windows-31j");
	vv_assert_ok(vv_encoding_find(name, "UTF-16", "\xfe\xff", 2, &err), &err);
	assert_string_equal(name, "UTF-16BE");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		vv_assert_status(vv_encoding_find(name, refused[i], "", 0, &err), VV_EUSAGE, &err);
	}
}

static void what_is_not_clear_is_not_guessed(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *before, *name;
	} known[] = {
		{"id,n\n1,x\n", 9, NULL, ""},
		{"id,n\n1,x\n", 9, "windows-1252", "windows-1252"},
		{"id,n\n1,\xc3\xbc\n", 10, "windows-1252", ""},
		{"id,n\n1,M\xfcller\n", 14, NULL, "windows-1252"},
		{"id,n\n1,M\xfcller\n", 14, "", ""},
		{"id,n\n1,a\x81z\n", 11, "windows-1252", ""},
		{"id,n\n1,\xc3\xbc\xc3\xbc\xff\n", 13, NULL, ""},
		{"\xef\xbb\xbfid\n\xfc\n", 8, NULL, ""},
		{"\xff\xfe\0\0i\0\0\0", 8, NULL, ""},
		{"\x1f\x8b\x08\0\xfc\xfc\xfc", 7, NULL, ""},
		{"i\0d\0\n\0", 6, NULL, "UTF-16LE"},
	};
	char name[VV_ENCODING_MAX];
	vv_error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		vv_assert_ok(vv_guess_encoding(name, known[i].bytes, known[i].len, true,
					       known[i].before, &err),
			     &err);
		assert_string_equal(name, known[i].name);
	}
}

static void latin_letters_are_guessed_as_words_have_them(void **state)
{
	static const struct {
		const char *bytes, *name;
	} texts[] = {
		/* the same in windows-1250: the more usual one */
		{"Id;Nom\r\n1;Ren\xe9\r\n2;Paul\r\n3;Marc\r\n", "windows-1252"},
		{"Id;Nom\r\n1;\xc9lodie\r\n2;Jos\xe9\r\n", "windows-1252"},
		/* one letter of ISO-8859-15 may be a fraction, three are not */
		{"Id;Nom\r\n1;c\xbdur\r\n2;Paul\r\n3;Marc\r\n", "windows-1252"},
		{"Id;Nom\r\n1;c\xbdur\r\n2;s\xbdur\r\n3;b\xbduf\r\n", "ISO-8859-15"},
		/* pounds, and no letters of words in small letters */
		{"id,pair\n1,\xa3"
		 "5M\n2,\xa3"
		 "7M\n3,USD\xa3GBP\n",
		 "windows-1252"},
		/* controls in ISO-8859-2 */
		{"Id;Miasto\r\n1;\xa3\xf3"
		 "d\x9f\r\n2;Krak\xf3w\r\n3;Pozna\xf1\r\n",
		 "windows-1250"},
		/* of an old Macintosh */
		{"Name;Ort;Betrag\rJ\x9arg;K\x9aln;1,50\r\x80nne;W\x9frzburg;15,50\rZo\x91;Gen\x8fve;0,75\r",
		 ""},
	};
	char name[VV_ENCODING_MAX];
	vv_error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		vv_assert_ok(vv_guess_encoding(name, texts[i].bytes, strlen(texts[i].bytes), true,
					       NULL, &err),
			     &err);
		assert_string_equal(name, texts[i].name);
	}
}

/* By this a file in another encoding is known again without a copy of its bytes. */
static void encoded_text_is_known_by_its_bytes_also_after_a_reset(void **state)
{
	static const char *const texts[] = {"Gr\xc3\xbc\xc3", "\x9f", "e"};
	vv_text_encoder e;
	vv_encoding *latin;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_encoding_open(&latin, "ISO-8859-1", &err), &err);
	vv_assert_ok(vv_text_encoder_init(&e, &err), &err);
	for (int i = 0; i < 2; i++) {
		for (int k = 0; k < 3; k++) {
			vv_assert_ok(vv_text_encoder_put(&e, latin, texts[k], strlen(texts[k]),
							 k == 2, &err),
				     &err);
		}
		assert_true(vv_text_encoder_made(&e, 5,
						 vv_xxh3_128("Gr\xfc\xdf"
							     "e",
							     5, 0)));
		assert_false(vv_text_encoder_made(&e, 5, vv_xxh3_128("Gr\xfc\xdfi", 5, 0)));
		vv_text_encoder_reset(&e);
	}
	vv_text_encoder_clear(&e);
	vv_encoding_close(latin);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(latin_letters_are_guessed_as_words_have_them),
	cmocka_unit_test(every_byte_goes_back_in_every_encoding),
	cmocka_unit_test(what_is_said_to_go_back_exactly_does),
	cmocka_unit_test(text_is_what_the_encoding_says),
	cmocka_unit_test(a_character_that_an_encoding_lacks_is_refused),
	cmocka_unit_test(a_character_that_would_come_back_as_another_is_refused),
	cmocka_unit_test(the_last_letter_is_written),
	cmocka_unit_test(an_encoding_has_one_name),
	cmocka_unit_test(what_is_not_clear_is_not_guessed),
	cmocka_unit_test(encoded_text_is_known_by_its_bytes_also_after_a_reset),
};

VV_TEST_SUITE(encoding)
