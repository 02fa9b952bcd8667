/*
 * The worked example of docs/formats/store-example.txt: what is printed there is what the program
 * makes of the same file. Blocks of that page that begin with ```csv example or
 * ```hex example-NAME are read; in a hex block two spaces begin a remark.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "dataset/table/import.h"
#include "dataset/table/root.h"
#include "repo/blocks/store.h"
#include "tests/unit/dataset/memory.h"

#ifndef FORMAT_PAGE /* given by the build */
#define FORMAT_PAGE ""
#endif

/* The lines between "```<title>" and the next "```". */
static void fenced(vv_buf *out, const char *title)
{
	const char *text = vv_test_read(FORMAT_PAGE, NULL), *at, *end;
	vv_buf fence = VV_BUF_INIT;

	vv_buf_printf(&fence, "\n```%s\n", title);
	at = strstr(text, vv_buf_cstr(&fence));
	if (!at) {
		fail_msg("docs/formats/store-example.txt has no block '%s'", title);
	}
	at += fence.len;
	end = strstr(at, "\n```\n");
	assert_non_null(end);
	vv_buf_put(out, at, (size_t)(end + 1 - at));
	vv_buf_clear(&fence);
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes that a block of hex spells. */
static void spelled(vv_buf *out, const char *title)
{
	vv_buf text = VV_BUF_INIT;
	const char *line, *end;

	fenced(&text, title);
	for (line = text.data; *line; line = end + 1) {
		end = strchr(line, '\n');
		for (const char *p = line; digit(p[0]) >= 0 && digit(p[1]) >= 0; p += 3) {
			vv_buf_putc(out, digit(p[0]) << 4 | digit(p[1]));
			if (p[2] != ' ') {
				break;
			}
		}
	}
	assert_true(out->len > 0);
	vv_buf_clear(&text);
}

static void assert_spelled(const char *title, const void *bytes, size_t len)
{
	vv_buf wanted = VV_BUF_INIT;
	const uint8_t *p = bytes;
	bool same;

	spelled(&wanted, title);
	same = wanted.len == len && memcmp(wanted.data, bytes, len) == 0;
	vv_buf_clear(&wanted);
	if (same) return;
	print_message("%s is now:\n", title);
	for (size_t i = 0; i < len; i++) {
		print_message("%02x%s", p[i], i % 16 == 15 || i + 1 == len ? "\n" : " ");
	}
	fail_msg("docs/formats/store-example.txt shows other bytes as '%s'", title);
}

typedef struct fixture {
	memory blocks;
	vv_buf file;
	vv_import_result made;
} fixture;

/* Imports the file that the page shows. */
static int setup(void **state)
{
	fixture *f = calloc(1, sizeof *f);
	vv_import_options options = {.hints = VV_SNIFF_HINTS_INIT, .temp_dir = vv_test_dir()};
	vv_source source;
	vv_mem_source storage;
	vv_error err;

	assert_non_null(f);
	memory_init(&f->blocks);
	fenced(&f->file, "csv example");
	vv_source_mem(&source, &storage, f->file.data, f->file.len, "goods.csv");
	vv_assert_ok(vv_import(&f->made, &source, &f->blocks.sink, &options, &err), &err);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;

	vv_import_result_clear(&f->made);
	vv_buf_clear(&f->file);
	memory_clear(&f->blocks);
	free(f);
	return 0;
}

/* The one block of a codec. */
static const memory_block *block_of(const fixture *f, uint8_t codec)
{
	const memory_block *found = NULL;

	for (size_t i = 0; i < f->blocks.count; i++) {
		if (f->blocks.block[i].cid.codec == codec) {
			assert_null(found);
			found = &f->blocks.block[i];
		}
	}
	assert_non_null(found);
	return found;
}

static void the_row_group_of_the_page_is_the_programs(void **state)
{
	const memory_block *group = block_of(*state, VV_CODEC_RAW);

	assert_spelled("hex example-group", group->bytes, group->len);
}

static void the_root_of_the_page_is_the_programs(void **state)
{
	const memory_block *root = block_of(*state, VV_CODEC_DAG_CBOR);

	assert_spelled("hex example-root", root->bytes, root->len);
}

static void the_pointer_of_the_page_is_the_programs(void **state)
{
	const fixture *f = *state;
	vv_buf text = VV_BUF_INIT, wanted = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_root_pointer(&text, &f->made.cid, &f->made.root, &err), &err);
	fenced(&wanted, "text example-pointer");
	assert_string_equal(vv_buf_cstr(&text), vv_buf_cstr(&wanted));
	vv_buf_clear(&wanted);
	vv_buf_clear(&text);
}

/* A block this small is stored as it is, so that no version of zstd has a say. */
static void the_pack_of_the_page_is_the_programs(void **state)
{
	const memory_block *group = block_of(*state, VV_CODEC_RAW);
	vv_store *store = NULL;
	vv_writer *writer = NULL;
	vv_error err;
	char **names;
	const char *index, *pack, *bytes;
	size_t count, len;

	vv_assert_ok(vv_store_open(&store, vv_test_path("store"), true, &err), &err);
	vv_assert_ok(vv_writer_open(&writer, store, 0, &err), &err);
	vv_assert_ok(vv_writer_put(writer, &group->cid, group->bytes, group->len, NULL, &err),
		     &err);
	vv_assert_ok(vv_writer_commit(writer, &err), &err);
	vv_writer_close(writer);
	vv_store_close(store);

	vv_assert_ok(vv_list_dir(&names, &count, vv_test_path("store/packs"), &err), &err);
	assert_int_equal(count, 2); /* sorted: the index, the pack */
	index = vv_test_path("store/packs/%s", names[0]);
	pack = vv_test_path("store/packs/%s", names[1]);
	vv_names_free(names, count);

	bytes = vv_test_read(pack, &len);
	assert_spelled("hex example-pack", bytes, len);
	vv_assert_contains(vv_test_read(FORMAT_PAGE, NULL), strrchr(pack, '/') + 1);
	bytes = vv_test_read(index, &len);
	assert_spelled("hex example-index", bytes, len);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(the_row_group_of_the_page_is_the_programs, setup, teardown),
	cmocka_unit_test_setup_teardown(the_root_of_the_page_is_the_programs, setup, teardown),
	cmocka_unit_test_setup_teardown(the_pointer_of_the_page_is_the_programs, setup, teardown),
	cmocka_unit_test_setup_teardown(the_pack_of_the_page_is_the_programs, setup, teardown),
};

VV_TEST_SUITE(format_example)
