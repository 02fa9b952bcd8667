/*
 * Tests of diff/rows/file_groups.h: a file's row groups are encoded when they are read, into the blocks that an
 * import makes of them at once; groups of equal cells have one name, whatever the forms of their rows.
 */
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "diff/rows/file_groups.h"

#define ROWS 16000u

/* How a table is written. */
typedef struct look {
	const char *delimiter, *newline;
	bool always, some_quoted, short_rows, blank_lines, mixed_newlines, no_final_newline, bom,
		blob;
	unsigned odd_from; /* rows from here on have other values; 0: none */
	size_t long_cell;  /* bytes of one cell in the middle */
	size_t blank_run;  /* line ends before the row after it */
} look;

static const look plain = {.delimiter = ",", .newline = "\n"};

static void put_cell(vv_buf *b, const look *l, const char *text, bool last)
{
	const bool quotes = l->always || strpbrk(text, ",;\t\"\r\n");

	vv_buf_puts(b, quotes ? "\"" : "");
	for (const char *p = text; *p; p++) {
		vv_buf_puts(b, *p == '"' ? "\"" : "");
		vv_buf_putc(b, *p);
	}
	vv_buf_puts(b, quotes ? "\"" : "");
	vv_buf_puts(b, last ? "" : l->delimiter);
}

static void put_row(vv_buf *b, const look *l, unsigned i)
{
	look own = *l;
	char text[64];
	vv_buf cell = VV_BUF_INIT;

	own.always |= l->some_quoted && i % 50 == 7;
	snprintf(text, sizeof(text), "%u", i);
	put_cell(b, &own, text, false);
	snprintf(text, sizeof(text), i % 9 == 0 ? "say \"%u\", then;\tgo" : "text %u",
		 i * 7 + (l->odd_from > 0 && i >= l->odd_from));
	vv_buf_puts(&cell, text);
	for (size_t k = 0; i == ROWS / 2 && k < l->long_cell; k++) {
		vv_buf_putc(&cell, (int)('a' + k % 23));
	}
	const bool is_short = l->short_rows && i % 40 == 3;
	put_cell(b, &own, vv_buf_cstr(&cell), is_short);
	if (!is_short) {
		snprintf(text, sizeof(text), "%u.%02u", i % 13, i % 100);
		put_cell(b, &own, text, true);
	}
	vv_buf_clear(&cell);
}

static void put_table(vv_buf *b, const look *l)
{
	vv_buf_puts(b, l->bom ? "\xEF\xBB\xBF" : "");
	vv_buf_printf(b, "id%stext%snumber%s", l->delimiter, l->delimiter, l->newline);
	for (unsigned i = 0; i < ROWS; i++) {
		const bool last = i + 1 == ROWS;
		put_row(b, l, i);
		vv_buf_puts(b, last && l->no_final_newline        ? ""
			       : l->mixed_newlines && i % 30 == 1 ? "\r\n"
								  : l->newline);
		vv_buf_puts(b, l->blank_lines && i % 70 == 2 ? l->newline : "");
		for (size_t k = 0; i == ROWS / 2 && k < l->blank_run; k++) {
			vv_buf_puts(b, l->newline);
		}
	}
}

/* A file, imported, with all that belongs to it. */
typedef struct imported {
	char path[600];
	vv_import_result r;
	vv_mem_sink *mem; /* of the first file; NULL: borrowed */
	vv_sink sink;
	vv_table t;
	vv_file_groups *groups;
} imported;

static int write_file(imported *f, const char *name, const char *bytes, size_t len)
{
	vv_error err;

	snprintf(f->path, sizeof(f->path), "%s/%s", vv_test_dir(), name);
	int fd = open(f->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	vv_assert_ok(vv_write_full(fd, bytes, len, f->path, &err), &err);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* like: the first file, or NULL; in_file false: as ever. */
static void import_file(imported *f, const char *name, const look *l, imported *like, bool in_file)
{
	static const char *const no_key[] = {NULL};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT,
			       .key = no_key,
			       .keep_types = true,
			       .in_file = in_file,
			       .secret = 17};
	vv_buf text = VV_BUF_INIT;
	vv_source source;
	vv_fd_source storage;
	vv_error err;

	memset(f, 0, sizeof(*f));
	put_table(&text, l);
	int fd = write_file(f, name, text.data, text.len);
	vv_source_fd(&source, &storage, fd, f->path, text.len);
	if (!like) {
		vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, vv_test_dir(), &err), &err);
	}
	vv_mem_sink_use(&f->sink, like ? like->mem : f->mem);
	if (like) {
		o.known = &like->t.root;
		o.known_types = &like->r.types;
		o.known_schema = &like->t.schema;
		o.cache = like->r.cache;
	}
	vv_assert_ok(vv_import(&f->r, &source, &f->sink, &o, &err), &err);
	vv_assert_ok(vv_table_open(&f->t, &f->sink, &f->r.cid, &err), &err);
	if (f->r.in_file && !like) {
		vv_assert_ok(vv_file_groups_new(&f->groups, &f->t, f->r.cache, o.secret,
						l->blob ? -1 : fd,
						l->blob ? vv_buf_detach(&text) : NULL, f->path,
						&f->sink, &err),
			     &err);
		vv_file_groups_use(&f->t.source, f->groups);
	} else {
		f->t.source = like && like->groups ? like->t.source : f->t.source;
	}
	if (!f->groups || l->blob) {
		close(fd);
	}
	vv_buf_clear(&text);
}

static void drop(imported *f)
{
	vv_table_close(&f->t);
	vv_file_groups_free(f->groups);
	vv_import_result_clear(&f->r);
	vv_mem_sink_free(f->mem);
}

/* Both have the same cells, read group by group. */
static void same_rows(imported *a, imported *b)
{
	vv_table_reader *x, *y;
	vv_batch p = {0}, q = {0};
	vv_error err;
	int more;

	vv_assert_ok(vv_table_reader_open(&x, &a->t, NULL, 0, false, &err), &err);
	vv_assert_ok(vv_table_reader_open(&y, &b->t, NULL, 0, false, &err), &err);
	while ((more = vv_table_read(x, &p, &err)) > 0) {
		vv_assert_ok(vv_table_read(y, &q, &err) > 0 ? VV_OK : VV_ECORRUPT, &err);
		assert_int_equal(p.rows, q.rows);
		assert_int_equal(p.columns, q.columns);
		for (size_t i = 0; i < p.rows * p.columns; i++) {
			assert_true(vv_cell_equal(&p.cells[i], &q.cells[i]));
		}
	}
	vv_assert_ok((vv_status)more, &err);
	assert_int_equal(vv_table_read(y, &q, &err), 0);
	vv_table_reader_close(x);
	vv_table_reader_close(y);
	vv_batch_clear(&p);
	vv_batch_clear(&q);
}

static const look looks[] = {
	{.delimiter = ",", .newline = "\n"},
	{.delimiter = "\t", .newline = "\r\n", .bom = true},
	{.delimiter = ";", .newline = "\r", .no_final_newline = true},
	{.delimiter = ",", .newline = "\n", .always = true},
	{.delimiter = ",", .newline = "\n", .some_quoted = true, .blank_lines = true},
	{.delimiter = ",", .newline = "\n", .mixed_newlines = true, .no_final_newline = true},
	{.delimiter = ",", .newline = "\n", .short_rows = true},
	{.delimiter = ";", .newline = "\r\n", .bom = true, .blob = true},
};
#define LOOKS (sizeof(looks) / sizeof(looks[0]))

static void groups_are_made_as_an_import_makes_them_at_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOOKS; i++) {
		imported late, now;
		import_file(&late, "late.csv", &looks[i], NULL, true);
		import_file(&now, "now.csv", &looks[i], NULL, false);
		assert_true(late.r.in_file);
		assert_false(now.r.in_file);
		assert_true(late.r.groups > 3);
		assert_int_equal(late.r.groups, now.r.groups);
		assert_string_equal(late.t.root.schema.data, now.t.root.schema.data);
		assert_memory_equal(&late.t.root.hash, &now.t.root.hash, sizeof(now.t.root.hash));
		same_rows(&late, &now);
		same_rows(&late, &now); /* what was made is kept */
		drop(&late);
		drop(&now);
	}
}

static bool same_data(const imported *a, const imported *b)
{
	return a->t.root.data.len == b->t.root.data.len &&
	       memcmp(a->t.root.data.data, b->t.root.data.data, a->t.root.data.len) == 0;
}

static void equal_cells_have_one_name_whatever_their_rows_look_like(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOOKS; i++) {
		imported a;

		import_file(&a, "a.csv", &looks[i], NULL, true);
		for (size_t k = 0; k < LOOKS; k++) {
			imported b;
			import_file(&b, "b.csv", &looks[k], &a, true);
			assert_true(b.r.in_file);
			assert_int_equal(same_data(&a, &b),
					 looks[i].short_rows == looks[k].short_rows);
			drop(&b);
		}
		drop(&a);
	}
}

static void groups_that_only_the_second_file_has_are_made_at_once(void **state)
{
	look other = plain;
	imported a, b, alone;

	(void)state;
	other.odd_from = ROWS - ROWS / 8;
	import_file(&a, "a.csv", &plain, NULL, true);
	import_file(&b, "b.csv", &other, &a, true);
	import_file(&alone, "alone.csv", &other, NULL, false);
	assert_false(same_data(&a, &b));
	assert_true(b.r.groups_reused > 0);
	assert_true(b.r.groups_new > 0);
	same_rows(&b, &alone);
	drop(&alone);
	drop(&b);
	drop(&a);
}

static void long_rows_and_cells_are_there_too(void **state)
{
	static const look long_ones[] = {
		{.delimiter = ",", .newline = "\n", .long_cell = 400000},
		{.delimiter = ",", .newline = "\n", .long_cell = 7u << 20},
		{.delimiter = ",", .newline = "\n", .blank_run = 7u << 20},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(long_ones) / sizeof(long_ones[0]); i++) {
		imported late, again, now;
		import_file(&late, "late.csv", &long_ones[i], NULL, true);
		import_file(&again, "again.csv", &long_ones[i], &late, true);
		import_file(&now, "now.csv", &long_ones[i], NULL, false);
		assert_true(late.r.in_file);
		assert_true(same_data(&late, &again));
		same_rows(&late, &now);
		same_rows(&again, &now);
		drop(&now);
		drop(&again);
		drop(&late);
	}
}

static void blank_lines_are_no_part_of_a_name(void **state)
{
	look blank = plain;
	imported a, b;

	(void)state;
	blank.blank_run = 7u << 20;
	import_file(&a, "a.csv", &plain, NULL, true);
	import_file(&b, "b.csv", &blank, &a, true);
	assert_true(same_data(&a, &b));
	drop(&b);
	drop(&a);
}

static void other_kinds_of_quotes_are_read_as_ever(void **state)
{
	static const char *const no_key[] = {NULL};
	static const char escaped[] = "a,b\n1,\"x\\\"y\"\n";
	static const char text[] = "{\"a\":1}\n{\"a\":2}\n";
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .key = no_key, .in_file = true};
	vv_source source;
	vv_mem_source storage;
	vv_import_result r;
	vv_mem_sink *mem;
	vv_sink sink;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, vv_test_dir(), &err), &err);
	vv_mem_sink_use(&sink, mem);
	vv_source_mem(&source, &storage, text, sizeof(text) - 1, "t.ndjson");
	vv_assert_ok(vv_import(&r, &source, &sink, &o, &err), &err);
	assert_false(r.in_file);
	vv_import_result_clear(&r);
	vv_source_mem(&source, &storage, escaped, sizeof(escaped) - 1, "t.csv");
	o.hints.escape = '\\';
	vv_assert_ok(vv_import(&r, &source, &sink, &o, &err), &err);
	assert_false(r.in_file);
	vv_import_result_clear(&r);
	vv_mem_sink_free(mem);
}

/* The rows of the file, or the first fault. */
static vv_status read_all(imported *f, vv_error *err)
{
	vv_table_reader *r = NULL;
	vv_batch b = {0};
	int more = (int)vv_table_reader_open(&r, &f->t, NULL, 0, false, err);

	while (more >= 0 && (more = vv_table_read(r, &b, err)) > 0) {
	}
	vv_table_reader_close(r);
	vv_batch_clear(&b);
	return (vv_status)more;
}

static void a_file_that_changed_is_not_read_as_what_it_was(void **state)
{
	imported f;
	vv_error err;
	int fd;

	(void)state;
	import_file(&f, "f.csv", &plain, NULL, true);
	fd = open(f.path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "9,appended,1\n", 13), 13);
	close(fd);
	vv_assert_ok(read_all(&f, &err), &err);
	drop(&f);

	import_file(&f, "f.csv", &plain, NULL, true);
	fd = open(f.path, O_WRONLY);
	assert_int_equal(pwrite(fd, "#", 1, 1000), 1);
	close(fd);
	vv_assert_status(read_all(&f, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "changed while it was being read");
	vv_assert_contains(err.message, "f.csv");
	vv_assert_contains(err.hint, "copy");
	drop(&f);

	import_file(&f, "f.csv", &plain, NULL, true);
	assert_int_equal(truncate(f.path, 5000), 0);
	vv_assert_status(read_all(&f, &err), VV_EIO, &err);
	drop(&f);
}

static vv_status attempt(void *payload, vv_error *err)
{
	return read_all(payload, err);
}

static void what_the_machine_refuses_is_said(void **state)
{
	static const struct {
		vv_fault kind;
		int number;
	} faults[] = {{VV_FAULT_ALLOC, 0}, {VV_FAULT_READ, EIO}};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		imported f;
		import_file(&f, "f.csv", &plain, NULL, true);
		vv_fault_each(faults[i].kind, faults[i].number, attempt, NULL, &f);
		drop(&f);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(groups_are_made_as_an_import_makes_them_at_once),
	cmocka_unit_test(equal_cells_have_one_name_whatever_their_rows_look_like),
	cmocka_unit_test(groups_that_only_the_second_file_has_are_made_at_once),
	cmocka_unit_test(long_rows_and_cells_are_there_too),
	cmocka_unit_test(blank_lines_are_no_part_of_a_name),
	cmocka_unit_test(other_kinds_of_quotes_are_read_as_ever),
	cmocka_unit_test(a_file_that_changed_is_not_read_as_what_it_was),
	cmocka_unit_test(what_the_machine_refuses_is_said),
};

VV_TEST_SUITE(file_groups)
