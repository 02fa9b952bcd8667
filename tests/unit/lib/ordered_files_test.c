/*
 * The files of versions in key order that a server keeps: what strangers can make them cost is bounded.
 */
#include "lib/names/ordered_files.h"

#include <errno.h>
#include <sys/types.h>

#include "base/sys.h"
#include "base/thread.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "tests/unit/dataset/memory.h"
#include "transport/http/address.h"

#define VERSIONS 3u
#define ROWS 3000u /* of a kilobyte each */

typedef struct version {
	vv_buf text;
	vv_cid cid;
	vv_table table;
} version;

typedef struct fixture {
	memory m;
	version versions[VERSIONS];
} fixture;

static void make_version(memory *m, version *v, unsigned seed)
{
	const char *const keys[] = {"id", NULL};
	const vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT,
				     .temp_dir = vv_test_dir(),
				     .order = VV_ORDER_KEY,
				     .key = keys,
				     .key_source = VV_KEY_DECLARED,
				     .key_known = true};
	vv_import_result r;
	vv_mem_source storage;
	vv_source source;
	char wide[1000];
	vv_prng prng;
	vv_error err;

	memset(wide, 'w', sizeof(wide));
	vv_prng_init(&prng, seed);
	v->text = (vv_buf){0};
	vv_buf_puts(&v->text, "id,x\n");
	for (size_t i = 0; i < ROWS; i++) {
		vv_buf_printf(&v->text, "%u,", (unsigned)vv_prng_below(&prng, 1u << 31));
		vv_buf_put(&v->text, wide, sizeof(wide));
		vv_buf_putc(&v->text, '\n');
	}
	vv_source_mem(&source, &storage, v->text.data, v->text.len, "t.csv");
	vv_assert_ok(vv_import(&r, &source, &m->sink, &o, &err), &err);
	v->cid = r.cid;
	vv_import_result_clear(&r);
	vv_assert_ok(vv_table_open_stored(&v->table, &m->sink, &v->cid, &err), &err);
	assert_true(vv_ordered_files_keep(&v->table));
}

static void begin(fixture *f)
{
	memory_init(&f->m);
	for (unsigned i = 0; i < VERSIONS; i++) {
		make_version(&f->m, &f->versions[i], i + 1);
	}
}

static void end(fixture *f)
{
	for (unsigned i = 0; i < VERSIONS; i++) {
		vv_table_close(&f->versions[i].table);
		vv_buf_clear(&f->versions[i].text);
	}
	memory_clear(&f->m);
}

static vv_ordered_files *files_of(uint64_t disk, uint64_t credit_ms)
{
	const vv_ordered_options o = {disk, credit_ms, UINT32_MAX}; /* no time passes */
	vv_ordered_files *f;
	vv_error err;

	vv_assert_ok(vv_ordered_files_new(&f, &o, &err), &err);
	return f;
}

static vv_address client_of(uint8_t last)
{
	return (vv_address){{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last}};
}

static vv_ordered_file *opened(vv_ordered_files *f, version *v, const vv_address *client)
{
	vv_ordered_file *o;
	vv_error err;

	vv_assert_ok(vv_ordered_file_open(&o, f, &v->table, client, &err), &err);
	return o;
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static void gives(vv_ordered_file *o, const version *v, uint64_t from, uint64_t len)
{
	vv_buf got = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_ordered_file_range(o, from, len, gather, &got, &err), &err);
	assert_int_equal(got.len, len < v->text.len - from ? len : v->text.len - from);
	assert_memory_equal(got.data, v->text.data + from, got.len);
	vv_buf_clear(&got);
}

/* Blocks that were read for it: none, when the file was there. */
static unsigned reads_for(fixture *f, vv_ordered_files *files, version *v)
{
	unsigned before = f->m.gets;
	vv_ordered_file *o = opened(files, v, NULL);

	gives(o, v, 1234567, 100);
	vv_ordered_file_close(o);
	return f->m.gets - before;
}

static void a_file_is_put_together_once(void **state)
{
	vv_ordered_files *files = files_of(0, 0);
	fixture f;

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < VERSIONS; i++) {
		assert_int_not_equal(reads_for(&f, files, &f.versions[i]), 0);
	}
	for (unsigned i = 0; i < 30; i++) {
		assert_int_equal(reads_for(&f, files, &f.versions[i % VERSIONS]), 0);
	}
	vv_ordered_files_free(files);
	end(&f);
}

static void the_file_read_longest_ago_makes_room_though_somebody_has_it_open(void **state)
{
	fixture f;
	vv_ordered_files *files;
	vv_ordered_file *first, *second, *third;
	vv_buf got = VV_BUF_INIT;
	vv_error err = {0};

	(void)state;
	begin(&f);
	files = files_of(f.versions[0].text.len * 5 / 2, 0);
	first = opened(files, &f.versions[0], NULL);
	second = opened(files, &f.versions[1], NULL);
	gives(first, &f.versions[0], 0, 100); /* so the second is the older one */
	third = opened(files, &f.versions[2], NULL);
	gives(first, &f.versions[0], 2000000, 200000);
	gives(third, &f.versions[2], 0, UINT64_MAX);
	vv_assert_status(vv_ordered_file_range(second, 0, 100, gather, &got, &err), VV_EIO, &err);
	assert_non_null(
		strstr(err.message,
		       "the temporary file of this version was removed to make space for others"));
	vv_error_clear(&err);
	assert_int_equal(got.len, 0);
	vv_ordered_file_close(second);
	second = opened(files, &f.versions[1], NULL);
	gives(second, &f.versions[1], 0, UINT64_MAX);
	vv_ordered_file_close(first);
	vv_ordered_file_close(second);
	vv_ordered_file_close(third);
	vv_ordered_files_free(files);
	end(&f);
}

static void a_file_that_nobody_reads_makes_room_before_one_that_is_read(void **state)
{
	vv_ordered_files *files;
	vv_ordered_file *first, *second, *third;
	fixture f;

	(void)state;
	begin(&f);
	files = files_of(f.versions[0].text.len * 5 / 2, 0);
	first = opened(files, &f.versions[0], NULL);
	gives(first, &f.versions[0], 0, 100);
	second = opened(files, &f.versions[1], NULL);
	gives(second, &f.versions[1], 0, 100);
	vv_ordered_file_close(second);
	third = opened(files, &f.versions[2], NULL);
	gives(first, &f.versions[0], 2000000, 200000);
	assert_int_not_equal(reads_for(&f, files, &f.versions[1]), 0);
	vv_ordered_file_close(first);
	vv_ordered_file_close(third);
	vv_ordered_files_free(files);
	end(&f);
}

static ssize_t (*next_write)(int, const void *, size_t);
static unsigned writes_left;

static ssize_t write_to_a_full_disk(int fd, const void *bytes, size_t len)
{
	if (writes_left > 0) {
		writes_left--;
		errno = ENOSPC;
		return -1;
	}
	return next_write(fd, bytes, len);
}

static void on_a_full_disk_what_is_kept_makes_room(void **state)
{
	vv_ordered_files *files = files_of(0, 0);
	vv_ordered_file *o;
	fixture f;

	(void)state;
	begin(&f);
	assert_int_not_equal(reads_for(&f, files, &f.versions[0]), 0);
	assert_int_equal(reads_for(&f, files, &f.versions[0]), 0);
	next_write = vv_sys_ops.write;
	vv_sys_ops.write = write_to_a_full_disk;
	writes_left = 1;
	o = opened(files, &f.versions[1], NULL);
	vv_sys_ops.write = next_write;
	assert_true(vv_ordered_file_is_kept(o));
	gives(o, &f.versions[1], 0, UINT64_MAX);
	vv_ordered_file_close(o);
	assert_int_not_equal(reads_for(&f, files, &f.versions[0]), 0);
	vv_ordered_files_free(files);
	end(&f);
}

static void a_file_longer_than_all_room_is_the_only_one(void **state)
{
	vv_ordered_files *files = files_of(1000, 0);
	fixture f;

	(void)state;
	begin(&f);
	assert_int_not_equal(reads_for(&f, files, &f.versions[0]), 0);
	assert_int_equal(reads_for(&f, files, &f.versions[0]), 0);
	assert_int_not_equal(reads_for(&f, files, &f.versions[1]), 0);
	assert_int_not_equal(reads_for(&f, files, &f.versions[0]), 0);
	vv_ordered_files_free(files);
	end(&f);
}

static void a_client_that_has_had_its_share_is_refused_and_others_are_not(void **state)
{
	const vv_address greedy = client_of(1), other = client_of(2);
	vv_ordered_files *files = files_of(0, 1);
	vv_ordered_file *o;
	vv_error err = {0};
	fixture f;

	(void)state;
	begin(&f);
	o = opened(files, &f.versions[0], &greedy);
	gives(o, &f.versions[0], 10, 10);
	vv_ordered_file_close(o);
	vv_assert_status(vv_ordered_file_open(&o, files, &f.versions[1].table, &greedy, &err),
			 VV_ELOCKED, &err);
	assert_non_null(
		strstr(err.message, "this client requested too many versions in a short time"));
	vv_error_clear(&err);
	/* what is there costs nothing */
	o = opened(files, &f.versions[0], &greedy);
	gives(o, &f.versions[0], 10, 10);
	vv_ordered_file_close(o);
	o = opened(files, &f.versions[1], &other);
	gives(o, &f.versions[1], 10, 10);
	vv_ordered_file_close(o);
	vv_ordered_files_free(files);
	end(&f);
}

static void who_takes_all_of_a_file_has_paid_for_it(void **state)
{
	const vv_address client = client_of(1);
	vv_ordered_files *files = files_of(0, 1);
	fixture f;

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < VERSIONS; i++) {
		vv_ordered_file *o = opened(files, &f.versions[i], &client);

		gives(o, &f.versions[i], 0, UINT64_MAX);
		vv_ordered_file_close(o);
	}
	vv_ordered_files_free(files);
	end(&f);
}

/* ---- several threads ---- */

typedef struct reader {
	fixture *f;
	vv_ordered_files *files;
	unsigned seed;
	unsigned given, made_room;
} reader;

static void read_much(void *payload)
{
	reader *r = payload;

	for (unsigned i = 0; i < 60; i++) {
		version *v = &r->f->versions[(r->seed + i * i) % VERSIONS];
		uint64_t from = (uint64_t)i * 40000;
		vv_buf got = VV_BUF_INIT;
		vv_error err = {0};
		vv_status rc = vv_ordered_files_range(r->files, &v->table, NULL, from, 200000,
						      gather, &got, &err);

		/* whatever was given is right */
		if (got.len > v->text.len - from ||
		    memcmp(vv_buf_cstr(&got), v->text.data + from, got.len) != 0 ||
		    (rc == VV_OK && got.len != 200000) || (rc < 0 && rc != VV_EIO)) {
			r->given = 1000;
		}
		r->given += rc == VV_OK;
		r->made_room += rc < 0;
		vv_buf_clear(&got);
	}
}

static void many_threads_read_what_the_files_hold(void **state)
{
	enum { THREADS = 4 };
	vv_worker *workers[THREADS];
	reader readers[THREADS];
	vv_ordered_files *files;
	fixture f;

	(void)state;
	begin(&f);
	files = files_of(f.versions[0].text.len * 3 / 2, 0);
	for (unsigned i = 0; i < THREADS; i++) {
		readers[i] = (reader){&f, files, i, 0, 0};
		workers[i] = vv_worker_start(read_much, &readers[i]);
		assert_non_null(workers[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		vv_worker_join(workers[i]);
		assert_int_equal(readers[i].given + readers[i].made_room, 60);
		assert_int_not_equal(readers[i].given, 0);
	}
	vv_ordered_files_free(files);
	end(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_is_put_together_once),
	cmocka_unit_test(the_file_read_longest_ago_makes_room_though_somebody_has_it_open),
	cmocka_unit_test(a_file_that_nobody_reads_makes_room_before_one_that_is_read),
	cmocka_unit_test(on_a_full_disk_what_is_kept_makes_room),
	cmocka_unit_test(a_file_longer_than_all_room_is_the_only_one),
	cmocka_unit_test(a_client_that_has_had_its_share_is_refused_and_others_are_not),
	cmocka_unit_test(who_takes_all_of_a_file_has_paid_for_it),
	cmocka_unit_test(many_threads_read_what_the_files_hold),
};

VV_TEST_SUITE(ordered_files)
