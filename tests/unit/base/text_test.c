#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void assert_escaped(const char *in, size_t len, const char *out)
{
	vv_buf b = VV_BUF_INIT;

	vv_text_put_escaped(&b, in, len);
	assert_string_equal(vv_buf_cstr(&b), out);
	vv_buf_clear(&b);
}

static void only_strict_utf8_is_valid(void **state)
{
	static const char *const good[] = {
		"",
		"abc",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
		"plain ascii and \xc3\xa9",
	};
	static const char *const bad[] = {
		"\x80",     "\xc0\x80",         "\xc1\xbf",         "\xc3",
		"\xc3(",    "\xe0\x9f\xbf",     "\xed\xa0\x80",     "\xed\xbf\xbf",
		"\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff",     "abcdefgh\xfe",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(vv_utf8_valid(good[i], strlen(good[i])));
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(vv_utf8_valid(bad[i], strlen(bad[i])));
	}
}

static void every_code_point_encodes_and_decodes_to_itself(void **state)
{
	uint32_t cp, back;
	vv_buf b = VV_BUF_INIT;

	(void)state;
	for (cp = 0; cp <= 0x10ffff; cp++) {
		vv_buf_reset(&b);
		vv_utf8_put(&b, cp);
		if (cp >= 0xd800 && cp <= 0xdfff) {
			assert_string_equal(b.data, "\xef\xbf\xbd");
			continue;
		}
		if (vv_utf8_decode(&back, b.data, b.len) != b.len || back != cp) {
			fail_msg("U+%04X comes back as U+%04X", (unsigned)cp, (unsigned)back);
		}
		if (vv_utf8_decode(&back, b.data, b.len - 1) != 0) {
			fail_msg("U+%04X cut short is taken", (unsigned)cp);
		}
	}
	vv_buf_clear(&b);
}

static void invalid_bytes_become_replacement_characters(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_utf8_put_clean(&b,
			  "a\xff"
			  "b\xc3\xa9\xc3",
			  6);
	assert_string_equal(b.data, "a\xef\xbf\xbd"
				    "b\xc3\xa9\xef\xbf\xbd");
	vv_buf_clear(&b);
}

static void what_could_drive_a_terminal_is_escaped(void **state)
{
	(void)state;
	assert_escaped("plain \xc3\xa9 \xe4\xb8\xad", 12, "plain \xc3\xa9 \xe4\xb8\xad");
	assert_escaped("a\nb\tc", 5, "a\\nb\\tc");
	assert_escaped("\x1b[31m\x7f\r\0", 8, "\\x1B[31m\\x7F\\x0D\\x00");
	assert_escaped("\xc2\x9b"
		       "2J",
		       4, "\\u{9B}2J");
	assert_escaped("\xe2\x80\xae"
		       "evil",
		       7, "\\u{202E}evil");
	assert_escaped("\xe2\x81\xa6", 3, "\\u{2066}");
	assert_escaped("a\xff\xc3", 3, "a\\xFF\\xC3");
	assert_escaped("C:\\x", 4, "C:\\\\x");
}

static void widths_follow_what_is_shown(void **state)
{
	(void)state;
	assert_int_equal(vv_text_width("abc", 3), 3);
	assert_int_equal(vv_text_width("\xe4\xb8\xad\xe6\x96\x87", 6), 4); /* two Han */
	assert_int_equal(vv_text_width("\xef\xbc\xa1", 3), 2);             /* fullwidth A */
	assert_int_equal(vv_text_width("e\xcc\x81", 3), 1);                /* combining acute */
	assert_int_equal(vv_text_width("\xf0\x9f\x98\x80", 4), 2);         /* emoji */
	assert_int_equal(vv_text_width("\xea\xb0\x80", 3), 2);             /* Hangul syllable */
	assert_int_equal(vv_text_width("\xef\xbd\xb1", 3), 1);             /* halfwidth kana */
	assert_int_equal(vv_text_width("\xc3\xa9", 2), 1);
	assert_int_equal(vv_text_width("\n", 1), 2);
	assert_int_equal(vv_text_width("\xff", 1), 4);
	assert_int_equal(vv_text_width("\xe2\x80\xae", 3), 8);
}

static void assert_cut(const char *in, size_t width, const char *out)
{
	vv_buf b = VV_BUF_INIT;

	vv_text_put_cut(&b, in, strlen(in), width);
	assert_string_equal(vv_buf_cstr(&b), out);
	vv_buf_clear(&b);
}

static void a_cut_text_keeps_to_its_width(void **state)
{
	(void)state;
	assert_cut("abcdef", 6, "abcdef");
	assert_cut("abcdefg", 6, "abcde\xe2\x80\xa6");
	assert_cut("abc", 0, "");
	assert_cut("", 0, "");
	assert_cut("ab", 1, "\xe2\x80\xa6");
	/* A wide character that would straddle the edge is left out. */
	assert_cut("a\xe4\xb8\xad\xe6\x96\x87", 4, "a\xe4\xb8\xad\xe2\x80\xa6");
	assert_cut("a\xe4\xb8\xad\xe6\x96\x87", 3, "a\xe2\x80\xa6");
	/* An escape is not torn apart. */
	assert_cut("a\x1b"
		   "bcd",
		   4, "a\xe2\x80\xa6");
}

static void shown_text_lives_through_some_further_calls(void **state)
{
	const char *first = vv_text_shows("first");
	char name[16];
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		(void)snprintf(name, sizeof name, "%d", i);
		assert_string_equal(vv_text_shows(name), name);
	}
	assert_string_equal(first, "first");
}

static void shown_text_is_bounded_whatever_it_is(void **state)
{
	static char marks[20000];
	size_t i;

	(void)state;
	/* Combining marks take no column; still no buffer may overflow. */
	for (i = 0; i + 1 < sizeof marks; i += 2) {
		memcpy(marks + i, "\xcc\x81", 2);
	}
	assert_true(strlen(vv_text_show(marks, sizeof marks)) < 1100);
	memset(marks, 'x', sizeof marks);
	assert_int_equal(vv_text_width(vv_text_show(marks, sizeof marks), 122), 120);
	memset(marks, '\xff', sizeof marks);
	assert_true(strlen(vv_text_show(marks, sizeof marks)) <= 123);
}

static void numbers_are_written_for_people(void **state)
{
	(void)state;
	assert_string_equal(vv_text_counted(1, "block", NULL), "1 block");
	assert_string_equal(vv_text_counted(0, "block", NULL), "0 blocks");
	assert_string_equal(vv_text_counted(2000, "entry", "entries"), "2,000 entries");
	assert_string_equal(vv_text_count(0), "0");
	assert_string_equal(vv_text_count(999), "999");
	assert_string_equal(vv_text_count(1204), "1,204");
	assert_string_equal(vv_text_count(UINT64_MAX), "18,446,744,073,709,551,615");
	assert_string_equal(vv_text_bytes(0), "0 B");
	assert_string_equal(vv_text_bytes(999), "999 B");
	assert_string_equal(vv_text_bytes(1000), "1.0 kB");
	assert_string_equal(vv_text_bytes(3400000), "3.4 MB");
	assert_string_equal(vv_text_bytes(999949), "999.9 kB");
	assert_string_equal(vv_text_bytes(999950), "1.0 MB");
	assert_string_equal(vv_text_bytes(UINT64_MAX), "18.4 EB");
	assert_string_equal(vv_text_seconds(0), "0.0 s");
	assert_string_equal(vv_text_seconds(1249), "1.2 s");
	assert_string_equal(vv_text_seconds(59949), "59.9 s");
	assert_string_equal(vv_text_seconds(59950), "1 min 0 s");
	assert_string_equal(vv_text_seconds(125000), "2 min 5 s");
	assert_string_equal(vv_text_seconds(3600000 * 5 + 60000 * 7), "5 h 7 min");
}

static void only_plain_decimals_are_parsed(void **state)
{
	static const char *const bad[] = {"",
					  "-1",
					  "+1",
					  " 1",
					  "1 ",
					  "0x1",
					  "1.0",
					  "1e3",
					  "18446744073709551616",
					  "99999999999999999999999"};
	uint64_t v = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(vv_parse_u64(&v, bad[i], strlen(bad[i])));
		assert_true(v == 7);
	}
	assert_true(vv_parse_u64(&v, "18446744073709551615", 20));
	assert_true(v == UINT64_MAX);
	assert_true(vv_parse_u64(&v, "12345", 3));
	assert_true(v == 123);
}

static void sizes_take_a_unit(void **state)
{
	static const char *const bad[] = {"",   "k",  "1kb",          "1.5g",
					  "-1", "1t", "17179869184g", "1kk"};
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(vv_parse_bytes(&v, bad[i], strlen(bad[i])));
		assert_true(v == 7);
	}
	assert_true(vv_parse_bytes(&v, "12", 2));
	assert_true(v == 12);
	assert_true(vv_parse_bytes(&v, "3k", 2));
	assert_true(v == 3072);
	assert_true(vv_parse_bytes(&v, "2M", 2));
	assert_true(v == 2097152);
	assert_true(vv_parse_bytes(&v, "17179869183g", 12));
	assert_true(v == UINT64_C(17179869183) << 30);
}

static const char *nearest(const char *word, const char *const *words)
{
	vv_nearest n = vv_nearest_to(word);
	for (; *words; words++) {
		(void)vv_nearest_try(&n, *words);
	}
	return n.best ? n.best : "";
}

static void the_nearest_name_is_what_a_slip_of_the_finger_meant(void **state)
{
	static const char *const commands[] = {
		"add",   "info",        "log",           "rm",      "mv",     "gc",
		"cat",   "car",         "diff",          "push",    "pull",   "tag",
		"show",  "status",      "merge",         "restore", "commit", "switch",
		"blame", "cherry-pick", "rename-column", NULL};
	static const char *const slips[][2] = {{"lgo", "log"},
					       {"stauts", "status"},
					       {"mr", "rm"},
					       {"comit", "commit"},
					       {"Log", "log"},
					       {"psuh", "push"},
					       {"swtich", "switch"},
					       {"resotre", "restore"},
					       {"ad", "add"},
					       {"dif", "diff"},
					       {"comm", "commit"},
					       {"cherrypick", "cherry-pick"},
					       {"rename_column", "rename-column"},
					       {"caat", "cat"}};
	static const char *const absurd[] = {"undo", "x",    "",     "go",   "rx",
					     "new",  "foo",  "help", "init", "zzzzzzzzzzzz",
					     "co",   "list", "reset"};

	(void)state;
	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
		assert_string_equal(nearest(slips[i][0], commands), slips[i][1]);
	}
	for (size_t i = 0; i < sizeof absurd / sizeof absurd[0]; i++) {
		assert_string_equal(nearest(absurd[i], commands), "");
	}
}

static void distances_stop_at_the_limit(void **state)
{
	char name[300];

	(void)state;
	assert_int_equal(vv_text_distance("status", "status", 3), 0);
	assert_int_equal(vv_text_distance("stauts", "status", 3), 1);
	assert_int_equal(vv_text_distance("lgo", "log", 3), 1);
	assert_int_equal(vv_text_distance("ca", "abc", 3), 3);
	assert_int_equal(vv_text_distance("Unit_Price", "unit price", 3), 0);
	assert_int_equal(vv_text_distance("comit", "commit", 3), 1);
	assert_int_equal(vv_text_distance("", "abc", 3), 3);
	assert_int_equal(vv_text_distance("kitten", "sitting", 3), 3);
	assert_int_equal(vv_text_distance("kitten", "sitting", 2), 3);
	assert_int_equal(vv_text_distance("abc", "uvwxyz", 2), 3);
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(vv_text_distance(name, "x", 2), 3);
}

static void wrapped_is(const char *in, size_t from, size_t indent, size_t width, const char *want)
{
	vv_buf b = VV_BUF_INIT;

	vv_text_put_wrapped(&b, in, strlen(in), from, indent, width);
	assert_string_equal(vv_buf_cstr(&b), want);
	vv_buf_clear(&b);
}

static void wrapped_lines_keep_to_their_width(void **state)
{
	(void)state;
	wrapped_is("one two three four", 0, 2, 0, "one two three four");
	wrapped_is("one two three four", 0, 2, 9, "one two\n  three\n  four");
	wrapped_is("one two three four", 5, 2, 9, "one\n  two\n  three\n  four");
	wrapped_is("one two", 0, 0, 7, "one two");
	wrapped_is("one two", 0, 0, 6, "one\ntwo");
	wrapped_is("incomprehensible word", 0, 1, 5, "incomprehensible\n word");
	wrapped_is("a  b", 0, 0, 2, "a \nb");
	wrapped_is("\u6f22\u5b57 x", 0, 0, 5, "\u6f22\u5b57\nx");
	wrapped_is("tab\\t and\x1b", 0, 0, 8, "tab\\t\nand\\x1B");
	wrapped_is("", 3, 1, 5, "");
}

static void a_quoted_word_is_one_word_for_sh(void **state)
{
	vv_buf out = VV_BUF_INIT;

	(void)state;
	vv_text_put_quoted(&out, "it's $HOME", 10);
	assert_string_equal(vv_buf_cstr(&out), "'it'\\''s $HOME'");
	vv_buf_reset(&out);
	vv_text_put_quoted(&out, "", 0);
	assert_string_equal(vv_buf_cstr(&out), "''");
	vv_buf_clear(&out);
}

static void words_are(const char *s, size_t width, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, ">");
	vv_text_put_words(&b, s, strlen(s), width);
	assert_string_equal(vv_buf_cstr(&b) + 1, wanted);
	if (width > 0) {
		assert_true(vv_text_words_width(wanted, strlen(wanted)) <= width);
	}
	vv_buf_clear(&b);
}

static void words_are_cut_to_a_width_and_keep_backslashes(void **state)
{
	(void)state;
	words_are("", 3, "");
	words_are("C:\\data\\x", 0, "C:\\data\\x");
	words_are("abcdef", 6, "abcdef");
	words_are("abcdef", 5, "abcd\xe2\x80\xa6");
	words_are("abcdef", 1, "\xe2\x80\xa6");
	words_are("ab\\d", 3, "ab\xe2\x80\xa6");
	words_are("ab\xc3\xa9", 3, "ab\xc3\xa9");
	words_are("ab\xc3\xa9"
		  "d",
		  3, "ab\xe2\x80\xa6");
	words_are("abe\xcc\x81", 3, "abe\xcc\x81"); /* a combining accent has no width */
	words_are("a\tbc", 4, "a\\t\xe2\x80\xa6");
	words_are("a\tbc", 5, "a\\tbc");
	words_are("ab\xe4\xb8\xad", 3, "ab\xe2\x80\xa6"); /* two columns */
	assert_int_equal(vv_text_words_width("a\\b\xc3\xa9\xe4\xb8\xad\n", 9),
			 1 + 1 + 1 + 1 + 2 + 2);
}

static void a_url_is_shown_without_its_password(void **state)
{
	static const char *const urls[][2] = {
		{"http://bob:battery@host:80/x", "http://bob@host:80/x"},
		{"https://:secret@host", "https://@host"},
		{"https://bob:a@b:c@host/@:", "https://bob@host/@:"},
		{"ssh://bob@host:22/a:b@c", "ssh://bob@host:22/a:b@c"},
		{"http://[::1]:80/x", "http://[::1]:80/x"},
		{"bob@host:path:x@y", "bob@host:path:x@y"},
		{"/a:b@c", "/a:b@c"},
		{"http://h/?u:p@x", "http://h/?u:p@x"},
		{"bob:battery@host:path", "bob@host:path"},
		{"host:a@b/c:d", "host:a@b/c:d"},
		{"https://ghp_0123456789abcdefABCD@host/x", "https://host/x"},
		{"https://ghp_0123456789abcdefABCD:x-oauth-basic@host/x", "https://host/x"},
		{"https://a.person@host/x", "https://a.person@host/x"},
		{"https://h/x?token=abc", "https://h/x?token="},
		{"https://h/x?a=1&access_token=abc&b=2#f", "https://h/x?a=1&access_token=&b=2#f"},
		{"https://h/x?X-Amz-Signature=ab", "https://h/x?X-Amz-Signature="},
		{"https://h/x?page=2", "https://h/x?page=2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_string_equal(vv_text_url(urls[i][0]), urls[i][1]);
	}
	assert_string_equal(vv_text_url(NULL), "");
}

static void urls_in_a_text_are_shown_without_their_secrets(void **state)
{
	static const char text[] = "fatal: unable to access 'https://ada:pw@h/x.git/': no; "
				   "<http://h/f?id=1&token=abc#x> ada:pw@h:x";
	vv_auto(vv_buf) b = VV_BUF_INIT, bare = VV_BUF_INIT;

	(void)state;
	vv_text_put_urls(&b, text, sizeof(text) - 1);
	assert_string_equal(vv_buf_cstr(&b), "fatal: unable to access 'https://ada@h/x.git/': no; "
					     "<http://h/f?id=1&token=#x> ada:pw@h:x");
	vv_text_put_bare_url(&bare, "https://ada:pw@h/x?token=abc");
	assert_string_equal(vv_buf_cstr(&bare), "https://ada@h/x?token=abc");
	vv_buf_reset(&bare);
	vv_text_put_url(&bare, "");
	vv_text_put_url(&bare, "s3://b/p?secret=x&region=y");
	assert_string_equal(vv_buf_cstr(&bare), "s3://b/p?secret=&region=y");
}

static void a_time_is_written_in_utc(void **state)
{
	(void)state;
	assert_string_equal(vv_text_utc(0), "1970-01-01T00:00:00Z");
	assert_string_equal(vv_text_utc(1715932799), "2024-05-17T07:59:59Z");
	assert_string_equal(vv_text_utc(-1), "1969-12-31T23:59:59Z");
	assert_string_equal(vv_text_utc(INT64_MAX), "?");
	assert_string_equal(vv_text_time(-60000000000, VV_TIME_DAY), "0068-09-03");
	assert_string_equal(vv_text_time(-60000000000, VV_TIME_MINUTE), "0068-09-03 13:20 UTC");
	assert_string_equal(vv_text_time(-70000000000, VV_TIME_DAY), "?");
	assert_string_equal(vv_text_time(-60000000000, "%H:%M"), "13:20");
	assert_string_equal(vv_text_zoned(1715932799, 150), "2024-05-17T10:29:59+02:30");
	assert_string_equal(vv_text_zoned(1715932799, -90), "2024-05-17T06:29:59-01:30");
	assert_string_equal(vv_text_zoned(INT64_MAX, 60), "");
	assert_string_equal(vv_text_zoned(INT64_MIN, -60), "");
	assert_string_equal(vv_text_zoned(-60000000000, 0), "0068-09-03T13:20:00+00:00");
	assert_string_equal(vv_text_zoned(-62167219200, -60), "");
	const char *first = vv_text_zoned(0, 0); /* seven further texts leave it */
	for (size_t i = 0; i < 7; i++) {
		(void)vv_text_zoned(60, 0);
	}
	assert_string_equal(first, "1970-01-01T00:00:00+00:00");
	assert_string_equal(vv_text_utc(-62167219200), "0000-01-01T00:00:00Z");
	assert_string_equal(vv_text_utc(253402300800), "10000-01-01T00:00:00Z");
}

static void lines_are_read_one_by_one_with_and_without_a_last_newline(void **state)
{
	vv_line l = {.rest = "one\n\nthree"}, none = {.rest = ""}, empty = {.rest = "\n"};

	(void)state;
	assert_true(vv_line_next(&l));
	assert_int_equal(l.len, 3);
	assert_memory_equal(l.text, "one", 3);
	assert_true(vv_line_next(&l));
	assert_int_equal(l.len, 0);
	assert_true(vv_line_next(&l));
	assert_string_equal(l.text, "three");
	assert_int_equal(l.len, 5);
	assert_false(vv_line_next(&l));
	assert_false(vv_line_next(&l));
	assert_false(vv_line_next(&none));
	assert_true(vv_line_next(&empty));
	assert_int_equal(empty.len, 0);
	assert_false(vv_line_next(&empty));
}

static void a_mark_of_a_later_format_is_told_with_its_number(void **state)
{
	static const char *const others[] = {"",
					     "varve store ",
					     "varve store 0\n",
					     "varve store x",
					     "varve blocks 1",
					     "varve store",
					     "varve store 1",
					     "varve store 1\r\n",
					     "varve store 1x\n"};
	vv_error err = {0};

	(void)state;
	vv_assert_ok(vv_text_check_mark("varve store 1\nmore", "varve store 1\n", "it", &err),
		     &err);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(vv_text_check_mark(others[i], "varve store 1\n", "it", &err),
				 VV_ECORRUPT);
	}
	assert_int_equal(vv_text_check_mark("varve store 12\n", "varve store 1\n", "it", &err),
			 VV_ENOSUPPORT);
	assert_string_equal(
		err.message,
		"a newer varve wrote it in format 12, and this varve reads only format 1");
}

static void words_of_commands_are_read_by_a_shell_as_they_are(void **state)
{
	(void)state;
	assert_string_equal(vv_text_word("HEAD~2:a-b_1.csv"), "HEAD~2:a-b_1.csv");
	assert_string_equal(vv_text_word(""), "''");
	assert_string_equal(vv_text_word("~a"), "'~a'");
	assert_string_equal(vv_text_word("a $b!\\.csv"), "'a $b!\\.csv'");
	assert_string_equal(vv_text_word("it's"), "\"it's\"");
	assert_string_equal(vv_text_word("it's $HOME"), "'it'\\''s $HOME'");
	assert_string_equal(vv_text_word("it's\033[1m\n\\"), "$'it\\x27s\\x1B[1m\\x0A\\x5C'");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_mark_of_a_later_format_is_told_with_its_number),
	cmocka_unit_test(a_time_is_written_in_utc),
	cmocka_unit_test(lines_are_read_one_by_one_with_and_without_a_last_newline),
	cmocka_unit_test(urls_in_a_text_are_shown_without_their_secrets),
	cmocka_unit_test(a_url_is_shown_without_its_password),
	cmocka_unit_test(words_are_cut_to_a_width_and_keep_backslashes),
	cmocka_unit_test(wrapped_lines_keep_to_their_width),
	cmocka_unit_test(a_quoted_word_is_one_word_for_sh),
	cmocka_unit_test(only_strict_utf8_is_valid),
	cmocka_unit_test(every_code_point_encodes_and_decodes_to_itself),
	cmocka_unit_test(invalid_bytes_become_replacement_characters),
	cmocka_unit_test(what_could_drive_a_terminal_is_escaped),
	cmocka_unit_test(widths_follow_what_is_shown),
	cmocka_unit_test(a_cut_text_keeps_to_its_width),
	cmocka_unit_test(shown_text_lives_through_some_further_calls),
	cmocka_unit_test(shown_text_is_bounded_whatever_it_is),
	cmocka_unit_test(numbers_are_written_for_people),
	cmocka_unit_test(only_plain_decimals_are_parsed),
	cmocka_unit_test(words_of_commands_are_read_by_a_shell_as_they_are),
	cmocka_unit_test(sizes_take_a_unit),
	cmocka_unit_test(distances_stop_at_the_limit),
	cmocka_unit_test(the_nearest_name_is_what_a_slip_of_the_finger_meant),
};

VV_TEST_SUITE(text)
