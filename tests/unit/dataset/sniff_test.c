#include "tests/unit/dataset/rows_support.h"

#include <stdio.h>
#include <string.h>

#include "dataset/read/sniff.h"

static vv_sniff_hints hints_for(const char *path)
{
	vv_sniff_hints h = VV_SNIFF_HINTS_INIT;

	h.path = path;
	return h;
}

static vv_sniff_result sniff_with(const char *text, size_t len, const vv_sniff_hints *h)
{
	vv_sniff_result r;
	vv_error err;

	vv_assert_ok(vv_sniff(&r, text, len, true, h, &err), &err);
	return r;
}

static vv_sniff_result sniff_text(const char *text)
{
	return sniff_with(text, strlen(text), NULL);
}

/* "a|b|c" */
static void expect_names(const vv_sniff_result *r, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;
	size_t i;

	for (i = 0; i < r->columns; i++) {
		vv_buf_puts(&b, i > 0 ? "|" : "");
		vv_buf_put(&b, r->names[i], r->name_lens[i]);
	}
	assert_string_equal(vv_buf_cstr(&b), wanted);
	vv_buf_clear(&b);
}

static void expect_csv(const char *text, char delimiter, bool header, const char *names)
{
	vv_sniff_result r = sniff_text(text);

	assert_int_equal(r.dialect.form, VV_FORM_CSV);
	assert_int_equal(r.dialect.delimiter, delimiter);
	assert_int_equal(r.dialect.header, header);
	expect_names(&r, names);
	vv_sniff_result_clear(&r);
}

static void expect_refused(const char *text, size_t len, const vv_sniff_hints *h,
			   const char *message, const char *hint)
{
	vv_sniff_result r;
	vv_error err;

	vv_assert_status(vv_sniff(&r, text, len, true, h, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, message);
	vv_assert_contains(vv_hint_name(err.hint_id) ? vv_hint_name(err.hint_id) : err.hint, hint);
}

static void expect_bytes(const vv_bytes *b, const char *wanted)
{
	assert_int_equal(b->len, strlen(wanted));
	assert_memory_equal(b->len ? b->data : "", wanted, b->len);
}

/* --- delimiters --------------------------------------------------------- */

static void the_delimiter_is_the_one_under_which_rows_agree(void **state)
{
	(void)state;
	expect_csv("id,name\n1,x\n2,y\n", ',', true, "id|name");
	expect_csv("id;name\n1;x\n2;y\n", ';', true, "id|name");
	expect_csv("id\tname\n1\tx\n2\ty\n", '\t', true, "id|name");
	expect_csv("id|name\n1|x\n2|y\n", '|', true, "id|name");
	/* Commas in the cells, and in the header. */
	expect_csv("id;price;note\n1;1,5;a, b\n2;2,5;c\n3;7,25;d, e, f\n", ';', true,
		   "id|price|note");
	expect_csv("id\tname, first\n1\tx, y\n2\tz\n", '\t', true, "id|name, first");
	expect_csv("\"a,b\";\"c,d\"\n\"1,2\";\"3,4\"\n", ';', true, "a,b|c,d");
	/* Semicolons and pipes in the cells of a comma-separated file. */
	expect_csv("id,tags,x\n1,a;b,p|q\n2,c;d;e,r|s\n3,f,t|u\n", ',', true, "id|tags|x");
	/* No header, decimal commas. */
	expect_csv("1,5;2,5\n3,5;4,5\n2,25;8,0\n", ';', false, "field1|field2");
}

static void rows_with_missing_cells_do_not_confuse(void **state)
{
	(void)state;
	expect_csv("a,b,c\n1\n2,3\n4\n5,6,7\n", ',', true, "a|b|c");
	expect_csv("a;b;c\n1\n2\n3,4\n5;6\n", ';', true, "a|b|c");
}

static void one_damaged_row_does_not_change_the_delimiter(void **state)
{
	(void)state;
	expect_csv("a,b,c\n1,2,3\n4,5,6,7\n8,9,10\n", ',', true, "a|b|c");
	expect_csv("a,b,c\n1,2,3\n4,\"5\"x,6\n8,9,10\n", ',', true, "a|b|c");
}

/* Nothing may turn commas into text: the rows are wrong, and the scanner says where. */
static void a_delimiter_that_occurs_nowhere_never_wins(void **state)
{
	static const char *const files[] = {
		"a,b\n1,2,3\n4,5,6\n",                        /* rows longer than the header */
		"a,b\n1,2,\n3,4,\n5,6,\n",                    /* trailing commas */
		"Report, of 2024\na,b,c\n1,2,3\n4,5,6\n",     /* a title above */
		"a,b\n1,2,3\n\"x\n",                          /* and a quote that never closes */
		"a,b\n1\n2\n3\n",                             /* only the header has it */
		"name\nSmith, John\nMiller\nBrown\nTaylor\n", /* only a row has it */
		"a,b;c\nx,y,z\nx,y;x,y\nz,y,z\n",
	};
	vv_sniff_hints h = hints_for("x.csv");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof files / sizeof files[0]; i++) {
		vv_sniff_result r = sniff_with(files[i], strlen(files[i]), &h);

		assert_int_equal(r.dialect.delimiter, ',');
		vv_sniff_result_clear(&r);
	}
	expect_csv("a;b\n1;2;3\n4;5;6\n", ';', true, "a|b");
	expect_csv("a\tb\n1\t2\t\n4\t5\t\n", '\t', true, "a|b|");
	expect_csv("Report, 2024\nid;name;x\n1;2,5;3\n2;3,5;4\n", ';', true, "Report, 2024");
}

/* A name with a delimiter in it parts no other row; an unnamed text may hold commas. */
static void one_column_with_delimiters_in_its_text_stays_one(void **state)
{
	static const char semicolons[] = "amount; EUR\n1\n2\n3\n",
			  tags[] = "tags\na; b\nc\nd | e\nf\n";
	vv_sniff_hints h = hints_for("x.csv");
	vv_sniff_result r = sniff_with(semicolons, sizeof semicolons - 1, &h);

	(void)state;
	expect_names(&r, "amount; EUR");
	vv_sniff_result_clear(&r);
	r = sniff_with(tags, sizeof tags - 1, &h);
	assert_int_equal(r.dialect.delimiter, ',');
	expect_names(&r, "tags");
	vv_sniff_result_clear(&r);
}

static void a_file_without_delimiters_is_one_column(void **state)
{
	vv_sniff_result r;

	(void)state;
	expect_csv("name\nalpha\nbeta\n", ',', true, "name");
	expect_csv("name\n", ',', true, "name");
	/* Free text: whatever its commas, no row may have a second cell. */
	r = sniff_text("text\nHello, world\nno\nyes; or\n");
	expect_names(&r, "text");
	assert_true(r.dialect.delimiter == '\t' || r.dialect.delimiter == '|');
	vv_sniff_result_clear(&r);
	r = sniff_text("text\na, b\nc; d\ne | f\ng\th\nx\ny\nz\n");
	expect_names(&r, "text");
	assert_null(strchr(",;|\t", r.dialect.delimiter));
	vv_sniff_result_clear(&r);
}

static void the_extension_decides_where_the_rows_do_not(void **state)
{
	vv_sniff_hints h = hints_for("data/x.tsv");
	vv_sniff_result r = sniff_with("a,b\tc,d\n1,2\t3,4\n", 15, &h);

	(void)state;
	assert_int_equal(r.dialect.delimiter, '\t');
	expect_names(&r, "a,b|c,d");
	vv_sniff_result_clear(&r);
	h = hints_for("x.TAB");
	r = sniff_with("name\nx\n", 7, &h);
	assert_int_equal(r.dialect.delimiter, '\t');
	vv_sniff_result_clear(&r);
	h = hints_for("a.tsv/x.csv");
	r = sniff_with("name\nx\n", 7, &h);
	assert_int_equal(r.dialect.delimiter, ',');
	vv_sniff_result_clear(&r);
}

static void hints_are_followed(void **state)
{
	vv_sniff_hints h = hints_for("x.csv");
	vv_sniff_result r;

	(void)state;
	h.delimiter = ':';
	h.header = 0;
	h.quote = '\'';
	h.escape = '\\';
	r = sniff_with("a,1:'b\\':'\nc,2:d\n", 17, &h);
	assert_int_equal(r.dialect.delimiter, ':');
	assert_int_equal(r.dialect.quote, '\'');
	assert_int_equal(r.dialect.escape, '\\');
	assert_false(r.dialect.header);
	assert_int_equal(r.columns, 2);
	assert_int_equal(r.body, 0);
	vv_sniff_result_clear(&r);
	h.quote = 0;
	expect_refused("a\n", 2, &h, "escape", "");
	h.quote = ':';
	h.escape = 0;
	expect_refused("a\n", 2, &h, "quote", "");
}

static void tab_separated_files_may_know_no_quotes(void **state)
{
	vv_sniff_result r = sniff_text("name\tsize\nbolt\t5\"\nnut\t3\" or 4\"\n");

	(void)state;
	assert_int_equal(r.dialect.quote, 0);
	vv_sniff_result_clear(&r);
	r = sniff_text("name\tsize\nbolt\t\"big\" one\nnut\tx\n");
	assert_int_equal(r.dialect.quote, 0);
	vv_sniff_result_clear(&r);
	/* Quotes that are used as quotes stay quotes. */
	r = sniff_text("name\tsize\n\"bolt\"\t5\"\nnut\t3\n");
	assert_int_equal(r.dialect.quote, '"');
	vv_sniff_result_clear(&r);
	/* And commas always know them. */
	r = sniff_text("name,size\nbolt,5\"\nnut,3\" or 4\"\n");
	assert_int_equal(r.dialect.quote, '"');
	vv_sniff_result_clear(&r);
}

static void apostrophes_may_be_quotes(void **state)
{
	vv_sniff_result r = sniff_text("'id','name'\n'1','a, b'\n'2','c'\n'3','d, e'\n");

	(void)state;
	assert_int_equal(r.dialect.quote, '\'');
	expect_names(&r, "id|name");
	vv_sniff_result_clear(&r);
	r = sniff_text("id,name\n1,it's\n2,'t is\n");
	assert_int_equal(r.dialect.quote, '"');
	vv_sniff_result_clear(&r);
}

/* --- header ------------------------------------------------------------- */

static void a_header_is_names_over_values_of_another_kind(void **state)
{
	(void)state;
	expect_csv("id,name\n1,x\n2,y\n", ',', true, "id|name");
	expect_csv("1,x\n2,y\n3,z\n", ',', false, "field1|field2");
	expect_csv("alice,2020-01-02,5\nbob,2021-03-04,6\n", ',', false, "field1|field2|field3");
	expect_csv("name,city\nalice,Rome\nbob,Oslo\n", ',', true, "name|city");
	expect_csv("name,born,fee\nalice,2020-01-02,5\n", ',', true, "name|born|fee");
	expect_csv("a,b,c\n", ',', true, "a|b|c");
	expect_csv("1,2,3\n", ',', false, "field1|field2|field3");
	expect_csv("7\n8\n", ',', false, "field1");
	/* The same words again and again: data. */
	expect_csv("red,big\nblue,big\nred,small\nred,big\n", ',', false, "field1|field2");
	/* A header that stands in the midst as well: two files put together. */
	expect_csv("name,city\nalice,Rome\nname,city\nbob,Oslo\n", ',', true, "name|city");
	expect_csv("NO,OK\nSE,OK\nDK,KO\nNO,KO\nFI,OK\n", ',', false, "field1|field2");
}

static void years_over_columns_are_a_header_with_a_warning(void **state)
{
	vv_sniff_result r = sniff_text("country,1990,1991,1992\nFrance,1.5,2.5,3\nSpain,1,2,3\n");

	(void)state;
	assert_true(r.dialect.header);
	expect_names(&r, "country|1990|1991|1992");
	vv_assert_contains(vv_buf_cstr(&r.warnings),
			   "the header looks like data: '1990' in column 2");
	vv_sniff_result_clear(&r);
	r = sniff_text("0,1,2\n5.5,a,b\n6.5,c,d\n");
	assert_true(r.dialect.header);
	vv_sniff_result_clear(&r);
	r = sniff_text("country,100000000,200000000,300000000\nFrance,1.5,2.5,3\nSpain,1,2,3\n");
	assert_true(r.dialect.header);
	vv_sniff_result_clear(&r);
	expect_csv("1,2,3\n2,3,4\n3,4,5\n", ',', false, "field1|field2|field3");
}

static void a_missing_header_is_mentioned(void **state)
{
	vv_sniff_hints h = hints_for("x.csv");
	vv_sniff_result r = sniff_text("1,x\n2,y\n");

	(void)state;
	vv_assert_contains(vv_buf_cstr(&r.warnings), "no header");
	vv_sniff_result_clear(&r);
	h.header = 0;
	r = sniff_with("1,x\n2,y\n", 8, &h);
	assert_int_equal(r.warnings.len, 0);
	vv_sniff_result_clear(&r);
}

static void blank_and_repeated_names_are_given_as_they_are(void **state)
{
	vv_sniff_result r = sniff_text("id,,x,x,\n1,2,3,4,5\n");

	(void)state;
	assert_true(r.dialect.header);
	expect_names(&r, "id||x|x|");
	vv_sniff_result_clear(&r);
}

static void header_cells_are_decoded_and_the_line_is_kept(void **state)
{
	vv_sniff_result r = sniff_text("\n\"a \"\"x\"\"\",\"b\nc\"\r\n\r\n1,2\r\n");

	(void)state;
	expect_names(&r, "a \"x\"|b\nc");
	expect_bytes(&r.dialect.prologue, "\n\"a \"\"x\"\"\",\"b\nc\"\r\n\r\n");
	assert_int_equal(r.body, r.dialect.prologue.len);
	assert_int_equal(r.dialect.newline, VV_CRLF);
	vv_sniff_result_clear(&r);
}

static void without_header_only_blank_lines_come_before_the_body(void **state)
{
	vv_sniff_result r = sniff_text("\xef\xbb\xbf\r\n1,2\n3,4,5\n");

	(void)state;
	assert_true(r.dialect.bom);
	assert_false(r.dialect.header);
	expect_bytes(&r.dialect.prologue, "\r\n");
	assert_int_equal(r.body, 5);
	assert_int_equal(r.columns, 3);
	vv_sniff_result_clear(&r);
}

static void a_header_alone_is_a_table_without_rows(void **state)
{
	vv_sniff_result r = sniff_text("a,b");

	(void)state;
	expect_names(&r, "a|b");
	expect_bytes(&r.dialect.prologue, "a,b");
	assert_int_equal(r.body, 3);
	vv_sniff_result_clear(&r);
}

static void an_empty_file_has_no_columns(void **state)
{
	vv_sniff_result r = sniff_text("");

	(void)state;
	assert_int_equal(r.columns, 0);
	assert_int_equal(r.body, 0);
	vv_sniff_result_clear(&r);
	r = sniff_text("\xef\xbb\xbf\n\r\n");
	assert_int_equal(r.columns, 0);
	assert_int_equal(r.body, 6);
	expect_bytes(&r.dialect.prologue, "\n\r\n");
	vv_sniff_result_clear(&r);
}

/* --- habits ------------------------------------------------------------- */

/* One letter a column: minimal, always, (non-)empty, (non-)numeric. */
static void expect_habits(const char *text, const char *wanted)
{
	vv_sniff_result r = sniff_text(text);
	size_t i;

	assert_int_equal(r.dialect.quoting_count, strlen(wanted));
	for (i = 0; i < r.dialect.quoting_count; i++) {
		assert_int_equal("maen"[r.dialect.quoting[i]], wanted[i]);
	}
	vv_sniff_result_clear(&r);
}

static void quoting_habits_are_found_for_each_column(void **state)
{
	(void)state;
	expect_habits("id,x\n1,a\n2,\"b,c\"\n3,\n", "");
	expect_habits("\"id\",\"x\"\n\"1\",\"a\"\n\"2\",\"\"\n", "aa");
	expect_habits("id,x,y\n1,\"a\",5\n2,\"b\",6\n", "nnn");
	expect_habits("id,x,y\n\"1\",\"a\",\"5\"\n\"2\",,\"6\"\n\"3\",\"\",\"\"\n", "aaa");
	expect_habits("id,x,y\n\"1\",\"a\",\"5\"\n\"2\",,\"6\"\n\"3\",,\n", "eee");
	expect_habits("id,x\n1,\"a\"\n2,\"b\"\n3,7\n", "nn");
	/* Most rows decide. */
	expect_habits("id,x\n1,a\n2,\"b\"\n3,c\n4,d\n", "");
}

static void the_commonest_newline_is_taken(void **state)
{
	vv_sniff_result r = sniff_text("a,b\n1,2\r\n3,4\r\n5,6\n7,8\r\n");

	(void)state;
	assert_int_equal(r.dialect.newline, VV_CRLF);
	vv_sniff_result_clear(&r);
	r = sniff_text("a,b\r1,2\r3,4\r");
	assert_int_equal(r.dialect.newline, VV_CR);
	vv_sniff_result_clear(&r);
	r = sniff_text("a,b\r\n1,2");
	assert_int_equal(r.dialect.newline, VV_CRLF);
	vv_sniff_result_clear(&r);
}

/* --- the parent --------------------------------------------------------- */

static void the_parents_dialect_stays_where_it_fits(void **state)
{
	uint8_t quoting[] = {VV_QUOTE_ALWAYS, VV_QUOTE_NONEMPTY};
	vv_dialect parent;
	vv_sniff_hints h = hints_for("x.csv");
	vv_sniff_result r;
	const char *same = "1;\"a\"\r\n\"2\";\"b\"\r\n\"3\";\"\"\r\n";

	(void)state;
	vv_dialect_init(&parent);
	parent.delimiter = ';';
	parent.header = false;
	parent.escape = '\\';
	parent.quoting = quoting;
	parent.quoting_count = 2;
	h.parent = &parent;
	r = sniff_with(same, strlen(same), &h);
	assert_int_equal(r.dialect.delimiter, ';');
	assert_int_equal(r.dialect.escape, '\\');
	assert_false(r.dialect.header);
	assert_int_equal(r.dialect.newline, VV_CRLF);
	vv_sniff_result_clear(&r);
	/* An ambiguous file: only the parent tells. */
	r = sniff_with("a,b;c,d\n", 8, &h);
	assert_int_equal(r.dialect.delimiter, ';');
	vv_sniff_result_clear(&r);
	/* A file that is plainly different. */
	r = sniff_with("id,name\n1,x\n2,y\n", 16, &h);
	assert_int_equal(r.dialect.delimiter, ',');
	assert_int_equal(r.dialect.escape, 0);
	vv_sniff_result_clear(&r);
}

/* What the parent's header line was, and what comes now: the delimiter that is taken. */
static void expect_after(const char *before, char delimiter, const char *now, char wanted)
{
	vv_sniff_hints h = hints_for("x.csv");
	vv_dialect parent;
	vv_sniff_result r;
	vv_error err;

	vv_dialect_init(&parent);
	parent.delimiter = (uint8_t)delimiter;
	vv_assert_ok(vv_bytes_set(&parent.prologue, before, strlen(before), &err), &err);
	h.parent = &parent;
	r = sniff_with(now, strlen(now), &h);
	assert_int_equal(r.dialect.delimiter, wanted);
	vv_sniff_result_clear(&r);
	vv_dialect_clear(&parent);
}

static void a_file_that_no_longer_fits_keeps_the_parents_delimiter(void **state)
{
	(void)state;
	expect_after("id,b\n", ',', "id,b\n1,2,3\n4,5,6\n", ',');
	expect_after("id;b\n", ';', "id;b\n1;2;3\n4;5;6\n", ';');
	expect_after("id,b\n", ',', "id,b\n1;2\n3;4\n5;6\n", ',');
	expect_after("id,b;c\n", ',', "id,b;c\n1,2;3,4\n5,6;7,8\n", ',');
	/* Written anew in another form: the names tell. */
	expect_after("id,b\n", ',', "id;b\n1;2,5\n3;4,5\n", ';');
	expect_after("id,b\n", ',', "id;b\n1;2;3\n4;5;6\n", ';');
	expect_after("id\tb\n", '\t', "a,b\n1,2,3\n4,5,6\n", ',');
	/* Free text that was taken for one column stays so, whatever its commas. */
	expect_after("text\n", '\t', "text\nHello, world\nSo, what\nYes, yes\n", '\t');
	expect_after("a, b\n", '\t', "a, b\nHello, world\nSo, what\n", '\t');
	expect_after("text\n", ',', "text\nHello, world\nno\nyes\n", ',');
}

static void a_column_that_is_left_alone_keeps_the_parents_delimiter(void **state)
{
	(void)state;
	expect_after("c0;c1\n", ';', "c1\npear\na, b\nplum\nfig\n", ';');
	expect_after("c0|c1\n", '|', "c0\n1,5\n2,25\n3\n", '|');
	expect_after("c0\tc1\n", '\t', "c1\npear; fig\nplum\n", '\t');
	/* Written anew in another form. */
	expect_after("c0;c1\n", ';', "c1,c2\npear,1\nplum,2\n", ',');
	expect_after("c0;c1\n", ';', "c0,c1\n1,a\n2,b\n", ',');
}

static void the_parents_habits_stay_while_they_are_as_good(void **state)
{
	uint8_t quoting[] = {VV_QUOTE_NONEMPTY, VV_QUOTE_MINIMAL};
	vv_dialect parent;
	vv_sniff_hints h = hints_for("x.csv");
	vv_sniff_result r;

	(void)state;
	vv_dialect_init(&parent);
	parent.quoting = quoting;
	parent.quoting_count = 2;
	h.parent = &parent;
	r = sniff_with("id,x\n\"1\",a\n\"2\",b\n", 17, &h);
	assert_int_equal(r.dialect.quoting_count, 1);
	assert_int_equal(r.dialect.quoting[0], VV_QUOTE_NONEMPTY);
	vv_sniff_result_clear(&r);
	r = sniff_with("id,x\n1,a\n2,b\n", 13, &h);
	assert_int_equal(r.dialect.quoting_count, 0);
	vv_sniff_result_clear(&r);
}

/* --- no tables ---------------------------------------------------------- */

/* A byte of a hint that is not copied stays what it is without hints, unless it is padding. */
static bool is_copied(size_t at)
{
	static const struct {
		size_t from, to;
	} others[] = {
		{offsetof(vv_sniff_hints, has_form) + 1, offsetof(vv_sniff_hints, form)},
		{offsetof(vv_sniff_hints, parent), offsetof(vv_sniff_hints, skip)}, /* and path */
		{offsetof(vv_sniff_hints, header_rows) + sizeof(int),
		 offsetof(vv_sniff_hints, header_join)},
		{offsetof(vv_sniff_hints, declared) + 1, sizeof(vv_sniff_hints)}, /* and key */
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (at >= others[i].from && at < others[i].to) return false;
	}
	return true;
}

static void hints_over_others_replace_each_hint(void **state)
{
	static const vv_sniff_hints none = VV_SNIFF_HINTS_INIT;
	vv_sniff_hints from, to = none;

	(void)state;
	memset(&from, 1, sizeof(from)); /* all hints are set */
	vv_sniff_hints_over(&to, &from);
	vv_sniff_hints_over(&to, &none); /* changes nothing */
	for (size_t i = 0; i < sizeof(to); i++) {
		assert_true(!is_copied(i) || ((const unsigned char *)&to)[i] == 1);
	}
	assert_true(!to.parent && !to.path && !to.key);
}

static void what_is_no_table_is_refused_with_a_way_out(void **state)
{
	char binary[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof binary; i++) {
		binary[i] = i % 3 == 0 ? '\0' : (char)i;
	}
	expect_refused(binary, sizeof binary, NULL, "binary", "--as file");
	expect_refused("\xff\xfe"
		       "a\0,\0b\0\n\0",
		       10, NULL, "UTF-16", "convert-utf8");
	expect_refused("\xfe\xff\0a\0,\0b\0\n", 10, NULL, "UTF-16", "convert-utf8");
	expect_refused("a\0,\0b\0\n\0c\0,\0d\0\n\0", 16, NULL, "UTF-16", "convert-utf8");
	expect_refused("\xff\xfe\0\0a\0\0\0\n\0\0\0", 12, NULL, "UTF-32", "iconv -f UTF-32");
	expect_refused("\x1f\x8b\x08\0\0\0\0\0", 8, NULL, "gzip", "unpack");
	expect_refused("\x28\xb5\x2f\xfd....", 8, NULL, "zstd", "unpack");
	expect_refused("PK\x03\x04......", 10, NULL, "ZIP", "unpack");
	expect_refused("PAR1......", 10, NULL, "Parquet", "--as file");
}

static void a_few_nuls_and_odd_bytes_are_no_reason_to_refuse(void **state)
{
	vv_sniff_result r = sniff_with("a,b\nx\0y,\xff\n1,2\n", 15, NULL);

	(void)state;
	expect_names(&r, "a|b");
	vv_sniff_result_clear(&r);
	expect_csv("PK,BZh9\nx,y\n", ',', true, "PK|BZh9");
}

static void a_faulty_header_is_refused_with_its_place(void **state)
{
	(void)state;
	expect_refused("\na,\"b\"c,d\n1,2,3\n", 16, NULL,
		       "line 2, character 6: text after a closing quote", "");
	expect_refused("a,\"b\n1,2\n", 9, NULL,
		       "line 1, character 3: the quote that opens here is never closed", "");
}

static void headers_beyond_the_limits_are_refused(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_sniff_result r;
	vv_error err;
	unsigned i;

	(void)state;
	for (i = 0; i <= VV_COLUMNS_MAX; i++) {
		vv_buf_printf(&b, "%sc%u", i > 0 ? "," : "", i);
	}
	vv_buf_putc(&b, '\n');
	expect_refused(b.data, b.len, NULL, "16385 columns", "--as file");
	vv_buf_reset(&b);
	while (b.len <= VV_HEADER_MAX) {
		vv_buf_puts(&b, "a long name without an end ");
	}
	vv_assert_status(vv_sniff(&r, b.data, b.len, false, NULL, &err), VV_EINPUT, &err);
	vv_buf_puts(&b, ",b\n");
	expect_refused(b.data, b.len, NULL, "512 KiB", "--as file");
	vv_buf_clear(&b);
}

static void a_short_sample_asks_for_a_longer_one(void **state)
{
	const char text[] = "id,\"na\nme\"\r\n\r\n1,2\n";
	vv_sniff_result r;
	vv_error err;
	size_t len;

	(void)state;
	for (len = 0; len < 15; len++) {
		vv_assert_status(vv_sniff(&r, text, len, false, NULL, &err), VV_ENOTFOUND, &err);
	}
	vv_assert_ok(vv_sniff(&r, text, 15, false, NULL, &err), &err);
	assert_int_equal(r.body, 14);
	vv_sniff_result_clear(&r);
	vv_assert_status(vv_sniff(&r, "[{\"a\":1}", 8, false, NULL, &err), VV_ENOTFOUND, &err);
	vv_assert_status(vv_sniff(&r, "[  \n", 4, false,
				  &(vv_sniff_hints){.path = "x.json",
						    .delimiter = -1,
						    .quote = -1,
						    .escape = -1,
						    .header = -1},
				  &err),
			 VV_ENOTFOUND, &err);
}

/* --- JSON --------------------------------------------------------------- */

static void forms_are_told_by_extension_and_content(void **state)
{
	static const struct {
		const char *path, *text;
		vv_form form;
	} cases[] = {
		{"x.ndjson", "{\"a\":1}\n", VV_FORM_NDJSON},
		{"x.jsonl", "", VV_FORM_NDJSON},
		{"x.json", "[{\"a\":1}]", VV_FORM_JSON},
		{"x.json", "{\"a\":1}\n{\"a\":2}\n", VV_FORM_NDJSON},
		{"x", " [ {\"a\":1}]", VV_FORM_JSON},
		{"x", "{\"a\":1}\n", VV_FORM_NDJSON},
		{"x", "{a},b\n1,2\n", VV_FORM_CSV},
		{"x", "[x],b\n", VV_FORM_CSV},
		{"x.csv", "{\"a\":1}\n", VV_FORM_CSV},
		{NULL, "[]", VV_FORM_JSON},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		vv_sniff_hints h = hints_for(cases[i].path);
		vv_sniff_result r = sniff_with(cases[i].text, strlen(cases[i].text), &h);

		assert_int_equal(r.dialect.form, cases[i].form);
		vv_sniff_result_clear(&r);
	}
}

static void the_style_of_objects_is_found(void **state)
{
	vv_sniff_result r = sniff_text(
		"[\n  {\n    \"a\": 1,\n    \"b\": \"\\u00e9\"\n  },\n  {\n    \"a\": 2,\n    \"b\": [ 1,2 ]\n  }\n]\n");
	vv_dialect *d = &r.dialect;

	(void)state;
	expect_names(&r, "a|b");
	expect_bytes(&d->prologue, "[\n  ");
	assert_int_equal(r.body, 4);
	expect_bytes(&d->open, "{\n    ");
	expect_bytes(&d->colon, ": ");
	expect_bytes(&d->comma, ",\n    ");
	expect_bytes(&d->close, "\n  }");
	expect_bytes(&d->row_end, ",\n  ");
	assert_true(d->ascii);
	vv_sniff_result_clear(&r);
	r = sniff_text("{\"a\":1,\"b\":\"\xc3\xa9\"}\r\n{\"c\":{\"x\": [1, \"}\"]},\"a\":2}\r\n");
	expect_names(&r, "a|b|c");
	expect_bytes(&d->open, "{");
	expect_bytes(&d->colon, ":");
	expect_bytes(&d->comma, ",");
	expect_bytes(&d->close, "}");
	assert_int_equal(d->newline, VV_CRLF);
	assert_false(d->ascii);
	vv_sniff_result_clear(&r);
}

static void what_one_object_does_not_show_is_guessed_alike(void **state)
{
	vv_sniff_result r = sniff_text("[\n {\"a\": 1}\n]");

	(void)state;
	expect_bytes(&r.dialect.row_end, ",\n ");
	expect_bytes(&r.dialect.comma, ", ");
	vv_sniff_result_clear(&r);
	r = sniff_text("[]\n");
	assert_int_equal(r.columns, 0);
	assert_int_equal(r.body, 1);
	expect_bytes(&r.dialect.prologue, "[");
	expect_bytes(&r.dialect.open, "{");
	expect_bytes(&r.dialect.row_end, ",");
	vv_sniff_result_clear(&r);
}

static void json_that_is_no_array_of_objects_is_refused(void **state)
{
	vv_sniff_hints h = hints_for("x.json");

	(void)state;
	expect_refused("{\"data\": []}", 12, &h, "", "");
	expect_refused("{\"data\":\n [1]}", 14, &h, "array of objects", "--records");
	expect_refused("{\"data\":\n x}", 12, &h, "line 2, character 2", "");
	expect_refused("{\"a\":[{}],\"b\":[{}]}", 19, &h, "'/a' and '/b'", "add-records");
	expect_refused("[1,2]", 5, &h, "line 1, character 2: expected an object", "");
	expect_refused("", 0, &h, "array of objects", "");
	expect_refused("[{\"a\":1,\n\"a\":2}]", 16, &h, "line 2, character 1", "");
}

static void later_faults_are_left_to_the_scanner(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_sniff_result r;
	unsigned i;

	(void)state;
	vv_buf_puts(&b, "{\"a\":1}\n{");
	for (i = 0; i < 100; i++) {
		vv_buf_printf(&b, "\"m%u\":1,", i);
	}
	vv_buf_puts(&b, "}\n");
	r = sniff_text(b.data);
	assert_int_equal(r.dialect.form, VV_FORM_NDJSON);
	assert_true(r.columns >= 1);
	vv_sniff_result_clear(&r);
	vv_buf_clear(&b);
}

/* --- everything --------------------------------------------------------- */

static vv_status sniff_once(void *payload, vv_error *err)
{
	const char *text = payload;
	vv_sniff_result r;
	vv_status rc = vv_sniff(&r, text, strlen(text), true, NULL, err);

	if (rc == VV_OK) {
		vv_sniff_result_clear(&r);
	}
	return rc;
}

static void running_out_of_memory_is_reported(void **state)
{
	char csv[] = "id,\"na\"\"me\",,id\n1,\"x\",\"\",3\n\"2\",'y',,4\n", bare[] = "1,2\n3,4\n";
	char array[] = "[ {\"a\": \"\\n\", \"b\": 2}, {\"c\": 3} ]", lines[] = "{\"a\":1}\n";

	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, sniff_once, NULL, csv);
	vv_fault_each(VV_FAULT_ALLOC, 0, sniff_once, NULL, bare);
	vv_fault_each(VV_FAULT_ALLOC, 0, sniff_once, NULL, array);
	vv_fault_each(VV_FAULT_ALLOC, 0, sniff_once, NULL, lines);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_delimiter_is_the_one_under_which_rows_agree),
	cmocka_unit_test(rows_with_missing_cells_do_not_confuse),
	cmocka_unit_test(one_damaged_row_does_not_change_the_delimiter),
	cmocka_unit_test(a_delimiter_that_occurs_nowhere_never_wins),
	cmocka_unit_test(one_column_with_delimiters_in_its_text_stays_one),
	cmocka_unit_test(a_file_without_delimiters_is_one_column),
	cmocka_unit_test(the_extension_decides_where_the_rows_do_not),
	cmocka_unit_test(hints_are_followed),
	cmocka_unit_test(tab_separated_files_may_know_no_quotes),
	cmocka_unit_test(apostrophes_may_be_quotes),
	cmocka_unit_test(a_header_is_names_over_values_of_another_kind),
	cmocka_unit_test(years_over_columns_are_a_header_with_a_warning),
	cmocka_unit_test(a_missing_header_is_mentioned),
	cmocka_unit_test(blank_and_repeated_names_are_given_as_they_are),
	cmocka_unit_test(header_cells_are_decoded_and_the_line_is_kept),
	cmocka_unit_test(without_header_only_blank_lines_come_before_the_body),
	cmocka_unit_test(a_header_alone_is_a_table_without_rows),
	cmocka_unit_test(an_empty_file_has_no_columns),
	cmocka_unit_test(quoting_habits_are_found_for_each_column),
	cmocka_unit_test(the_commonest_newline_is_taken),
	cmocka_unit_test(the_parents_dialect_stays_where_it_fits),
	cmocka_unit_test(a_file_that_no_longer_fits_keeps_the_parents_delimiter),
	cmocka_unit_test(a_column_that_is_left_alone_keeps_the_parents_delimiter),
	cmocka_unit_test(the_parents_habits_stay_while_they_are_as_good),
	cmocka_unit_test(hints_over_others_replace_each_hint),
	cmocka_unit_test(what_is_no_table_is_refused_with_a_way_out),
	cmocka_unit_test(a_few_nuls_and_odd_bytes_are_no_reason_to_refuse),
	cmocka_unit_test(a_faulty_header_is_refused_with_its_place),
	cmocka_unit_test(headers_beyond_the_limits_are_refused),
	cmocka_unit_test(a_short_sample_asks_for_a_longer_one),
	cmocka_unit_test(forms_are_told_by_extension_and_content),
	cmocka_unit_test(the_style_of_objects_is_found),
	cmocka_unit_test(what_one_object_does_not_show_is_guessed_alike),
	cmocka_unit_test(json_that_is_no_array_of_objects_is_refused),
	cmocka_unit_test(later_faults_are_left_to_the_scanner),
	cmocka_unit_test(running_out_of_memory_is_reported),
};

VV_TEST_SUITE(sniff)
