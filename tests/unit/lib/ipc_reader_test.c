/* Tests of lib/arrow/ipc_reader.h: memory. What it reads is tested by tests/cli/convert/arrow.bats and the fuzz target. */
#include "tests/unit/support.h"

#include <errno.h>
#include <stdio.h>

#include "lib/arrow/in/rewrite.h"
#include "lib/arrow/ipc_reader.h"

#ifndef ARROW_SEEDS /* the build gives its whole path */
#define ARROW_SEEDS "tests/fuzz/corpus/arrow_ipc"
#endif

typedef struct input {
	vv_mem_source at;
	const char *bytes;
	size_t len, rows; /* lines that came out */
} input;

/* All rows of a seed as NDJSON. */
static vv_status read_seed(void *payload, vv_error *err)
{
	static const rewrite_options how;
	input *in = payload;
	struct ArrowArrayStream stream;
	vv_source source;
	char piece[4096];
	rewrite *w;
	ssize_t got;
	vv_status rc;

	in->rows = 0;
	vv_source_mem(&source, &in->at, in->bytes, in->len, "in");
	if ((rc = vv_arrow_ipc_read(&stream, &source, err)) < 0 ||
	    (rc = rewrite_open(&w, &stream, NULL, "x.ndjson", &how, err)) < 0) {
		return rc;
	}
	while ((got = rewrite_read(w, piece, sizeof(piece), err)) > 0) {
		for (ssize_t i = 0; i < got; i++) {
			in->rows += piece[i] == '\n';
		}
	}
	rewrite_close(w);
	return (vv_status)got;
}

static void rows_are_complete(void *payload, vv_status rc)
{
	const input *in = payload;

	assert_true(rc < 0 || in->rows == 3);
}

static void without_memory_reading_fails_and_nothing_is_left(void **state)
{
	static const char *const seeds[] = {"all_types", "zstd_file", "polars_file"};

	(void)state;
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		char path[512];
		input in = {.rows = 0};

		snprintf(path, sizeof(path), "%s/%s", ARROW_SEEDS, seeds[i]);
		in.bytes = vv_test_read(path, &in.len);
		vv_fault_each(VV_FAULT_ALLOC, ENOMEM, read_seed, rows_are_complete, &in);
	}
}

static void a_length_that_is_announced_and_does_not_come_is_a_cut(void **state)
{
	static const char head[] = "\xff\xff\xff\xff\x00\x00\x00\x04\x00\x00\x00\x00";
	struct ArrowArrayStream stream;
	vv_mem_source at;
	vv_source source;
	vv_error err;

	(void)state;
	vv_source_mem(&source, &at, head, sizeof(head) - 1, "in");
	vv_assert_status(vv_arrow_ipc_read(&stream, &source, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, ": the Arrow data is incomplete");
	assert_null(stream.release);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_memory_reading_fails_and_nothing_is_left),
	cmocka_unit_test(a_length_that_is_announced_and_does_not_come_is_a_cut),
};
VV_TEST_SUITE(ipc_reader)
